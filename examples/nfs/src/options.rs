//! The command line.

use crate::url::{Url, UrlFault};
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Files of NFS servers, version 3. URL is nfs://HOST[:PORT]/EXPORT/PATH, with ?uid=, gid=, nfsport= and mountport=
/// behind it, if need be. With a port, NFS and MOUNT are both there; without one, the host's rpcbind is asked.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How many READs or WRITEs may be in flight.
    #[arg(long, global = true, value_name = "CALLS", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub window: u16,
    /// The time that a server has to answer, and to come back if it is gone, in seconds.
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// Call from a port below 1024, as servers demand that trust the machine; takes the right to.
    #[arg(long, global = true)]
    pub privileged_port: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lists a directory, in the order of the server.
    Ls {
        /// With all that is known of each file.
        #[arg(short)]
        long: bool,
        /// The directory.
        url: Url,
    },
    /// Writes files to standard output.
    Cat {
        /// The files.
        #[arg(required = true)]
        urls: Vec<Url>,
    },
    /// Copies a file; one of the two is a URL, or both are.
    Cp {
        /// The file.
        #[arg(value_parser = OsStringValueParser::new().try_map(Place::new))]
        from: Place,
        /// Its copy, or the directory to put it into.
        #[arg(value_parser = OsStringValueParser::new().try_map(Place::new))]
        to: Place,
    },
    /// Says what is known of a file.
    Stat {
        /// The file; of a symbolic link, the link.
        url: Url,
    },
    /// Makes directories.
    Mkdir {
        /// The directories.
        #[arg(required = true)]
        urls: Vec<Url>,
    },
    /// Removes files.
    Rm {
        /// Empty directories instead.
        #[arg(short)]
        directories: bool,
        /// The files.
        #[arg(required = true)]
        urls: Vec<Url>,
    },
    /// Says what a server exports, and to whom.
    Exports {
        /// The server: HOST, HOST:PORT or a URL.
        #[arg(value_parser = Url::of_host)]
        host: Url,
    },
    /// Says how full a file system is.
    Df {
        /// A file in it.
        url: Url,
    },
}

/// A file here or on a server.
#[derive(Clone, Debug)]
pub enum Place {
    /// A path on this machine.
    Local(PathBuf),
    /// A URL.
    Remote(Url),
}

impl Options {
    /// The time of a call.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    /// How many calls may be in flight.
    pub fn window(&self) -> usize {
        usize::from(self.window)
    }
}

impl Place {
    /// What begins with `nfs://` is a URL.
    ///
    /// # Errors
    /// It begins so and is none.
    fn new(text: OsString) -> Result<Self, UrlFault> {
        match text.to_str().filter(|text| text.starts_with("nfs://")) {
            Some(text) => Ok(Self::Remote(text.parse()?)),
            None => Ok(Self::Local(text.into())),
        }
    }
}
