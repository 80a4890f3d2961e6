//! Attributes for derives of other crates, on the members that those crates cannot do, or not well, by themselves.

use super::size::{is_on_heap, resolved};
use super::types::is_recursive;
use super::variant::{case_numbers, cases_pattern};
use super::{Context, choices::TypeChoices};
use crate::model::types::{Discriminant, Model, Type, Union};

/// For a member with that codec.
pub(super) fn attributes(context: Context<'_>, ty: &Type, codec: &str) -> Vec<String> {
    let model = context.model;
    let mut attributes = Vec::new();
    if asks_for(context.chosen, &SERDE) && holds(model, ty, &|ty| is_long(model, ty)) {
        attributes.push(format!("#[serde(with = \"rpc::Serde::<{codec}>\")]"));
    }
    if asks_for(context.chosen, &ARBITRARY) && holds(model, ty, &|ty| is_bounded(context, ty)) {
        attributes.push(format!("#[arbitrary(with = rpc::arbitrary::<{codec}>)]"));
    }
    attributes
}

/// For the discriminant that a default arm holds, which must be none of the cases; with a blank behind it.
pub(super) fn other_attribute(context: Context<'_>, it: &Union, codec: &str) -> String {
    let Some(pattern) = cases_pattern(context, it) else { return String::new() };
    if !asks_for(context.chosen, &ARBITRARY) {
        return String::new();
    }
    let is_case = match it.discriminant {
        Discriminant::Bool if pattern == "true" => "*value".to_owned(),
        Discriminant::Bool => "!*value".to_owned(),
        Discriminant::Enumeration(id) if context.choices.of(id).open => {
            format!("matches!(i32::from(*value), {})", case_numbers(it).unwrap_or_default())
        }
        _ => format!("matches!(value, {pattern})"),
    };
    format!("#[arbitrary(with = |input| rpc::arbitrary_other::<{codec}>(input, |value| {is_case}))] ")
}

/// Traits of a crate: its names, and theirs.
struct Family {
    crates: [&'static str; 2],
    traits: &'static [&'static str],
}

const SERDE: Family = Family { crates: ["serde", "serde_derive"], traits: &["Serialize", "Deserialize"] };
const ARBITRARY: Family = Family { crates: ["arbitrary", "derive_arbitrary"], traits: &["Arbitrary"] };

/// Whether a trait of a crate is among those to derive. Other crates have traits of the same names, so that the crate's
/// name must be in the path, wherever: `crate::dependencies::serde::Serialize`.
fn asks_for(chosen: &TypeChoices, family: &Family) -> bool {
    chosen.derives.iter().any(|path| {
        let mut segments = path.rsplit("::").map(str::trim);
        segments.next().is_some_and(|name| family.traits.contains(&name))
            && segments.any(|segment| family.crates.contains(&segment))
    })
}

/// Whether there is such a type in a declaration, as far as it is not defined elsewhere in the file.
fn holds(model: &Model, ty: &Type, is_such: &dyn Fn(&Type) -> bool) -> bool {
    let ty = resolved(model, ty);
    is_such(ty)
        || match ty {
            Type::FixedArray(inner, _)
            | Type::VariableArray(inner, _)
            | Type::Optional(inner)
            | Type::RecursiveOptional(inner) => holds(model, inner, is_such),
            _ => false,
        }
}

/// serde has no arrays of more than 32 elements.
fn is_long(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::FixedOpaque(length) | Type::FixedArray(_, length) => *length > 32 && !is_on_heap(model, ty),
        _ => false,
    }
}

/// What is not at least as free on the wire as in Rust, is not `Arbitrary`, or may be as deep as the data is long.
fn is_bounded(context: Context<'_>, ty: &Type) -> bool {
    match ty {
        Type::FixedOpaque(_) | Type::FixedArray(..) => is_on_heap(context.model, ty),
        Type::VariableArray(element, max) => max.is_some() || is_recursive(context, element),
        Type::List(id) => context.model.turns(*id).len() > 1,
        Type::VariableOpaque(_) | Type::String(_) | Type::NonEmptyList(_) | Type::RecursiveOptional(_) => true,
        Type::Basic(_) | Type::Optional(_) | Type::Named(_) => false,
    }
}
