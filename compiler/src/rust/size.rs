//! What the sizes of the model mean for Rust.

use crate::model::types::{Definition, Model, Size, Type};

/// From how many elements or bytes on the wire on a fixed array lives on the heap.
const LARGE: u32 = 4096;

/// `ty` behind all typedefs.
pub(super) fn resolved<'a>(model: &'a Model, ty: &'a Type) -> &'a Type {
    match ty {
        Type::Named(id) => match model.definition(*id) {
            Some(Definition::Typedef(typedef)) => resolved(model, &typedef.field.ty),
            _ => ty,
        },
        _ => ty,
    }
}

/// Whether a declaration of fixed length is too large for the stack.
pub(super) fn is_on_heap(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::FixedOpaque(length) => *length > LARGE,
        Type::FixedArray(element, length) => is_large(model, element, *length),
        _ => false,
    }
}

fn is_large(model: &Model, element: &Type, length: u32) -> bool {
    let smallest = model.size_of(element).min.max(4);
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
