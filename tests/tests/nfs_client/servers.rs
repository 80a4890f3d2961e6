//! Servers that a test is run against.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::folder::Folder;
use oncrpc_tests::ganesha::Ganesha;
use oncrpc_tests::process::{Guard, free_port, wait_for_port};
use std::path::Path;
use std::process::{Command, Stdio};

/// A server of files that can be killed and started again.
pub(crate) trait FileServer {
    /// What it exports, as a URL.
    fn url(&self) -> String;
    /// Kills it with SIGKILL.
    fn kill(&mut self);
    /// Starts it again, at the same place.
    fn start_again(&mut self);
}

/// Found by rpcbind.
impl FileServer for Ganesha {
    fn url(&self) -> String {
        format!("nfs://127.0.0.1{}", self.export().display())
    }

    fn kill(&mut self) {
        Self::kill(self);
    }

    fn start_again(&mut self) {
        Self::start_again(self);
    }
}

/// examples/nfsd, at a port.
pub(crate) struct Nfsd<'a> {
    export: &'a Path,
    state: Folder,
    port: u16,
    process: Option<Guard>,
}

impl<'a> Nfsd<'a> {
    /// Serves `export`; the superuser is the superuser.
    pub(crate) fn start(export: &'a Path) -> Self {
        let mut nfsd = Self { export, state: Folder::new("nfsd-state"), port: free_port(), process: None };
        nfsd.start_again();
        nfsd
    }
}

impl FileServer for Nfsd<'_> {
    fn url(&self) -> String {
        format!("nfs://127.0.0.1:{}{}", self.port, self.export.display())
    }

    fn kill(&mut self) {
        self.process = None;
    }

    fn start_again(&mut self) {
        let mut command = Command::new(build(root(), &["-p", "nfsd"]).join("nfsd"));
        command.args(["--port", &self.port.to_string(), "--no-root-squash"]);
        command.arg("--state").arg(self.state.join("key")).arg(self.export);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(Guard(command.spawn().unwrap()));
        wait_for_port(self.port);
    }
}
