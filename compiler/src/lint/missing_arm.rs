//! `missing-arm`: enumerators for which a union has no arm.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::Resolved;
use crate::model::types::{Definition, DefinitionId, Discriminant, Enumeration, Union};
use crate::rust::choices::Choices;
use std::collections::HashSet;

/// How many enumerators a message names.
const NAMED: usize = 3;

pub(super) fn check(resolved: &Resolved, choices: &Choices) -> Vec<Diagnostic> {
    let definitions = resolved.model.definitions.iter().zip(&resolved.places).enumerate();
    let unions = definitions.filter_map(|(index, (definition, places))| {
        let Definition::Union(union) = definition else { return None };
        if choices.of(DefinitionId(index)).keeps_unknown {
            return None;
        }
        let missing = missing(union, enumeration(resolved, union)?);
        Some((union, missing, places.name)).filter(|(_, missing, _)| !missing.is_empty())
    });
    unions
        .map(|(union, missing, span)| {
            let message = format!("the union `{}` has no arm for {}", union.name, listed(&missing));
            Diagnostic::warning(Code::MissingArm, span, message)
                .label("such a value cannot be sent, and is an error where it arrives")
                .help("add the cases, or `default: void;`")
        })
        .collect()
}

fn enumeration<'a>(resolved: &'a Resolved, union: &Union) -> Option<&'a Enumeration> {
    let Discriminant::Enumeration(id) = union.discriminant else { return None };
    match resolved.model.definition(id) {
        Some(Definition::Enumeration(it)) if union.default.is_none() => Some(it),
        _ => None,
    }
}

/// The enumerators whose values no case has; of aliases the first.
fn missing<'a>(union: &Union, enumeration: &'a Enumeration) -> Vec<&'a str> {
    let mut seen: HashSet<i64> = union.arms.iter().flat_map(|arm| &arm.cases).map(|case| case.value).collect();
    let new = enumeration.enumerators.iter().filter(|it| seen.insert(i64::from(it.value)));
    new.map(|it| it.name.as_str()).collect()
}

fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    match (shown.as_slice(), names.len().saturating_sub(NAMED)) {
        ([init @ .., last], 0) if !init.is_empty() => format!("{} and {last}", init.join(", ")),
        (_, 0) => shown.concat(),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
