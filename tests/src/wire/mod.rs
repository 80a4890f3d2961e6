//! Wire bytes made from the model alone, by RFC 4506 and nothing else: what codecs on both sides are held against.

pub mod codecs;
mod generator;
mod mutation;
mod reader;

pub use generator::generate;
pub use mutation::mutate;
pub use reader::{Fault, Kind, Piece, Reading, read};

use crate::c::root;
use oncrpc_compiler::Compiler;
use oncrpc_compiler::model::types::{Definition, DefinitionId, Model, Type};

/// The model of an interface, whose path is below the folder of the project or absolute.
pub fn model(interface: &str) -> Model {
    let path = root().join(interface);
    Compiler::new().model(path).into_result().unwrap_or_else(|error| panic!("{error}"))
}

/// The types of `model` that have values, under their names in the `.x` file.
pub fn types(model: &Model) -> Vec<(&str, Type)> {
    let definitions = model.definitions.iter().enumerate();
    definitions.filter_map(|(index, definition)| named(definition, DefinitionId(index))).collect()
}

fn named(definition: &Definition, id: DefinitionId) -> Option<(&str, Type)> {
    Some(match definition {
        Definition::Enumeration(it) => (&it.name, Type::Named(id)),
        // In C a node is always followed by its link.
        Definition::Structure(it) if it.link.is_some() => (&it.name, Type::NonEmptyList(id)),
        Definition::Structure(it) => (&it.name, Type::Named(id)),
        Definition::Union(it) => (&it.name, Type::Named(id)),
        Definition::Typedef(it) => (&it.field.name, Type::Named(id)),
        _ => return None,
    })
}

/// Zero bytes behind `length` bytes of opaque data.
fn padding(length: usize) -> usize {
    length.next_multiple_of(4) - length
}
