//! What the sizes of the model mean for Rust.

use super::Context;
use crate::model::types::{Definition, Size, Type};

/// From how many elements or bytes on the wire on a fixed array lives on the heap.
const LARGE: u32 = 4096;

/// `ty` behind all typedefs.
pub(super) fn resolved<'a>(context: Context<'a>, ty: &'a Type) -> &'a Type {
    match ty {
        Type::Named(id) => match context.model.definition(*id) {
            Some(Definition::Typedef(typedef)) => resolved(context, &typedef.field.ty),
            _ => ty,
        },
        _ => ty,
    }
}

/// Whether a declaration of fixed length is too large for the stack.
pub(super) fn is_on_heap(context: Context<'_>, ty: &Type) -> bool {
    match ty {
        Type::FixedOpaque(length) => *length > LARGE,
        Type::FixedArray(element, length) => is_large(context, element, *length),
        _ => false,
    }
}

fn is_large(context: Context<'_>, element: &Type, length: u32) -> bool {
    let smallest = context.model.size_of(element).min.max(4);
    length > LARGE / 4 || smallest.saturating_mul(u64::from(length)) > u64::from(LARGE)
}

/// A number of bytes as a `usize` literal; what 32 bits cannot hold is as good as unbounded.
pub(super) fn bytes(size: Option<u64>) -> String {
    size.filter(|size| *size < u64::from(u32::MAX)).map_or_else(|| "usize::MAX".into(), |size| size.to_string())
}

/// The one number of bytes that a fixed-size type takes.
pub(super) fn fixed_bytes(size: Size) -> Option<u64> {
    size.max.filter(|max| *max == size.min && *max < u64::from(u32::MAX))
}
