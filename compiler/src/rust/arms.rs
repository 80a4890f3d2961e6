//! The arms of a union that can be.

use super::choices::Choices;
use crate::model::types::{Arm, Case, Definition, Discriminant, Field, Model, Union};
use std::collections::BTreeSet;

/// The case labels, each with its arm.
pub(super) fn cases(it: &Union) -> impl Iterator<Item = (&Arm, &Case)> {
    it.arms.iter().flat_map(|arm| arm.cases.iter().map(move |case| (arm, case)))
}

/// Whether a case is the default of a union: 0, `FALSE` or the enumerator of that number, if nothing goes with it.
pub(super) fn is_default(arm: &Arm, case: &Case) -> bool {
    case.value == 0 && arm.field.is_none()
}

/// The discriminant that a default arm is for, where only one is left: the other `bool`.
pub(super) fn left_to_default(it: &Union) -> Option<i64> {
    let mut cases = cases(it);
    let (Discriminant::Bool, Some(_), Some((_, case)), None) =
        (&it.discriminant, &it.default, cases.next(), cases.next())
    else {
        return None;
    };
    Some(i64::from(case.value == 0))
}

/// Whether a union has a default: see [`is_default`].
pub(super) fn has_default(it: &Union) -> bool {
    let is_rest = || left_to_default(it) == Some(0) && it.default.as_ref().is_some_and(|arm| arm.field.is_none());
    cases(it).any(|(arm, case)| is_default(arm, case)) || is_rest()
}

/// What the variants hold: a default arm for which no value is left has none.
pub(super) fn held<'a>(model: &Model, choices: &Choices, it: &'a Union) -> impl Iterator<Item = &'a Field> {
    let default = it.default.as_ref().filter(|_| !is_covered(model, choices, it));
    it.arms.iter().filter_map(|arm| arm.field.as_ref()).chain(default.and_then(|arm| arm.field.as_ref()))
}

/// Whether every value of the discriminant has a case, so that nothing is left for a default arm.
pub(super) fn is_covered(model: &Model, choices: &Choices, it: &Union) -> bool {
    let values: BTreeSet<i64> = cases(it).map(|(_, case)| case.value).collect();
    let has = |value: i64| values.contains(&value);
    match it.discriminant {
        Discriminant::Bool => has(0) && has(1),
        Discriminant::Enumeration(id) if choices.of(id).open => false,
        Discriminant::Enumeration(id) => match model.definition(id) {
            Some(Definition::Enumeration(enumeration)) => {
                enumeration.enumerators.iter().all(|enumerator| has(i64::from(enumerator.value)))
            }
            _ => false,
        },
        _ => false,
    }
}
