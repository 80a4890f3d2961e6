//! What can go wrong, with the path that it is about.

use crate::idl::{Mountstat3, Nfsstat3};
use crate::url::shown;
use oncrpc::Text;
use std::{fmt, io};

/// What a command returns.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a command failed. `path` is the place as it is shown.
#[derive(Debug)]
pub enum Failure {
    /// The server refused, with a status of NFS.
    Nfs { path: String, status: Nfsstat3 },
    /// The server refused to let the export be mounted.
    Mount { path: String, status: Mountstat3 },
    /// The server exports nothing that the path lies in, but this.
    NotExported { path: String, exports: Vec<Text> },
    /// The call failed, or the server broke the protocol of RPC.
    Call { path: String, source: oncrpc::Error },
    /// The server broke the protocol of NFS.
    Protocol { path: String, what: &'static str },
    /// Something of this machine.
    Local { path: String, source: io::Error },
    /// What is asked for cannot be done.
    Refused { path: String, what: &'static str },
}

impl Failure {
    /// 1 where somebody refused, 2 where the command makes no sense, 3 where there is no talking to the server.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Nfs { .. } | Self::Mount { .. } | Self::NotExported { .. } | Self::Local { .. } => 1,
            Self::Refused { .. } => 2,
            Self::Call { .. } | Self::Protocol { .. } => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nfs { path, status } => write!(out, "{path}: {} ({status})", words(*status)),
            Self::Mount { path, status } => match Nfsstat3::try_from(i32::from(*status)) {
                Ok(same) => write!(out, "{path} cannot be mounted: {} ({status})", words(same)),
                Err(_) => write!(out, "{path} cannot be mounted: {status}"),
            },
            Self::NotExported { path, exports } if exports.is_empty() => write!(out, "{path}: nothing is exported"),
            Self::NotExported { path, exports } => {
                let exports: Vec<String> = exports.iter().map(shown).collect();
                write!(out, "{path} is not in what is exported: {}", exports.join(", "))
            }
            Self::Call { path, source } => write!(out, "{path}: {source}"),
            Self::Local { path, source } => write!(out, "{path}: {source}"),
            Self::Protocol { path, what } | Self::Refused { path, what } => write!(out, "{path}: {what}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Says of an error which path it is about.
pub trait About<T> {
    /// # Errors
    /// That of `self`.
    fn about(self, path: &str) -> Result<T>;
}

impl<T> About<T> for oncrpc::Result<T> {
    fn about(self, path: &str) -> Result<T> {
        self.map_err(|source| Failure::Call { path: path.to_owned(), source })
    }
}

impl<T> About<T> for Result<T, Nfsstat3> {
    fn about(self, path: &str) -> Result<T> {
        self.map_err(|status| Failure::Nfs { path: path.to_owned(), status })
    }
}

impl<T> About<T> for Result<T, Mountstat3> {
    fn about(self, path: &str) -> Result<T> {
        self.map_err(|status| Failure::Mount { path: path.to_owned(), status })
    }
}

impl<T> About<T> for io::Result<T> {
    fn about(self, path: &str) -> Result<T> {
        self.map_err(|source| Failure::Local { path: path.to_owned(), source })
    }
}

fn words(status: Nfsstat3) -> &'static str {
    match status {
        Nfsstat3::Ok => "no error",
        Nfsstat3::ErrPerm => "only the owner may do this",
        Nfsstat3::ErrNoent => "no such file or directory",
        Nfsstat3::ErrIo => "a device failed",
        Nfsstat3::ErrNxio | Nfsstat3::ErrNodev => "no such device",
        Nfsstat3::ErrAcces => "permission denied",
        Nfsstat3::ErrExist => "it exists already",
        Nfsstat3::ErrXdev => "it is in another file system",
        Nfsstat3::ErrNotdir => "not a directory",
        Nfsstat3::ErrIsdir => "it is a directory",
        Nfsstat3::ErrInval => "the server takes the arguments for invalid",
        Nfsstat3::ErrFbig => "the file would be too large",
        Nfsstat3::ErrNospc => "no space is left",
        Nfsstat3::ErrRofs => "the file system is read-only",
        Nfsstat3::ErrMlink => "too many links",
        Nfsstat3::ErrNametoolong => "the name is too long",
        Nfsstat3::ErrNotempty => "the directory is not empty",
        Nfsstat3::ErrDquot => "the quota is used up",
        Nfsstat3::ErrStale => "the file has gone meanwhile",
        Nfsstat3::ErrRemote => "it is on another server",
        Nfsstat3::ErrBadhandle => "the server does not know its own file handle",
        Nfsstat3::ErrNotSync => "it was changed meanwhile",
        Nfsstat3::ErrBadCookie => "the directory was changed meanwhile",
        Nfsstat3::ErrNotsupp => "the server does not do this",
        Nfsstat3::ErrToosmall => "the server wants more room for its answer",
        Nfsstat3::ErrServerfault => "the server failed",
        Nfsstat3::ErrBadtype => "the server does not know such files",
        Nfsstat3::ErrJukebox => "the server needs more time: try again later",
    }
}
