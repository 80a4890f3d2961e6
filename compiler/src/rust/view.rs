//! Views of structures and unions: the same members, borrowed from the record.

use super::names::view_name;
use super::traits::is_by_value;
use super::types::{Pair, pair};
use super::{Context, EmitError, render, structure};
use crate::model::types::{DefinitionId, Structure};
use askama::Template;

#[derive(Template)]
#[template(path = "value_view.rs.j2", escape = "none")]
struct ValueView<'a> {
    name: &'a str,
}

/// The view of a type that is seen as itself.
pub(super) fn emit_value(context: Context<'_>, id: DefinitionId) -> Result<String, EmitError> {
    render(&ValueView { name: context.names.of(id) })
}

#[derive(Template)]
#[template(path = "structure_view.rs.j2", escape = "none")]
struct StructureView<'a> {
    name: &'a str,
    view: String,
    fields: Vec<FieldView>,
}

struct FieldView {
    docs: String,
    name: String,
    ty: String,
    codec: String,
}

pub(super) fn emit_structure(context: Context<'_>, id: DefinitionId, it: &Structure) -> Result<String, EmitError> {
    if is_by_value(context, id) {
        return emit_value(context, id);
    }
    let fields = structure::fields(context, it).into_iter().zip(&it.fields).map(|(field, declared)| {
        let Pair { view, codec, .. } = pair(context, &declared.ty, "");
        FieldView { docs: field.docs, name: field.name, ty: view, codec }
    });
    let name = context.names.of(id);
    render(&StructureView { name, view: view_name(name), fields: fields.collect() })
}
