//! What can go wrong for the users of the library.

use crate::diagnostic::Severity;
use crate::driver::Failure;
use crate::render::{self, Style};
use crate::rust::EmitError;
use crate::source::SourceMap;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// Why there is no Rust.
#[derive(Debug)]
#[non_exhaustive]
pub enum CompileError {
    /// The `.x` file, or that of its options, cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The `.x` file has errors.
    Rejected {
        /// The errors with their places, as text for a terminal.
        report: String,
        /// How many they are.
        errors: usize,
    },
    /// The output cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Two inputs would have the same output.
    SameStem {
        /// The one.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// The path of the input has no file name.
    NoFileName {
        /// The path.
        path: PathBuf,
    },
    /// What `Compiler::extern_type` was given is not the path of a type, or one that begins with `self` or `super`.
    NoExternType {
        /// The name in the `.x` file.
        name: String,
        /// What should stand for it.
        path: String,
    },
    /// What `Compiler::module_path` was given is not the path of a module.
    NoModulePath {
        /// The name of the file, without `.x`.
        name: String,
        /// Where its output should be.
        path: String,
    },
    /// Neither `Compiler::out_dir` nor the variable `OUT_DIR`, which cargo sets for build scripts, says where to write.
    NoOutDir,
    /// A fault of the compiler itself.
    Internal(EmitError),
}

impl CompileError {
    pub(crate) fn new(path: &Path, failure: Failure, sources: &SourceMap, style: Style) -> Self {
        match failure {
            Failure::Read(error) => CompileError::Read { path: path.to_owned(), error },
            Failure::ReadConfig(path, error) => CompileError::Read { path, error },
            Failure::Rejected(errors) => CompileError::Rejected {
                report: render::render(&errors, sources, style),
                errors: errors.iter().filter(|it| it.severity == Severity::Error).count(),
            },
            Failure::Elsewhere => CompileError::Rejected { report: String::new(), errors: 0 },
            Failure::Internal(error) => CompileError::Internal(error),
        }
    }

    /// This error and another one of the same run: the errors of all files are told together.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (
                CompileError::Rejected { mut report, mut errors },
                CompileError::Rejected { report: more, errors: count },
            ) => {
                report.push_str(&more);
                errors += count;
                CompileError::Rejected { report, errors }
            }
            (CompileError::Rejected { .. }, other) => other,
            (first, _) => first,
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::Read { path, error } => write!(f, "error: cannot read `{}`: {error}", path.display()),
            CompileError::Rejected { report, errors: 1 } => write!(f, "{report}error: nothing emitted due to 1 error"),
            CompileError::Rejected { report, errors } => {
                write!(f, "{report}error: nothing emitted due to {errors} errors")
            }
            CompileError::Write { path, error } => write!(f, "error: cannot write `{}`: {error}", path.display()),
            CompileError::SameStem { first, second } => {
                write!(f, "error: `{}` and `{}` would have the same output", first.display(), second.display())
            }
            CompileError::NoFileName { path } => write!(f, "error: `{}` does not name a file", path.display()),
            CompileError::NoExternType { name, path } => {
                write!(
                    f,
                    "error: `{path}`, for `{name}`, is not a Rust type that is named from the crate, as `crate::NetObj`"
                )
            }
            CompileError::NoModulePath { name, path } => {
                write!(f, "error: `{path}`, for `{name}`, is not the path of a module, as `crate::wire::common`")
            }
            CompileError::NoOutDir => f.write_str("error: OUT_DIR is not set: call this from a build script"),
            CompileError::Internal(error) => write!(f, "error: {error}"),
        }
    }
}

impl std::error::Error for CompileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CompileError::Read { error, .. } | CompileError::Write { error, .. } => Some(error),
            CompileError::Internal(error) => Some(error),
            _ => None,
        }
    }
}
