//! Options: how types become Rust, for a whole file or for one type, wherever the user says it.
//!
//! What the user says is a list of [`Request`]s, those that count less first: lines of the `.x` file, the file
//! `oncrpc.toml`, builder methods and flags. What is asked for one type goes before what is asked for all.

mod choose;
mod config;
mod given;
mod order;
mod pragma;
mod refuse;
mod setting;
mod subject;
mod type_options;

pub(crate) use choose::{Chosen, choose};
pub(crate) use config::requests as read_config;
pub(crate) use given::{Given, requests as read_given};
pub(crate) use pragma::requests as read_pragmas;
pub(crate) use setting::Setting;
pub use type_options::TypeOptions;

use crate::source::Span;

/// One option with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    /// Of the option and its value.
    span: Span,
    target: Target,
    setting: Setting,
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
}
