//! Types that hold themselves.

use super::definition::Places;
use super::errors::Errors;
use super::graph;
use super::types::{Definition, Model, Type};
use super::walk::{self, Mention, edges};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use std::collections::{HashMap, VecDeque};

/// Refuses types a value of which would have no end.
pub(super) fn refuse_infinite(model: &Model, places: &[Places], errors: &mut Errors) {
    let edges = edges(model, |how| how == Mention::Part);
    for component in graph::components(&edges).iter().filter(|component| component.cyclic) {
        if let Some(first) = component.members.first() {
            errors.extend_cycle(model, places, &shortest_cycle(&edges, *first));
        }
    }
}

impl Errors {
    fn extend_cycle(&mut self, model: &Model, places: &[Places], cycle: &[usize]) {
        let mut steps = cycle.iter().zip(cycle.iter().cycle().skip(1)).filter_map(|(from, to)| {
            let span = place_of_mention(model, places, *from, *to)?;
            Some((span, model.definitions.get(*from)?.name(), model.definitions.get(*to)?.name()))
        });
        let Some((span, from, to)) = steps.next() else { return };
        let error = Diagnostic::error(Code::InfiniteSize, span, format!("`{from}` contains itself without end"))
            .label(format!("`{from}` contains `{to}` here"));
        let error =
            steps.fold(error, |error, (span, from, to)| error.note_at(span, format!("`{from}` contains `{to}` here")));
        self.push(error.help("write `*` before one of these names, so that a value can end there"));
    }
}

/// The nodes of a shortest way from a node back to it, the node first; breadth first.
fn shortest_cycle(edges: &[Vec<usize>], start: usize) -> Vec<usize> {
    let mut reached_from: HashMap<usize, usize> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for to in edges.get(node).into_iter().flatten() {
            reached_from.entry(*to).or_insert_with(|| {
                queue.push_back(*to);
                node
            });
        }
        if reached_from.contains_key(&start) {
            break;
        }
    }
    let mut path = Vec::new();
    let mut at = start;
    while let Some(before) = reached_from.get(&at).filter(|_| path.len() < edges.len()) {
        path.push(*before);
        at = *before;
        if at == start {
            break;
        }
    }
    path.reverse();
    path
}

fn place_of_mention(model: &Model, places: &[Places], from: usize, to: usize) -> Option<Span> {
    let types = walk::types(model.definitions.get(from)?);
    let position = types.into_iter().position(|ty| walk::mention(ty).is_some_and(|(id, _)| id.0 == to))?;
    places.get(from)?.types.get(position).copied()
}

/// Marks the types a value of which may hold another value of the type, and the optional-data that closes such cycles.
pub(super) fn mark(model: &mut Model) {
    let edges = edges(model, |_| true);
    let mut component_of: HashMap<usize, usize> = HashMap::new();
    for (index, component) in graph::components(&edges).iter().enumerate().filter(|(_, component)| component.cyclic) {
        component_of.extend(component.members.iter().map(|member| (*member, index)));
    }
    for (id, definition) in model.definitions.iter_mut().enumerate() {
        let Some(component) = component_of.get(&id) else {
            continue;
        };
        match definition {
            Definition::Structure(it) => it.recursive = true,
            Definition::Union(it) => it.recursive = true,
            _ => {}
        }
        for ty in walk::types_mut(definition) {
            close(ty, &|id| component_of.get(&id) == Some(component));
        }
    }
}

fn close(ty: &mut Type, in_cycle: &impl Fn(usize) -> bool) {
    match ty {
        Type::Optional(inner) => {
            close(inner, in_cycle);
            if walk::mention(inner).is_some_and(|(id, _)| in_cycle(id.0)) {
                *ty = Type::RecursiveOptional(inner.clone());
            }
        }
        Type::FixedArray(inner, _) | Type::VariableArray(inner, _) => close(inner, in_cycle),
        _ => {}
    }
}
