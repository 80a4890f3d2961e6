use super::size::{bytes, fixed_bytes};
use super::types::pair;
use super::{Context, EmitError, derive, docs, most, name::Scope, render, traits};
use crate::model::types::{Definition, DefinitionId, Field, Structure};
use askama::Template;

#[derive(Template)]
#[template(path = "structure.rs.j2", escape = "none")]
struct View<'a> {
    docs: String,
    derives: String,
    name: &'a str,
    fields: Vec<FieldView>,
    min: String,
    max: String,
    /// The size of a fixed-size structure.
    fixed: Option<u64>,
    /// The most bytes that `value` takes.
    most: Option<String>,
}

#[derive(Template)]
#[template(path = "empty_structure.rs.j2", escape = "none")]
struct EmptyView<'a> {
    docs: String,
    derives: String,
    name: &'a str,
}

/// A member, and the codec that puts it on the wire.
pub(super) struct FieldView {
    pub(super) docs: String,
    attributes: String,
    pub(super) name: String,
    ty: String,
    pub(super) codec: String,
}

pub(super) fn emit(context: Context<'_>, id: DefinitionId, it: &Structure) -> Result<String, EmitError> {
    let name = context.names.of(id);
    let docs = docs::comment(&it.docs, &source(context, it));
    let derives = traits::of(context, id).derives(context.choices.of(id));
    if it.fields.is_empty() {
        return render(&EmptyView { docs, derives, name });
    }
    let (min, max) = (bytes(Some(it.size.min)), bytes(if it.recursive { None } else { it.size.max }));
    let fields = fields(context, it);
    let most = most::of_structure(context, it, &fields);
    render(&View { docs, derives, name, fields, min, max, fixed: fixed_bytes(it.size), most })
}

/// The members, each with a name of its own.
pub(super) fn fields(context: Context<'_>, it: &Structure) -> Vec<FieldView> {
    let mut scope = Scope::default();
    context.chosen.members.values().for_each(|name| scope.reserve(name));
    it.fields.iter().map(|field| field_view(context, field, &mut scope)).collect()
}

fn field_view(context: Context<'_>, field: &Field, scope: &mut Scope) -> FieldView {
    let pair = pair(context, &field.ty, "");
    let name = match context.chosen.member(&field.name) {
        Some(chosen) => chosen.to_owned(),
        None => scope.claim(&context.spelling.value_name(&field.name)),
    };
    let attributes = derive::attributes(context, &field.ty, &pair.codec).join("\n");
    FieldView { docs: docs::comment(&field.docs, &field.source), attributes, name, ty: pair.value, codec: pair.codec }
}

/// A structure in the words of the `.x` file: `struct node { ...; node *next; }`.
pub(super) fn source(context: Context<'_>, it: &Structure) -> String {
    match &it.link {
        Some(link) => {
            let next = context.model.definition(link.next).map_or("", Definition::name);
            format!("struct {} {{ ...; {next} *{}; }}", it.name, link.name)
        }
        None => format!("struct {}", it.name),
    }
}
