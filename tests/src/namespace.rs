//! Tests that need a network of their own: port 111, other addresses than the loopback ones, a /run for rpcbind's socket.

use crate::process::{DEADLINE, run_for};
use crate::{missing, say};
use std::process::{Command, Stdio};
use std::time::Duration;

/// An address of the network that is not a loopback one.
pub const HOST: &str = "192.0.2.1";

/// Set within.
const INSIDE: &str = "ONCRPC_TEST_NAMESPACE";

const SCRIPT: &str = "set -e
    PATH=$PATH:/usr/sbin:/sbin
    mount -t tmpfs tmpfs /run
    ip link set lo up
    ip address add 192.0.2.1/32 dev lo
    exec \"$0\" \"$@\"";

/// Whether this process is in a network of its own. If it is not, the test of this name has been run in one, and has
/// passed, or there is none to be had.
pub fn inside(test: &str) -> bool {
    inside_for(DEADLINE, test)
}

/// As [`inside`], for a test that may take longer.
pub fn inside_for(deadline: Duration, test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let available = unshare(deadline, &["true".into()]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !available.is_ok_and(|status| status.success()) {
        missing("a network of its own (root, unshare and ip)");
        return false;
    }
    let this = std::env::current_exe().unwrap();
    let mut command = unshare(deadline, &[this.into(), "--exact".into(), test.into(), "--nocapture".into()]);
    command.env(INSIDE, "1");
    let output = run_for(deadline + DEADLINE, command, &[]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("1 passed"), "{test}:\n{stdout}{}", output.stderr);
    output.stderr.lines().filter(|line| line.starts_with("SKIPPED")).for_each(say);
    false
}

/// The whole of the deadline is for the process within.
fn unshare(deadline: Duration, command: &[std::ffi::OsString]) -> Command {
    let mut unshare = Command::new("timeout");
    unshare.args(["-k", "1", &deadline.as_secs().to_string(), "unshare", "--net", "--mount", "sh", "-c", SCRIPT]);
    unshare.args(command);
    unshare
}
