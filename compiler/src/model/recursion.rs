//! Types that hold themselves.

use super::definition::Places;
use super::errors::Errors;
use super::graph::{self, Edges};
use super::types::{Definition, Model, Type};
use super::walk::{self, edges};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Refuses types a value of which would have no end, and typedefs that lead only to each other.
pub(super) fn refuse_infinite(model: &Model, places: &[Places], errors: &mut Errors) {
    let structure = "a typedef only names what is there: let a structure or a union stand in between";
    let typedefs = refuse_cycles(&between_typedefs(model), &BTreeSet::new(), structure, model, places, errors);
    let parts = walk::parts(model);
    let star = "write `*` before one of these names, so that a value can end there";
    refuse_cycles(&parts, &typedefs, star, model, places, errors);
}

/// Reports each cycle that begins with none of those in `known`; returns all that is in cycles.
fn refuse_cycles(
    edges: &Edges,
    known: &BTreeSet<usize>,
    help: &str,
    model: &Model,
    places: &[Places],
    errors: &mut Errors,
) -> BTreeSet<usize> {
    let mut members = BTreeSet::new();
    for component in graph::components(edges).cyclic() {
        if let Some(first) = component.members.first().filter(|first| !known.contains(first))
            && let Some(error) = cycle_error(model, places, &shortest_cycle(edges, *first))
        {
            errors.push(error.help(help));
        }
        members.extend(component.members);
    }
    members
}

/// The mentions of typedefs in typedefs.
fn between_typedefs(model: &Model) -> Edges {
    let is_typedef = |it: &Definition| matches!(it, Definition::Typedef(_));
    let mentioned = |from| {
        let typedefs = walk::mentions(from).filter(move |_| is_typedef(from)).map(|(id, _)| id.0);
        typedefs.filter(|to| model.definitions.get(*to).is_some_and(is_typedef))
    };
    model.definitions.iter().map(mentioned).collect()
}

fn cycle_error(model: &Model, places: &[Places], cycle: &[usize]) -> Option<Diagnostic> {
    let mut steps = cycle.iter().zip(cycle.iter().cycle().skip(1)).filter_map(|(from, to)| {
        let span = place_of_mention(model, places, *from, *to)?;
        Some((span, model.definitions.get(*from)?.name(), model.definitions.get(*to)?.name()))
    });
    let (span, from, to) = steps.next()?;
    let error = Diagnostic::error(Code::InfiniteSize, span, format!("`{from}` contains itself without end"))
        .label(format!("`{from}` contains `{to}` here"));
    Some(steps.fold(error, |error, (span, from, to)| error.note_at(span, format!("`{from}` contains `{to}` here"))))
}

/// The nodes of a shortest way from a node back to it, the node first; breadth first.
fn shortest_cycle(edges: &Edges, start: usize) -> Vec<usize> {
    let mut reached_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for to in edges.of(node) {
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
    while let Some(before) = reached_from.get(&at).filter(|_| path.len() < edges.count()) {
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
    let mut types = walk::types(model.definitions.get(from)?);
    let position = types.position(|ty| walk::mention(ty).is_some_and(|(id, _)| id.0 == to))?;
    places.get(from)?.types.get(position).copied()
}

/// Marks the types a value of which may hold another value of the type, and the optional-data that closes such cycles.
pub(super) fn mark(model: &mut Model) {
    let edges = edges(model);
    let mut component_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, component) in graph::components(&edges).cyclic().enumerate() {
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
