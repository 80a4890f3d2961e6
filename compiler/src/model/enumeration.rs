//! Enumerations: RFC 4506 section 4.3.

use super::definition::Scope;
use super::names::Item;
use super::types::{ConstantValue, Enumeration, Enumerator};
use crate::syntax::ast::EnumBody;

pub(super) fn lower(scope: &Scope<'_>, index: usize, item: &Item<'_>, body: &EnumBody) -> Enumeration {
    let values = values(scope, index, body);
    let enumerators = body.enumerators.iter().zip(values).map(|(enumerator, value)| Enumerator {
        name: enumerator.name.text.clone(),
        docs: enumerator.docs.clone(),
        value: value.unwrap_or(0),
    });
    Enumeration { name: item.name.clone(), docs: item.docs.to_vec(), enumerators: enumerators.collect() }
}

/// The values of an enumeration's enumerators in source order; `None` for those with errors.
pub(super) fn values(scope: &Scope<'_>, item: usize, body: &EnumBody) -> Vec<Option<i32>> {
    let value = |index| match scope.constants.value(item, index) {
        Some(ConstantValue::Integer(value)) => wrap(*value),
        _ => None,
    };
    (0..body.enumerators.len()).map(value).collect()
}

/// The 32 bits on the wire; `None` for what does not fit them.
pub(super) fn wrap(value: i128) -> Option<i32> {
    i32::try_from(value).ok().or_else(|| u32::try_from(value).ok().map(u32::cast_signed))
}
