//! How deep types are made of types: emitted codecs call each other once a level.

use super::definition::Places;
use super::errors::Errors;
use super::graph::{self, Edges};
use super::types::{Definition, Model};
use super::walk;
use crate::diagnostic::{Code, Diagnostic};

/// The longest chain of definitions, each one mentioning the next. Recursion counts as one level here; at run time its
/// depth is counted.
const MAX_DEPTH: usize = 256;

/// Refuses chains that are too long, at the first definition beyond the limit.
pub(super) fn check(model: &Model, places: &[Places], errors: &mut Errors) {
    // What holds a list holds all of its nodes.
    let needed = |definition| walk::mentions(definition).map(|(id, _)| id.0).chain(next(definition));
    let edges: Edges = model.definitions.iter().map(needed).collect();
    let mut depths = vec![0_usize; edges.count()];
    for component in graph::components(&edges).iter() {
        let targets = component.members.iter().flat_map(|member| edges.of(*member));
        let depth = 1 + targets.filter_map(|target| depths.get(*target)).max().unwrap_or(&0);
        for member in component.members {
            if let Some(own) = depths.get_mut(*member) {
                *own = depth;
            }
        }
        if let Some(first) = component.members.first().filter(|_| depth == MAX_DEPTH + 1) {
            let name = model.definitions.get(*first).map_or("", |it| it.name());
            let span = places.get(*first).map(|places| places.name).unwrap_or_default();
            errors.push(
                Diagnostic::error(Code::TypesTooDeep, span, format!("`{name}` nests types more than {MAX_DEPTH} deep"))
                    .label("one type too many"),
            );
        }
    }
}

/// The node that the link of a list's node leads to.
fn next(definition: &Definition) -> Option<usize> {
    match definition {
        Definition::Structure(it) => it.link.as_ref().map(|link| link.next.0),
        _ => None,
    }
}
