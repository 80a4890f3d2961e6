//! Compiles rpcgen `.x` interface files (RFC 4506, RFC 5531) to Rust.
//!
//! A build script needs one line:
//!
//! ```no_run
//! oncrpc_compiler::compile("idl/hello.x").unwrap_or_exit();
//! ```
//!
//! The emitted file uses the package `oncrpc`, which is the runtime, and nothing else. The same compiler is the command
//! `oncrpc` (feature `cli`).
//!
//! The C preprocessor is built in: `#include "file"`, `#define` without parameters and conditionals. Absent are macros with
//! parameters, and `#include <file>` is passed over, as are lines that begin with `%`.

#![forbid(unsafe_code)]

mod build_script;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod diagnostic;
mod driver;
mod error;
#[cfg(any(feature = "cli", test))]
mod explain;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod interop;
#[cfg(feature = "cli")]
mod json;
mod lex;
mod lint;
mod literal;
pub mod model;
mod options;
mod output;
#[cfg(feature = "cli")]
mod own_sources;
mod preprocess;
mod render;
mod rust;
mod source;
mod suggest;
mod syntax;
#[cfg(test)]
mod testing;
mod text;

pub use build_script::{Compiler, Outcome, compile};
pub use error::CompileError;
pub use lint::{Level, Lint};
pub use options::{ProcedureOptions, TypeOptions};
pub use rust::EmitError;
pub use rust::choices::{Enumerations, OpaqueType, StringType, UnknownDiscriminants};
