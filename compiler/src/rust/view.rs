//! Views of structures and unions: the same members, borrowed from the record.

use super::types::{Pair, pair};
use super::{Context, EmitError, traits, variant};
use crate::model::types::{Definition, DefinitionId, Field, Structure, Type};
use askama::Template;

/// Whether a value is seen as itself: it is copied, or nothing in it could be borrowed.
pub(super) fn is_by_value(context: Context<'_>, id: DefinitionId) -> bool {
    traits::of(context, id).copy || !borrows_definition(context, id)
}

/// Whether a declaration is seen as something borrowed.
pub(super) fn borrows(context: Context<'_>, ty: &Type) -> bool {
    match ty {
        Type::Basic(_) => false,
        Type::Optional(inner) => borrows(context, inner),
        Type::Named(id) => match context.model.definition(*id) {
            Some(Definition::Typedef(typedef)) => borrows(context, &typedef.field.ty),
            _ => !is_by_value(context, *id),
        },
        _ => true,
    }
}

/// What leads back to itself does so through something borrowed, so that this ends.
fn borrows_definition(context: Context<'_>, id: DefinitionId) -> bool {
    let borrowed = |field: &Field| borrows(context, &field.ty);
    match context.model.definition(id) {
        Some(Definition::Extern(_)) => true,
        Some(Definition::Structure(it)) => it.fields.iter().any(borrowed),
        Some(Definition::Union(it)) => variant::held(context, it).any(borrowed),
        _ => false,
    }
}

#[derive(Template)]
#[template(path = "value_view.rs.j2")]
struct ValueView<'a> {
    name: &'a str,
}

/// The view of a type that is seen as itself.
pub(super) fn emit_value(context: Context<'_>, id: DefinitionId) -> Result<String, EmitError> {
    Ok(ValueView { name: context.names.of(id) }.render()?)
}

#[derive(Template)]
#[template(path = "structure_view.rs.j2")]
struct StructureView<'a> {
    name: &'a str,
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
    let fields = super::structure::fields(context, it).into_iter().zip(&it.fields).map(|(field, declared)| {
        let Pair { view, codec, .. } = pair(context, &declared.ty, "");
        FieldView { docs: field.docs, name: field.name, ty: view, codec }
    });
    Ok(StructureView { name: context.names.of(id), fields: fields.collect() }.render()?)
}
