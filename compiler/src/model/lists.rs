//! Linked lists: `struct node { ...; node *next; }` is how ONC RPC says "list".

use super::graph;
use super::types::{Definition, DefinitionId, Model, Type};
use super::walk::{self, edges};

/// Takes the link out of every node of a list, and turns what refers to nodes into lists.
pub(super) fn fold(model: &mut Model) {
    let nodes = nodes(model);
    for id in 0..model.definitions.len() {
        if let Some(Definition::Structure(it)) = model.definitions.get_mut(id).filter(|_| is_node(&nodes, id)) {
            it.link = it.fields.pop().map(|field| field.name);
        }
    }
    for definition in &mut model.definitions {
        for ty in walk::types_mut(definition) {
            rewrite(ty, &nodes);
        }
    }
}

/// Which definitions are nodes: their last member links to the next, and nothing else leads back to them.
fn nodes(model: &Model) -> Vec<bool> {
    let candidates: Vec<bool> = (0..model.definitions.len()).map(|id| ends_with_link(model, id)).collect();
    let mut edges = edges(model, |_| true);
    for ((edges, candidate), definition) in edges.iter_mut().zip(&candidates).zip(&model.definitions) {
        if *candidate {
            let all = walk::types(definition);
            let others = all.split_last().map(|(_, others)| others).unwrap_or_default();
            *edges = others.iter().filter_map(|ty| walk::mention(ty)).map(|(id, _)| id.0).collect();
        }
    }
    let mut nodes = candidates;
    for component in graph::components(&edges).iter().filter(|component| component.cyclic) {
        for member in &component.members {
            if let Some(node) = nodes.get_mut(*member) {
                *node = false;
            }
        }
    }
    nodes
}

/// Whether the last member of a structure is optional-data of itself, typedefs aside.
fn ends_with_link(model: &Model, id: usize) -> bool {
    let Some(Definition::Structure(it)) = model.definitions.get(id) else {
        return false;
    };
    match it.fields.last().map(|field| behind_typedefs(model, &field.ty)) {
        Some(Type::Optional(target)) => *behind_typedefs(model, target) == Type::Named(DefinitionId(id)),
        _ => false,
    }
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

fn is_node(nodes: &[bool], id: usize) -> bool {
    nodes.get(id).copied().unwrap_or(false)
}

fn rewrite(ty: &mut Type, nodes: &[bool]) {
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
