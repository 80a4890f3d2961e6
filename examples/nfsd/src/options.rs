//! The command line.

use crate::identity::Squash;
use clap::Parser;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Exports a directory over NFS, version 3, and MOUNT on the same port, TCP and UDP.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
    /// The directory to export; clients mount it by its absolute path.
    pub directory: PathBuf,
    /// The port of NFS and MOUNT.
    #[arg(long, default_value_t = 2049)]
    pub port: u16,
    /// The address to listen on: 0.0.0.0 or :: for all of this machine.
    #[arg(long, value_name = "ADDR", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub listen: IpAddr,
    /// Who may call: an address, or a network such as 10.0.0.0/8. Can be given several times; everybody if it is not.
    #[arg(long, value_name = "CIDR")]
    pub allow: Vec<String>,
    /// Nothing can be changed.
    #[arg(long)]
    pub read_only: bool,
    /// The superuser of a client is the superuser here, not nobody.
    #[arg(long)]
    pub no_root_squash: bool,
    /// Registers with rpcbind, or serves its program on port 111 where none runs.
    #[arg(long)]
    pub portmapper: bool,
    /// Where the key of file handles is kept, so that they outlive this process [default: nfsd.key in
    /// $XDG_STATE_HOME/oncrpc].
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

/// What holds for all of the export.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Nothing can be changed.
    pub read_only: bool,
    /// What becomes of the superuser of a client.
    pub squash: Squash,
}

impl Options {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.listen, self.port)
    }

    /// What holds for all of the export.
    pub fn rules(&self) -> Rules {
        let squash = if self.no_root_squash { Squash::Nobody } else { Squash::Root };
        Rules { read_only: self.read_only, squash }
    }

    /// Where the key of file handles is.
    ///
    /// # Errors
    /// It is not given, and there is no home.
    pub fn state_file(&self) -> Result<PathBuf, &'static str> {
        if let Some(file) = &self.state {
            return Ok(file.clone());
        }
        let directory = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = directory("XDG_STATE_HOME").or_else(|| Some(directory("HOME")?.join(".local/state")));
        Ok(state
            .ok_or("there is no HOME to keep the key of file handles in: give --state FILE")?
            .join("oncrpc/nfsd.key"))
    }

    /// Says what is served, by the path that clients know it by, and to whom.
    pub fn tell(&self, export: &Path) {
        let how = if self.read_only { "read-only" } else { "read-write" };
        let whom = if self.allow.is_empty() { "everybody who can reach it".to_owned() } else { self.allow.join(", ") };
        let root = if self.no_root_squash { "root stays root" } else { "root becomes nobody" };
        eprintln!("nfsd: {} {how} to {whom}; {root}", export.display());
    }
}
