//! Wire bytes made from the model alone, by RFC 4506 and nothing else: what codecs on both sides are held against.

mod generator;
mod mutation;
mod random;
mod reader;

pub use generator::{generate, generate_overlong};
pub use mutation::{mutate, noise};
pub use random::Random;
pub use reader::{Fault, Kind, Piece, Reading, read};

use crate::model::types::{Definition, DefinitionId, Model, Type};

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
        Definition::Constant(_) | Definition::Program(_) | Definition::Extern(_) => return None,
    })
}

/// Zero bytes behind `length` bytes of opaque data.
fn padding(length: usize) -> usize {
    length.wrapping_neg() & 3
}
