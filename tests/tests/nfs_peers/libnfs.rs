//! The commands of libnfs.

use oncrpc_tests::missing;
use oncrpc_tests::process::{Output, run_command};
use std::path::Path;
use std::process::Command;

/// An export as libnfs's commands are told of it: by ports, or by what rpcbind says.
#[derive(Clone, Copy)]
pub(crate) struct Remote<'a> {
    pub(crate) export: &'a Path,
    /// Of NFS and of MOUNT.
    pub(crate) ports: Option<(u16, u16)>,
}

impl Remote<'_> {
    /// The URL of a file below the export; of the export itself if `name` is empty.
    pub(crate) fn url(&self, name: &str) -> String {
        let path = self.export.join(name);
        let path = path.display().to_string();
        let ports = self.ports.map_or_else(String::new, |(nfs, mount)| format!("&nfsport={nfs}&mountport={mount}"));
        format!("nfs://127.0.0.1{}?version=3&uid=0&gid=0{ports}", path.trim_end_matches('/'))
    }
}

/// Whether libnfs's commands are there.
pub(crate) fn is_there() -> bool {
    let is_there = Command::new("nfs-ls").output().is_ok();
    if !is_there {
        missing("libnfs-utils");
    }
    is_there
}

/// Runs one of libnfs's commands to its end.
pub(crate) fn libnfs(name: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(name);
    command.args(arguments);
    run_command(command, &[])
}

/// What `nfs-ls` says of a folder: name and size of each file, in the order of the names.
pub(crate) fn listed(remote: Remote<'_>) -> Vec<(String, u64)> {
    let output = libnfs("nfs-ls", &[&remote.url("")]);
    let mut files: Vec<_> = output.lines().iter().map(|line| file(line)).collect();
    files.sort();
    files
}

/// Of a line `-rw-r--r--  1     0     0            6 a name`.
fn file(line: &str) -> (String, u64) {
    let mut rest = line;
    let mut word = || {
        let (word, after) = rest.trim_start().split_once(' ').unwrap_or_else(|| panic!("{line}"));
        rest = after;
        word
    };
    let size = [(); 5].map(|()| word())[4].parse().unwrap_or_else(|_| panic!("{line}"));
    (rest.to_owned(), size)
}
