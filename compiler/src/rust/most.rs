//! The most bytes that a value takes on the wire, where a few lengths tell: what emitted codecs make room for at once.

use super::Context;
use super::structure::FieldView;
use super::types::is_recursive;
use super::variant::Variant;
use crate::model::types::{Definition, Size, Structure, Type, Union};

/// Up to how many bytes the largest value of a type is good enough for all.
const SMALL: u64 = 1024;

/// The sum for the members of a structure; `None` if its largest value is small, or if lengths do not tell.
pub(super) fn of_structure(context: Context<'_>, it: &Structure, fields: &[FieldView]) -> Option<String> {
    if is_small(it.size) || !it.fields.iter().all(|field| is_told(context, &field.ty)) {
        return None;
    }
    let sizes = it.fields.iter().map(|field| context.model.size_of(&field.ty));
    let fixed: u64 = sizes.clone().filter(|size| is_fixed(*size)).map(|size| size.min).sum();
    let told = fields.iter().zip(sizes).filter(|(_, size)| !is_fixed(*size));
    let most = told.map(|(field, _)| format!("rpc::most::<{}>(&value.{})", field.codec, field.name));
    let parts: Vec<String> = (fixed > 0).then(|| format!("{fixed}_usize")).into_iter().chain(most).collect();
    let (first, rest) = parts.split_first()?;
    Some(rest.iter().fold(first.clone(), |sum, part| format!("{sum}.saturating_add({part})")))
}

/// What the discriminant of a union takes, if lengths tell of any arm how much that takes; `None` also if its largest
/// value is small.
pub(super) fn of_discriminant(context: Context<'_>, it: &Union) -> Option<u64> {
    let mut held = it.arms.iter().filter_map(|arm| arm.field.as_ref());
    let any = held.any(|field| is_told(context, &field.ty));
    (any && !it.recursive && !is_small(it.size)).then(|| context.model.size_of(&it.discriminant_type).min)
}

/// What a variant of a union holds takes at most.
pub(super) fn of_variant(it: &Variant) -> String {
    it.held.as_ref().map_or_else(|| "0".into(), |held| format!("rpc::most::<{}>(value)", held.codec))
}

/// Whether the largest value is hardly larger than any other.
fn is_small(size: Size) -> bool {
    is_fixed(size) || size.max.is_some_and(|max| max <= SMALL)
}

fn is_fixed(size: Size) -> bool {
    size.max == Some(size.min)
}

/// Whether lengths tell what a value takes at most: not if it must be gone through, node by node.
fn is_told(context: Context<'_>, ty: &Type) -> bool {
    match ty {
        Type::Basic(_) | Type::FixedOpaque(_) | Type::VariableOpaque(_) | Type::String(_) => true,
        Type::FixedArray(element, _) | Type::VariableArray(element, _) => {
            !is_recursive(context, element) && context.model.size_of(element).max.is_some()
        }
        Type::Optional(inner) => is_told(context, inner),
        Type::RecursiveOptional(_) | Type::List(_) | Type::NonEmptyList(_) => false,
        Type::Named(id) => match context.model.definition(*id) {
            Some(Definition::Typedef(typedef)) => is_told(context, &typedef.field.ty),
            Some(Definition::Extern(_)) => false,
            _ => !is_recursive(context, ty),
        },
    }
}
