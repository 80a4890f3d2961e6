//! The commands of libnfs.

use oncrpc_tests::missing;
use oncrpc_tests::process::{Output, run_command};
use std::path::Path;
use std::process::Command;

/// An export as libnfs's commands are told of it: by ports, or by what rpcbind says.
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

/// Runs one of libnfs's commands; `None` where they are missing.
pub(crate) fn libnfs(name: &str, arguments: &[&str]) -> Option<Output> {
    if Command::new(name).output().is_err() {
        missing("libnfs-utils");
        return None;
    }
    let mut command = Command::new(name);
    command.args(arguments);
    Some(run_command(command, &[]))
}

/// What `nfs-ls` says of a folder: name and size of each file, in the order of the names.
pub(crate) fn listed(remote: &Remote<'_>) -> Option<Vec<(String, u64)>> {
    let output = libnfs("nfs-ls", &[&remote.url("")])?;
    let file = |line: &&str| {
        // Mode, links, owner, group, size, name.
        let words: Vec<_> = line.split_whitespace().collect();
        (words[5].to_owned(), words[4].parse().unwrap())
    };
    let mut files: Vec<_> = output.lines().iter().map(file).collect();
    files.sort();
    Some(files)
}
