use super::tools::Missing;
use crate::error::CompileError;
use crate::rust::EmitError;
use std::path::PathBuf;
use std::{fmt, io};

/// Why nothing can be said about a file.
#[derive(Debug)]
pub(crate) enum CannotRun {
    /// The `.x` file cannot be read or is wrong, or the compiler is.
    Compile(CompileError),
    /// Programs or libraries are not there.
    Missing(Vec<Missing>),
    /// A program is there but does not start.
    Start { command: String, error: io::Error },
    /// rpcgen, gcc or cargo refuses what it is given.
    Refused { command: String, file: PathBuf, message: String },
    /// A file cannot be written or read.
    File { path: PathBuf, error: io::Error },
    /// The path has no name that both sides can build files for.
    Name { path: PathBuf },
    /// There is nothing to compare: the file has no types that C has, too.
    NoTypes { path: PathBuf },
    /// The report cannot be written.
    Print(io::Error),
}

impl fmt::Display for CannotRun {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compile(error) => error.fmt(out),
            Self::Missing(missing) => {
                writeln!(out, "error: C peers cannot be built")?;
                for it in missing {
                    writeln!(out, "  {} is missing: Debian package {}", it.what, it.package)?;
                }
                let packages: Vec<&str> = missing.iter().map(|it| it.package).collect();
                write!(out, "help: apt-get install {}", packages.join(" "))
            }
            Self::Start { command, error } => write!(out, "error: `{command}` does not start: {error}"),
            Self::Refused { command, file, message } => {
                write!(out, "error: {command} refuses what there is for `{}`:\n{}", file.display(), message.trim_end())
            }
            Self::File { path, error } => write!(out, "error: `{}`: {error}", path.display()),
            Self::Name { path } => write!(out, "error: `{}` is not the name of a file", path.display()),
            Self::NoTypes { path } => {
                write!(out, "error: `{}` has no types to compare: nothing is proved", path.display())
            }
            Self::Print(error) => write!(out, "error: cannot print the report: {error}"),
        }
    }
}

impl CannotRun {
    /// A fault of a template or of the compiler.
    pub(super) fn emit(error: impl Into<EmitError>) -> Self {
        Self::Compile(CompileError::Internal(error.into()))
    }
}
