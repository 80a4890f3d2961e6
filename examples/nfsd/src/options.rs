//! The command line.

use pico_args::Arguments;
use std::convert::Infallible;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// What the words of the command line say: `usage.txt`.
#[derive(Clone, Debug)]
pub struct Options {
    pub directory: PathBuf,
    pub port: u16,
    pub listen: IpAddr,
    pub allow: Vec<String>,
    pub read_only: bool,
    pub no_root_squash: bool,
    pub portmapper: bool,
    state: Option<PathBuf>,
}

impl Options {
    /// Takes them. Ends the process if they only ask which there are.
    pub fn parse() -> Result<Self, Box<dyn Error>> {
        let mut words = Arguments::from_env();
        if ["-h", "--help", "-V", "--version"].into_iter().any(|word| words.contains(word)) {
            print!("nfsd {}: {}", env!("CARGO_PKG_VERSION"), include_str!("../usage.txt"));
            std::process::exit(0);
        }
        Ok(Self {
            port: words.opt_value_from_str("--port")?.unwrap_or(2049),
            listen: words.opt_value_from_str("--listen")?.unwrap_or(Ipv4Addr::LOCALHOST.into()),
            allow: words.values_from_str("--allow")?,
            read_only: words.contains("--read-only"),
            no_root_squash: words.contains("--no-root-squash"),
            portmapper: words.contains("--portmapper"),
            state: words.opt_value_from_os_str("--state", |file| Ok::<_, Infallible>(file.into()))?,
            directory: match &words.finish()[..] {
                [directory] if !directory.as_encoded_bytes().starts_with(b"-") => directory.into(),
                [] => return Err("which directory? nfsd --help tells more".into()),
                rest => return Err(format!("not understood: {rest:?}; nfsd --help tells more").into()),
            },
        })
    }

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
