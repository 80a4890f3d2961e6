use super::{Context, EmitError, docs, render};
use crate::model::types::{Constant, ConstantValue, DefinitionId};
use askama::Template;

#[derive(Template)]
#[template(path = "constant.rs.j2", escape = "none")]
struct View<'a> {
    docs: String,
    name: &'a str,
    ty: &'static str,
    value: String,
}

pub(super) fn emit(context: Context<'_>, id: DefinitionId, it: &Constant) -> Result<String, EmitError> {
    let (ty, value) = match &it.value {
        ConstantValue::Integer(number) => (narrowest(*number), number.to_string()),
        ConstantValue::Text(text) => ("&str", format!("{text:?}")),
    };
    let docs = docs::comment(&it.docs, &["const ", &it.name, " = ", &it.source].concat());
    render(&View { docs, name: context.names.of(id), ty, value })
}

/// The type a constant has: unsigned where that is enough, since most constants are lengths and numbers of things.
fn narrowest(number: i128) -> &'static str {
    if u32::try_from(number).is_ok() {
        "u32"
    } else if i32::try_from(number).is_ok() {
        "i32"
    } else if i64::try_from(number).is_ok() {
        "i64"
    } else {
        "u64"
    }
}
