//! Options: how types become Rust, for a whole file or for one type, wherever the user says it.
//!
//! What the user says is a list of [`Request`]s, those that count less first: lines of the `.x` file, the file
//! `oncrpc.toml`, builder methods and flags. What is asked for one type goes before what is asked for all.

mod choose;
mod chosen;
mod config;
mod elsewhere;
mod given;
mod order;
mod pragma;
mod procedure_options;
mod procedures;
mod refuse;
mod run;
mod setting;
mod subject;
mod type_options;

pub(crate) use choose::choose;
pub(crate) use chosen::Chosen;
pub(crate) use config::{Files, requests as read_config};
pub(crate) use elsewhere::unheard;
pub(crate) use given::{Given, requests as read_given};
pub(crate) use pragma::requests as read_pragmas;
pub use procedure_options::ProcedureOptions;
pub(crate) use run::Run;
pub(crate) use setting::Setting;
pub use type_options::TypeOptions;

use crate::source::Span;

/// One option with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    /// Of the option and its value.
    span: Span,
    reach: Reach,
    target: Target,
    setting: Setting,
}

/// Whose definitions a request can be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Those of the file that it was read for, and of its includes.
    File,
    /// Those of any file of the run.
    Run,
}

/// What an option is for.
#[derive(Clone, Debug, PartialEq)]
enum Target {
    /// Every type.
    All,
    /// The types of the file that the request stands in.
    OwnFile,
    /// One type, and where it is named.
    Type(String, Span),
    /// The procedures `NAME`, `VERSION.NAME` or `PROGRAM.VERSION.NAME`, and where that is written.
    Procedures(String, Span),
}
