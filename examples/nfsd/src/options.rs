//! The command line.

use clap::Parser;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// Exports a directory over NFS, version 3, and MOUNT on the same port, TCP and UDP.
#[derive(Clone, Debug, Parser)]
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
    state: Option<PathBuf>,
}

impl Options {
    /// Where the key of file handles is; an error if that is not given, and there is no home.
    pub fn state_file(&self) -> Result<PathBuf, &'static str> {
        let directory = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = || directory("XDG_STATE_HOME").or_else(|| Some(directory("HOME")?.join(".local/state")));
        let file = self.state.clone().or_else(|| Some(state()?.join("oncrpc/nfsd.key")));
        file.ok_or("there is no HOME to keep the key of file handles in: give --state FILE")
    }

    /// Says what is served, by the path that clients know it by, and to whom.
    pub fn tell(&self, export: &Path) {
        let how = if self.read_only { "read-only" } else { "read-write" };
        let whom = if self.allow.is_empty() { "everybody who can reach it".to_owned() } else { self.allow.join(", ") };
        let root = if self.no_root_squash { "root stays root" } else { "root becomes nobody" };
        eprintln!("nfsd: {} {how} to {whom}; {root}", export.display());
    }
}
