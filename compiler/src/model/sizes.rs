//! The smallest and the largest size on the wire: RFC 4506 section 4, everything in multiples of four bytes.

use super::definition::Places;
use super::errors::Errors;
use super::graph;
use super::types::{Definition, Discriminant, Model, Size, Type};
use super::walk;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The largest size that is told apart from unbounded.
const LARGEST: u64 = 1 << 63;

/// Fills in the sizes of all structures, unions and typedefs.
pub(crate) fn compute(model: &mut Model) {
    let parts = graph::components(&walk::parts(model));
    for id in parts.iter().flat_map(|component| component.members) {
        let min = size(model, *id).min;
        set(model, *id, |size| size.min = min);
    }
    // A definition that leads back to itself has no largest size; the others stand behind those they need.
    let all = graph::components(&walk::edges(model));
    for component in all.iter() {
        for id in component.members {
            let max = if component.cyclic { None } else { size(model, *id).max.and_then(bounded) };
            set(model, *id, |size| size.max = max);
        }
    }
}

/// Refuses types that no message can hold, and elements that take no room.
pub(super) fn check(model: &Model, places: &[Places], errors: &mut Errors) {
    for (id, (definition, places)) in model.definitions.iter().zip(places).enumerate() {
        let mut refused = false;
        for (ty, span) in walk::types(definition).zip(&places.types) {
            if let Some(error) = check_type(model, ty, *span) {
                errors.push(error);
                refused = true;
            }
        }
        let alone_too_large = walk::types(definition).any(|ty| too_large(model.size_of(ty)));
        if !refused && !alone_too_large && too_large(size(model, id)) {
            let message = format!("`{}` takes more than 2^32-1 bytes", definition.name());
            errors.push(Diagnostic::error(Code::TooLarge, places.name, message));
        }
    }
}

fn check_type(model: &Model, ty: &Type, span: Span) -> Option<Diagnostic> {
    match ty {
        Type::FixedOpaque(_) if too_large(model.size_of(ty)) => {
            Some(Diagnostic::error(Code::TooLarge, span, "this takes more than 2^32-1 bytes"))
        }
        Type::FixedArray(element, _) => check_type(model, element, span).or_else(|| {
            let new = !too_large(model.size_of(element)) && too_large(model.size_of(ty));
            new.then(|| {
                Diagnostic::error(Code::TooLarge, span, "this array takes more than 2^32-1 bytes")
                    .label(format!("at least {} bytes", model.size_of(ty).min))
                    .help("use a variable-length array")
            })
        }),
        Type::VariableArray(element, None) if model.size_of(element).max == Some(0) => Some(
            Diagnostic::error(Code::ZeroSizeElements, span, "an unbounded array of elements that take no room")
                .label("a few bytes could stand for 2^32-1 elements")
                .help("give the array a bound, or the elements a member"),
        ),
        Type::VariableArray(inner, _) | Type::Optional(inner) | Type::RecursiveOptional(inner) => {
            check_type(model, inner, span)
        }
        _ => None,
    }
}

fn too_large(size: Size) -> bool {
    size.min > u64::from(u32::MAX)
}

fn set(model: &mut Model, id: usize, change: impl FnOnce(&mut Size)) {
    match model.definitions.get_mut(id) {
        Some(Definition::Structure(it)) => change(&mut it.size),
        Some(Definition::Union(it)) => change(&mut it.size),
        Some(Definition::Typedef(it)) => change(&mut it.size),
        _ => {}
    }
}

/// The size of a definition, from the sizes of what it needs.
fn size(model: &Model, id: usize) -> Size {
    let Some(definition) = model.definitions.get(id) else {
        return Size::exactly(0);
    };
    let parts = || walk::types(definition).map(|ty| model.size_of(ty));
    match definition {
        Definition::Constant(_) | Definition::Program(_) => Size::exactly(0),
        Definition::Extern(_) => Size::UNKNOWN,
        Definition::Enumeration(_) => Size::exactly(4),
        Definition::Structure(_) | Definition::Typedef(_) => parts().fold(Size::exactly(0), add),
        Definition::Union(it) => {
            let default_is_void = it.default.as_ref().is_some_and(|arm| arm.field.is_none());
            let void = default_is_void || it.arms.iter().any(|arm| arm.field.is_none());
            let discriminant = match it.discriminant {
                Discriminant::Hyper | Discriminant::UnsignedHyper => 8,
                _ => 4,
            };
            let arms = parts().chain(void.then_some(Size::exactly(0)));
            add(Size::exactly(discriminant), arms.reduce(either).unwrap_or(Size::exactly(0)))
        }
    }
}

fn bounded(bytes: u64) -> Option<u64> {
    Some(bytes).filter(|bytes| *bytes <= LARGEST)
}

fn add(a: Size, b: Size) -> Size {
    let max = a.max.zip(b.max).and_then(|(a, b)| bounded(a.saturating_add(b)));
    Size { min: a.min.saturating_add(b.min), max }
}

fn either(a: Size, b: Size) -> Size {
    Size { min: a.min.min(b.min), max: a.max.zip(b.max).map(|(a, b)| a.max(b)) }
}
