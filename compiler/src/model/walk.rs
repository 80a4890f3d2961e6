//! The types a definition is made of, and what they lead to.

use super::graph::Edges;
use super::types::{Definition, DefinitionId, Model, Type};

/// How one definition mentions another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mention {
    /// As a part: a value always holds a value of the other.
    Part,
    /// Behind optional-data, a variable-length array or a list: a value may hold none.
    Indirect,
}

/// The types of members, arms (default last), a typedef, or arguments and result of each procedure.
pub(super) fn types(definition: &Definition) -> impl Iterator<Item = &Type> {
    let (mut members, mut arms, mut last, mut versions) = (&[][..], &[][..], None, &[][..]);
    match definition {
        Definition::Constant(_) | Definition::Enumeration(_) | Definition::Extern(_) => {}
        Definition::Structure(it) => members = &it.fields,
        Definition::Union(it) => {
            arms = &it.arms;
            last = it.default.as_ref().and_then(|arm| arm.field.as_ref());
        }
        Definition::Typedef(it) => last = Some(&it.field),
        Definition::Program(it) => versions = &it.versions,
    }
    let declared = members.iter().chain(arms.iter().filter_map(|arm| arm.field.as_ref())).chain(last);
    let procedures = versions.iter().flat_map(|version| &version.procedures);
    let used = procedures.flat_map(|it| it.arguments.iter().map(|argument| &argument.ty).chain(&it.result));
    declared.map(|field| &field.ty).chain(used)
}

/// [`types`], to be changed.
pub(super) fn types_mut(definition: &mut Definition) -> Vec<&mut Type> {
    match definition {
        Definition::Constant(_) | Definition::Enumeration(_) | Definition::Extern(_) => Vec::new(),
        Definition::Structure(it) => it.fields.iter_mut().map(|field| &mut field.ty).collect(),
        Definition::Union(it) => {
            let arms = it.arms.iter_mut().filter_map(|arm| arm.field.as_mut());
            arms.chain(it.default.iter_mut().filter_map(|arm| arm.field.as_mut())).map(|field| &mut field.ty).collect()
        }
        Definition::Typedef(it) => vec![&mut it.field.ty],
        Definition::Program(it) => {
            let procedures = it.versions.iter_mut().flat_map(|version| &mut version.procedures);
            procedures
                .flat_map(|it| it.arguments.iter_mut().map(|argument| &mut argument.ty).chain(&mut it.result))
                .collect()
        }
    }
}

/// The definition a type names, and how.
pub(super) fn mention(ty: &Type) -> Option<(DefinitionId, Mention)> {
    match ty {
        Type::Named(id) | Type::NonEmptyList(id) => Some((*id, Mention::Part)),
        Type::List(id) => Some((*id, Mention::Indirect)),
        Type::FixedArray(element, _) => mention(element),
        Type::VariableArray(inner, _) | Type::Optional(inner) | Type::RecursiveOptional(inner) => {
            mention(inner).map(|(id, _)| (id, Mention::Indirect))
        }
        Type::Basic(_) | Type::FixedOpaque(_) | Type::VariableOpaque(_) | Type::String(_) => None,
    }
}

/// The types that the codec of a definition needs, seen through typedefs; nothing for a typedef itself.
pub(crate) fn needed(model: &Model, definition: &Definition) -> Vec<DefinitionId> {
    let discriminant = match definition {
        Definition::Typedef(_) => return Vec::new(),
        Definition::Union(it) => Some(&it.discriminant_type),
        _ => None,
    };
    let named = types(definition).chain(discriminant).filter_map(mention).map(|(id, _)| id);
    named.filter_map(|id| seen_through(model, id)).collect()
}

/// What is behind all typedefs, which do not go in circles, if it has a definition.
fn seen_through(model: &Model, mut id: DefinitionId) -> Option<DefinitionId> {
    while let Definition::Typedef(it) = model.definition(id)? {
        id = mention(&it.field.ty)?.0;
    }
    Some(id)
}

/// The definitions that one mentions.
pub(super) fn mentions(definition: &Definition) -> impl Iterator<Item = (DefinitionId, Mention)> {
    types(definition).filter_map(mention)
}

/// For each definition those it mentions.
pub(super) fn edges(model: &Model) -> Edges {
    model.definitions.iter().map(|definition| mentions(definition).map(|(id, _)| id.0)).collect()
}

/// For each definition those that are part of it.
pub(super) fn parts(model: &Model) -> Edges {
    let parts = |definition| mentions(definition).filter(|(_, how)| *how == Mention::Part).map(|(id, _)| id.0);
    model.definitions.iter().map(parts).collect()
}
