//! Linked lists: `struct node { ...; node *next; }` is how ONC RPC says "list". In a mutual list several structures take
//! turns: `struct a { ...; b *next; }; struct b { ...; a *next; };`.

use super::graph::{self, Component, Edges};
use super::types::{Definition, DefinitionId, Link, Model, Type};
use super::walk::{self, edges};

/// The most structures that take turns. More would make a type that nobody can read, and take long to look through.
const MOST_TURNS: usize = 64;

/// Takes the link out of every node of a list, and turns what refers to nodes into lists.
pub(super) fn fold(model: &mut Model) {
    let nodes = nodes(model);
    for (definition, next) in model.definitions.iter_mut().zip(&nodes) {
        if let (Definition::Structure(it), Some(next)) = (definition, *next) {
            it.link = it.fields.pop().map(|field| Link { name: field.name, next });
        }
    }
    for definition in &mut model.definitions {
        for ty in walk::types_mut(definition) {
            rewrite(ty, &nodes);
        }
    }
}

/// For each definition that is a node the structure of the node behind it: those that lead back to themselves by their
/// links and in no other way.
fn nodes(model: &Model) -> Vec<Option<DefinitionId>> {
    let edges = edges(model);
    let mut nodes = vec![None; model.definitions.len()];
    for component in graph::components(&edges).cyclic() {
        let next = |member: &usize| next_in(model, &edges, component, *member);
        let found: Option<Vec<_>> = component.members.iter().map(next).collect();
        let Some(found) = found.filter(|found| found.iter().flatten().count() <= MOST_TURNS) else { continue };
        for (member, next) in component.members.iter().zip(found) {
            if let Some(node) = nodes.get_mut(*member) {
                *node = next;
            }
        }
    }
    nodes
}

/// The structure that the link of a node leads to; none for a typedef on the way to one. `None` where that is not all
/// that there is between a definition and the others which lead back to it.
fn next_in(model: &Model, edges: &Edges, component: Component<'_>, id: usize) -> Option<Option<DefinitionId>> {
    let is_within = |id: usize| component.members.binary_search(&id).is_ok();
    if edges.of(id).iter().filter(|to| is_within(**to)).count() != 1 {
        return None;
    }
    match model.definitions.get(id)? {
        Definition::Typedef(_) => Some(None),
        Definition::Structure(it) => match behind_typedefs(model, &it.fields.last()?.ty) {
            Type::Optional(target) => match behind_typedefs(model, target) {
                Type::Named(next) if is_within(next.0) && is_structure(model, *next) => Some(Some(*next)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn is_structure(model: &Model, id: DefinitionId) -> bool {
    matches!(model.definition(id), Some(Definition::Structure(_)))
}

/// A type that is not the name of a typedef. Typedefs do not go in circles here.
fn behind_typedefs<'a>(model: &'a Model, ty: &'a Type) -> &'a Type {
    let mut ty = ty;
    while let Type::Named(id) = ty {
        match model.definitions.get(id.0) {
            Some(Definition::Typedef(it)) => ty = &it.field.ty,
            _ => break,
        }
    }
    ty
}

fn is_node(nodes: &[Option<DefinitionId>], id: usize) -> bool {
    nodes.get(id).is_some_and(Option::is_some)
}

fn rewrite(ty: &mut Type, nodes: &[Option<DefinitionId>]) {
    match ty {
        Type::Named(id) if is_node(nodes, id.0) => *ty = Type::NonEmptyList(*id),
        Type::Optional(inner) => match **inner {
            Type::Named(id) if is_node(nodes, id.0) => *ty = Type::List(id),
            _ => rewrite(inner, nodes),
        },
        Type::FixedArray(inner, _) | Type::VariableArray(inner, _) | Type::RecursiveOptional(inner) => {
            rewrite(inner, nodes);
        }
        _ => {}
    }
}
