//! What a declaration holds, as JSON.

use super::write::Json;
use crate::model::types::{Definition, DefinitionId, Model, Type};

pub(super) fn of_type(model: &Model, ty: &Type) -> Json {
    let of = |ty| of_type(model, ty);
    match ty {
        Type::Basic(basic) => kind("basic", vec![("name", basic.name().into())]),
        Type::FixedOpaque(length) => kind("fixed_opaque", vec![("length", (*length).into())]),
        Type::VariableOpaque(max) => kind("variable_opaque", vec![("max", (*max).into())]),
        Type::String(max) => kind("string", vec![("max", (*max).into())]),
        Type::FixedArray(element, length) => {
            kind("fixed_array", vec![("element", of(element)), ("length", (*length).into())])
        }
        Type::VariableArray(element, max) => {
            kind("variable_array", vec![("element", of(element)), ("max", (*max).into())])
        }
        Type::Optional(element) => kind("optional", vec![("element", of(element)), ("recursive", false.into())]),
        Type::RecursiveOptional(element) => {
            kind("optional", vec![("element", of(element)), ("recursive", true.into())])
        }
        Type::List(node) => kind("list", vec![("node", named(model, *node)), ("may_be_empty", true.into())]),
        Type::NonEmptyList(node) => kind("list", vec![("node", named(model, *node)), ("may_be_empty", false.into())]),
        Type::Named(id) => named(model, *id),
    }
}

/// A definition of the file, by its name and its place in the list of all.
pub(super) fn named(model: &Model, id: DefinitionId) -> Json {
    let name = model.definition(id).map(Definition::name);
    kind("named", vec![("name", name.into()), ("definition", id.0.into())])
}

fn kind(kind: &str, members: Vec<(&'static str, Json)>) -> Json {
    Json::Object(std::iter::once(("kind", kind.into())).chain(members).collect())
}
