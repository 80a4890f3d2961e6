//! The servers, each with its defaults.

use crate::folder::EXPORT;
use crate::mount3::mount_v3;
use crate::place::on_processor;
use std::error::Error;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, io};

/// Where all serve NFS and MOUNT; nfs-ganesha, which wants two ports, has MOUNT at the next one.
const PORT: u16 = 20490;

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// examples/nfsd.
    Ours,
    Ganesha,
    /// `mirror`, of the crate.
    Nfs3Server,
    /// `mirror`, of the crate.
    Nfsserve,
}

/// Killed when it is dropped.
pub(crate) struct Server {
    kind: Kind,
    process: Child,
    /// rpcbind, for nfs-ganesha, which does not start without.
    helper: Option<Child>,
}

impl Kind {
    pub(crate) fn from_word(word: &str) -> Result<Self, String> {
        match word {
            "ours" => Ok(Self::Ours),
            "nfs-ganesha" => Ok(Self::Ganesha),
            "nfs3_server" => Ok(Self::Nfs3Server),
            "nfsserve" => Ok(Self::Nfsserve),
            _ => Err(format!("`{word}` is no server")),
        }
    }

    fn command(self) -> Result<Command, Box<dyn Error>> {
        let port = PORT.to_string();
        let (program, words): (PathBuf, Vec<&str>) = match self {
            Self::Ours => {
                (place("BENCH_NFSD")?, vec!["--port", &port, "--no-root-squash", "--state", "/run/nfsd.key", EXPORT])
            }
            Self::Nfs3Server => (mirror()?, vec!["nfs3_server", &port, EXPORT]),
            Self::Nfsserve => (mirror()?, vec!["nfsserve", &port, EXPORT]),
            Self::Ganesha => {
                let words = vec!["-F", "-f", GANESHA, "-p", "/run/ganesha.pid", "-L", "/run/ganesha.log"];
                ("ganesha.nfsd".into(), words)
            }
        };
        let mut command = Command::new("taskset");
        command.args(on_processor(0).into_iter().skip(1)).arg(program).args(words);
        Ok(command)
    }

    fn mount_port(self) -> u16 {
        if self == Self::Ganesha { PORT + 1 } else { PORT }
    }
}

impl Server {
    /// Starts it and waits until it answers.
    pub(crate) fn start(kind: Kind) -> Result<Self, Box<dyn Error>> {
        let helper = if kind == Kind::Ganesha { Some(prepare_for_ganesha()?) } else { None };
        let process = kind.command()?.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let server = Self { kind, process, helper };
        let answers = || mount_v3::Client::connect(&server.mount()).is_ok_and(|mount| mount.null().is_ok());
        if wait_until(answers) { Ok(server) } else { Err(format!("{kind:?} does not answer").into()) }
    }

    pub(crate) fn nfs(&self) -> String {
        format!("tcp://127.0.0.1:{PORT}")
    }

    pub(crate) fn mount(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.kind.mount_port())
    }

    /// The memory that it has now, in MiB.
    pub(crate) fn resident(&self) -> Result<f64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim_end_matches("kB").trim().parse::<f64>()? / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for process in [Some(&mut self.process), self.helper.as_mut()].into_iter().flatten() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn mirror() -> io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("mirror"))
}

fn place(name: &str) -> Result<PathBuf, String> {
    std::env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("{name} is not set: start this by tests/bench/run"))
}

fn wait_until(holds: impl Fn() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

const GANESHA: &str = "/run/ganesha.conf";

/// Only version 3, without the locks that it serves beside files.
fn prepare_for_ganesha() -> Result<Child, Box<dyn Error>> {
    let configuration = format!(
        "NFS_CORE_PARAM {{
            Protocols = 3; NFS_Port = {PORT}; MNT_Port = {}; Enable_NLM = false; Enable_RQUOTA = false;
        }}
        NFSv4 {{ Graceless = true; }}
        EXPORT {{
            Export_Id = 1; Path = {EXPORT}; Pseudo = {EXPORT}; Protocols = 3; SecType = sys;
            Access_Type = RW; Squash = no_root_squash;
            FSAL {{ Name = VFS; }}
        }}
        ",
        PORT + 1
    );
    fs::write(GANESHA, configuration)?;
    let rpcbind = Command::new("rpcbind").arg("-f").stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let answers = || TcpStream::connect(("127.0.0.1", 111)).is_ok();
    if wait_until(answers) { Ok(rpcbind) } else { Err("rpcbind does not answer".into()) }
}
