//! A network, a `/run` and a folder in memory that nobody else has.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Set within.
const INSIDE: &str = "BENCH_NFS_PLACE";

const SCRIPT: &str = "set -e
    PATH=$PATH:/usr/sbin:/sbin
    mount -t tmpfs tmpfs /run
    ip link set lo up
    exec \"$0\" \"$@\"";

pub(crate) fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Becomes this program again, with these words, in there. Whatever it starts ends with it.
pub(crate) fn enter(words: &[String]) -> io::Result<()> {
    let this = std::env::current_exe()?;
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", SCRIPT]);
    if std::thread::available_parallelism().is_ok_and(|count| count.get() > 1) {
        command.args(on_processor(1));
    }
    Err(command.arg(this).args(words).env(INSIDE, "1").exec())
}

/// What starts a program on that processor.
pub(crate) fn on_processor(number: usize) -> [OsString; 3] {
    ["taskset".into(), "--cpu-list".into(), number.to_string().into()]
}
