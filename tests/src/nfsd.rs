//! examples/nfsd as a process: exports a folder, and can be killed and started again.

use crate::c::root;
use crate::cargo::build;
use crate::folder::Folder;
use crate::interfaces::protocols::mount3::mount_v3;
use crate::process::{DEADLINE, Guard, address, free_port};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Serves a folder to this machine, on one port; ends when it is dropped.
#[derive(Debug)]
pub struct Nfsd {
    program: PathBuf,
    export: PathBuf,
    port: u16,
    arguments: Vec<String>,
    state: Folder,
    process: Option<Guard>,
}

impl Nfsd {
    /// Serves `export`, with further arguments, and waits until it answers.
    pub fn start(export: &Path, arguments: &[&str]) -> Self {
        let port = free_port();
        let mut this = Self {
            program: build(root(), &["-p", "nfsd"]).join("nfsd"),
            export: export.to_owned(),
            port,
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            state: Folder::new(&format!("nfsd-{port}")),
            process: None,
        };
        this.start_again();
        this
    }

    /// Kills it with SIGKILL.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it after [`Nfsd::kill`], at the same port and with the same key, and waits until it answers.
    pub fn start_again(&mut self) {
        // It goes with this thread, also if that is killed.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(&self.program);
        command.args(["--port", &self.port.to_string(), "--state"]).arg(self.state.join("key"));
        command.args(&self.arguments).arg(&self.export);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(Guard(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))));
        let end = Instant::now() + DEADLINE / 3;
        while !mount_v3::Client::connect(&self.address()).is_ok_and(|mount| mount.null().is_ok()) {
            assert!(Instant::now() < end, "{command:?} does not answer");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Where NFS and MOUNT are, for our client.
    pub fn address(&self) -> String {
        address("tcp", self.port)
    }

    /// The port of NFS and MOUNT.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder that it serves; MOUNT knows it by this path.
    pub fn export(&self) -> &Path {
        &self.export
    }
}
