//! Wire bytes made from the model alone, as `oncrpc interop` makes them, and what codecs on both sides are for them.

pub mod codecs;
mod harness;

pub use harness::{Answer, ask};
pub use oncrpc_compiler::interop::wire::{
    Fault, Kind, Piece, Random, Reading, generate, generate_overlong, mutate, read, types,
};

use crate::c::root;
use oncrpc_compiler::Compiler;
use oncrpc_compiler::model::types::Model;

/// The model of an interface, whose path is below the folder of the project or absolute.
pub fn model(interface: &str) -> Model {
    let path = root().join(interface);
    Compiler::new().model(path).into_result().unwrap_or_else(|error| panic!("{error}"))
}
