//! The variants of a union: one per case label, so that a value keeps its discriminant, and one for the default arm.

use super::arms::{cases, is_covered, is_default, left_to_default};
use super::types::{Pair, pair};
use super::{Context, derive, docs, name::Scope, walk};
use crate::model::types::{Arm, Case, DefaultArm, Discriminant, Field, Union};

/// A variant.
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) docs: String,
    pub(super) selected: Selected,
    /// What it holds beside the discriminant; nothing for `void`.
    pub(super) held: Option<Pair>,
    /// What that is while it is gone through, if it can be.
    pub(super) walk: Option<String>,
    /// For derives, on what it holds, each with a blank behind it.
    pub(super) attributes: String,
    pub(super) is_default: bool,
}

/// What selects a variant.
pub(super) enum Selected {
    /// A discriminant, as an expression and a pattern; whether it is the 0 that C programs mean success with.
    ByCase { discriminant: String, success: bool },
    /// Any other discriminant, which the variant holds.
    ByDefault,
}

/// The variants in source order, the default arm last. There is none for a default arm that nothing is left for.
pub(super) fn variants(context: Context<'_>, it: &Union) -> Vec<Variant> {
    let mut scope = Scope::default();
    context.chosen.members.values().for_each(|name| scope.reserve(name));
    let case = |(arm, case)| case_variant(context, it, arm, case, &mut scope);
    let mut variants: Vec<Variant> = cases(it).map(case).collect();
    if let Some(arm) = it.default.as_ref().filter(|_| !is_covered(context.model, context.choices, it)) {
        variants.push(default_variant(context, it, arm, &mut scope));
    }
    variants
}

/// The cases as one pattern; `None` if there are none.
pub(super) fn cases_pattern(context: Context<'_>, it: &Union) -> Option<String> {
    match it.discriminant {
        Discriminant::Bool | Discriminant::Enumeration(_) => {
            one_pattern(cases(it).map(|(_, case)| discriminant(context, it, case)).collect())
        }
        _ => case_numbers(it),
    }
}

/// The numbers of the cases as one pattern; `None` if there are none.
pub(super) fn case_numbers(it: &Union) -> Option<String> {
    one_pattern(ranges(cases(it).map(|(_, case)| case.value).collect()))
}

fn one_pattern(labels: Vec<String>) -> Option<String> {
    (!labels.is_empty()).then(|| labels.join(" | "))
}

/// `name(parts)`, or `name` alone.
pub(super) fn applied(name: &str, parts: &[&str]) -> String {
    match parts {
        [] => name.to_owned(),
        [part] => [name, "(", part, ")"].concat(),
        _ => format!("{name}({})", parts.join(", ")),
    }
}

fn case_variant(context: Context<'_>, it: &Union, arm: &Arm, case: &Case, scope: &mut Scope) -> Variant {
    let Declared { comment, held, walk, attributes, source } = declared(context, &arm.docs, arm.field.as_ref());
    let success = case.value == 0 && it.discriminant != Discriminant::Bool;
    Variant {
        name: match context.chosen.member(&case.label) {
            Some(chosen) => chosen.to_owned(),
            None => scope.claim(&variant_name(context, it, case)),
        },
        docs: docs::comment(&comment, &["case ", &case.label, ": ", source].concat()),
        selected: Selected::ByCase { discriminant: discriminant(context, it, case), success },
        held,
        walk,
        attributes,
        is_default: is_default(arm, case),
    }
}

fn default_variant(context: Context<'_>, it: &Union, arm: &DefaultArm, scope: &mut Scope) -> Variant {
    let Declared { comment, held, walk, attributes, source } = declared(context, &arm.docs, arm.field.as_ref());
    let left = left_to_default(it);
    let (wanted, sentence) = match left {
        Some(value) => (bool_name(value), format!("`default: {source}`")),
        None if context.chosen.keeps_unknown => {
            ("Unknown", format!("A `{}` that no arm is for; nothing follows it on the wire.", it.discriminant_name))
        }
        None => ("Default", format!("`default: {source}`, with its `{}`", it.discriminant_name)),
    };
    Variant {
        name: match context.chosen.member("default") {
            Some(chosen) => chosen.to_owned(),
            None => scope.claim(wanted),
        },
        docs: docs::comment_and(&comment, &sentence),
        selected: match left {
            Some(value) => Selected::ByCase { discriminant: (value != 0).to_string(), success: false },
            None => Selected::ByDefault,
        },
        is_default: left == Some(0) && held.is_none(),
        held,
        walk,
        attributes,
    }
}

/// What an arm holds, with its comment and text.
struct Declared<'a> {
    comment: Vec<String>,
    held: Option<Pair>,
    walk: Option<String>,
    attributes: String,
    source: &'a str,
}

fn declared<'a>(context: Context<'_>, arm: &[String], field: Option<&'a Field>) -> Declared<'a> {
    match field {
        Some(field) => {
            let comment = if arm == field.docs { arm.to_vec() } else { [arm, &field.docs].concat() };
            let held = pair(context, &field.ty, "");
            let attributes = derive::attributes(context, &field.ty, &held.codec);
            let attributes = attributes.into_iter().map(|it| it + " ").collect();
            let walk = walk::type_of(context, &field.ty, "");
            Declared { comment, held: Some(held), walk, attributes, source: &field.source }
        }
        None => Declared { comment: arm.to_vec(), held: None, walk: None, attributes: String::new(), source: "void" },
    }
}

fn variant_name(context: Context<'_>, it: &Union, case: &Case) -> String {
    let named = case.label.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    match (&it.discriminant, case.enumerator) {
        (Discriminant::Enumeration(id), Some(index)) => context.names.inner(*id, index).to_owned(),
        (Discriminant::Bool, _) => bool_name(case.value).to_owned(),
        _ if named => context.spelling.type_name(&case.label),
        _ if case.value < 0 => format!("CaseMinus{}", case.value.unsigned_abs()),
        _ => format!("Case{}", case.value),
    }
}

fn bool_name(value: i64) -> &'static str {
    if value == 0 { "False" } else { "True" }
}

fn discriminant(context: Context<'_>, it: &Union, case: &Case) -> String {
    match (&it.discriminant, case.enumerator) {
        (Discriminant::Enumeration(id), Some(index)) => {
            [context.names.of(*id), "::", context.names.inner(*id, index)].concat()
        }
        (Discriminant::Bool, _) => (case.value != 0).to_string(),
        _ => case.value.to_string(),
    }
}

/// Numbers as patterns: a run of three or more is a range.
fn ranges(mut numbers: Vec<i64>) -> Vec<String> {
    numbers.sort_unstable();
    let runs = numbers.chunk_by(|before, number| before.checked_add(1) == Some(*number));
    let pattern = |run: &[i64]| match run {
        [first, _, .., last] if run.len() > 2 => vec![format!("{first}..={last}")],
        _ => run.iter().map(ToString::to_string).collect(),
    };
    runs.flat_map(pattern).collect()
}
