use super::{Context, EmitError, docs, render, traits};
use crate::model::types::{DefinitionId, Enumeration, Enumerator};
use askama::Template;

#[derive(Template)]
#[template(path = "enumeration.rs.j2", escape = "none")]
struct View<'a> {
    docs: String,
    derives: String,
    name: &'a str,
    source_name: &'a str,
    variants: Vec<Variant<'a>>,
    aliases: Vec<Alias<'a>>,
    /// Unless derives of the user's do it.
    displays: bool,
    is_error: bool,
}

/// An enumeration that keeps unknown numbers.
#[derive(Template)]
#[template(path = "open_enumeration.rs.j2", escape = "none")]
struct OpenView<'a> {
    docs: String,
    derives: String,
    name: &'a str,
    variants: Vec<Variant<'a>>,
    aliases: Vec<Alias<'a>>,
    /// Unless derives of the user's do it.
    displays: bool,
    is_error: bool,
    /// The variant of what is not named.
    other: &'a str,
}

struct Variant<'a> {
    docs: String,
    /// `#[default]` for one of them: the one that is zero, or else the first.
    attribute: &'static str,
    name: &'a str,
    source_name: &'a str,
    value: i32,
}

struct Alias<'a> {
    docs: String,
    name: &'a str,
    of: &'a str,
}

pub(super) fn emit(context: Context<'_>, id: DefinitionId, it: &Enumeration) -> Result<String, EmitError> {
    let values = || it.enumerators.iter().map(|enumerator| enumerator.value);
    let default = values().position(|value| value == 0).unwrap_or(0);
    let (mut variants, mut aliases) = (Vec::new(), Vec::new());
    let enumerators = it.enumerators.iter().zip(it.aliases()).enumerate();
    for (index, (Enumerator { name: source_name, docs, value }, alias)) in enumerators {
        let name = context.names.inner(id, index);
        let docs = docs::comment(docs, &[source_name, " = ", &value.to_string()].concat());
        let attribute = if index == default { "#[default]" } else { "" };
        match alias {
            Some(first) => aliases.push(Alias { docs, name, of: context.names.inner(id, first) }),
            None => variants.push(Variant { docs, attribute, name, source_name, value: *value }),
        }
    }
    let docs = docs::comment(&it.docs, &format!("enum {}", it.name));
    let (name, chosen) = (context.names.of(id), context.choices.of(id));
    let (displays, is_error) = (!chosen.derives_some("Display"), !chosen.derives_some("Error"));
    if chosen.open {
        let derives = traits::listed(["Clone", "Copy", "Debug", "Default"], chosen);
        let other = context.names.inner(id, it.enumerators.len());
        return render(&OpenView { docs, derives, name, variants, aliases, displays, is_error, other });
    }
    let all = ["Clone", "Copy", "Debug", "Default", "Eq", "Hash", "Ord", "PartialEq", "PartialOrd"];
    let derives = traits::listed(all, chosen);
    render(&View { docs, derives, name, source_name: &it.name, variants, aliases, displays, is_error })
}
