//! How deep types are made of types: emitted codecs call each other once a level.

use super::definition::Places;
use super::errors::Errors;
use super::types::{Definition, Model};
use super::{graph, walk};
use crate::diagnostic::{Code, Diagnostic};

/// The longest chain of definitions, each one mentioning the next. Recursion counts as one level here; at run time its
/// depth is counted.
const MAX_DEPTH: usize = 256;

/// Refuses chains that are too long, at the first definition beyond the limit.
pub(super) fn check(model: &Model, places: &[Places], errors: &mut Errors) {
    let mut edges = walk::edges(model, |_| true);
    // What holds a list holds all of its nodes.
    for (edges, definition) in edges.iter_mut().zip(&model.definitions) {
        if let Definition::Structure(it) = definition {
            edges.extend(it.link.iter().map(|link| link.next.0));
        }
    }
    let mut depths = vec![0_usize; edges.len()];
    for component in graph::components(&edges) {
        let targets = component.members.iter().filter_map(|member| edges.get(*member)).flatten();
        let depth = 1 + targets.filter_map(|target| depths.get(*target)).max().unwrap_or(&0);
        for member in &component.members {
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
