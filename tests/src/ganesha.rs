//! nfs-ganesha, an NFS server that is not ours, with an rpcbind of its own. Only where [`crate::namespace::inside`] is true:
//! it wants port 111, and no other NFS server on the machine.

use crate::interfaces::protocols::mount3::mount_v3;
use crate::process::{DEADLINE, Guard};
use crate::{missing, rpcbind};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The TCP port of NFS.
pub const NFS_PORT: u16 = 2049;

/// The TCP port of MOUNT.
pub const MOUNT_PORT: u16 = 20048;

const CONFIGURATION: &str = "/run/ganesha.conf";
const LOG: &str = "/run/ganesha.log";

/// Serves a folder, to anybody, with NFS and MOUNT of version 3; ends when it is dropped.
#[derive(Debug)]
pub struct Ganesha {
    export: PathBuf,
    server: Option<Guard>,
    _rpcbind: Guard,
}

impl Ganesha {
    /// Serves `export`, whose root is the superuser's at the clients' as well, and waits until it answers; `None` where
    /// nfs-ganesha is missing. Panics if it does not answer.
    pub fn start(export: &Path) -> Option<Self> {
        if Command::new("ganesha.nfsd").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            missing("nfs-ganesha");
            return None;
        }
        let rpcbind = rpcbind::start_own()?;
        fs::write(CONFIGURATION, configuration(export)).unwrap();
        let mut this = Self { export: export.to_owned(), server: None, _rpcbind: rpcbind };
        this.start_again();
        Some(this)
    }

    /// Kills it with SIGKILL: what it had not written is lost.
    pub fn kill(&mut self) {
        self.server = None;
    }

    /// Starts it after [`Ganesha::kill`], at the same ports, and waits until it answers.
    pub fn start_again(&mut self) {
        // It goes with this thread, also if that is killed.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "ganesha.nfsd", "-F", "-p", "/run/ganesha.pid"]);
        command.args(["-f", CONFIGURATION, "-L", LOG]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.server = Some(Guard(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))));
        let end = Instant::now() + DEADLINE / 3;
        while !answers() {
            assert!(Instant::now() < end, "{}", fs::read_to_string(LOG).unwrap_or_default());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The folder that it serves; MOUNT knows it by this path.
    pub fn export(&self) -> &Path {
        &self.export
    }

    /// Its process, while it runs.
    pub fn process(&self) -> Option<u32> {
        self.server.as_ref().map(|server| server.0.id())
    }
}

/// MOUNT is the last to be there, and to be known to rpcbind.
fn answers() -> bool {
    mount_v3::Client::connect("127.0.0.1").is_ok_and(|mount| mount.null().is_ok())
}

/// Without D-Bus it complains and goes on. Version 4 is off, and with it the time of grace in which files are not opened.
fn configuration(export: &Path) -> String {
    format!(
        "NFS_CORE_PARAM {{
            Protocols = 3;
            NFS_Port = {NFS_PORT};
            MNT_Port = {MOUNT_PORT};
            Enable_NLM = false;
            Enable_RQUOTA = false;
        }}
        NFSv4 {{ Graceless = true; }}
        EXPORT {{
            Export_Id = 1;
            Path = \"{path}\";
            Pseudo = \"{path}\";
            Protocols = 3;
            Access_Type = RW;
            Squash = no_root_squash;
            SecType = sys;
            FSAL {{ Name = VFS; }}
        }}
        LOG {{ Default_Log_Level = EVENT; }}
        ",
        path = export.display()
    )
}
