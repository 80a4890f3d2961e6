use super::types::pair;
use super::{Context, EmitError, docs, render};
use crate::model::types::{DefinitionId, Typedef};
use askama::Template;

#[derive(Template)]
#[template(path = "typedef.rs.j2", escape = "none")]
struct View<'a> {
    docs: String,
    name: &'a str,
    ty: String,
}

/// Nothing for a typedef that comes to the name its type has already.
pub(super) fn emit(context: Context<'_>, id: DefinitionId, it: &Typedef) -> Result<Option<String>, EmitError> {
    if context.names.is_redundant(id) {
        return Ok(None);
    }
    let docs = docs::comment(&it.field.docs, &["typedef ", &it.field.source].concat());
    let view = View { docs, name: context.names.of(id), ty: pair(context, &it.field.ty, "").value };
    render(&view).map(Some)
}
