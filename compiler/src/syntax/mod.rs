//! The syntax of `.x` files: grammar, tree and parser.

pub(crate) mod ast;
mod comments;
mod parse;
pub(crate) mod walk;

pub(crate) use parse::{Faulty, parse};
