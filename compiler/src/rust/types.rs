use super::Context;
use crate::model::types::{Basic, Definition, Size, Type};

/// From how many elements or bytes on the wire on a fixed array lives on the heap.
const LARGE: u32 = 4096;

/// A declaration as a Rust type and the codec that puts it on the wire.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// `Vec<Greeting>`
    pub(super) value: String,
    /// `rpc::Array<Greeting, 10>`
    pub(super) codec: String,
}

/// The pair for `ty`, as seen from the module of the file (`path` is empty) or one inside it (`path` is `super::`).
pub(super) fn pair(context: Context<'_>, ty: &Type, path: &str) -> Pair {
    let of = |ty| pair(context, ty, path);
    let new = |value: String, codec: String| Pair { value, codec };
    match ty {
        Type::Basic(basic) => new(basic_name(*basic).into(), basic_name(*basic).into()),
        Type::FixedOpaque(length) if *length > LARGE => new("rpc::Bytes".into(), format!("rpc::HeapOpaque<{length}>")),
        Type::FixedOpaque(length) => new(format!("[u8; {length}]"), format!("rpc::FixedOpaque<{length}>")),
        Type::VariableOpaque(max) => new("rpc::Bytes".into(), bounded("rpc::Opaque", None, *max)),
        Type::String(max) => new("rpc::Text".into(), bounded("rpc::Str", None, *max)),
        Type::FixedArray(element, length) => {
            let Pair { value, codec } = element_pair(context, element, path);
            if is_large(context, element, *length) {
                new(format!("Vec<{value}>"), format!("rpc::HeapArray<{codec}, {length}>"))
            } else {
                new(format!("[{value}; {length}]"), format!("rpc::FixedArray<{codec}, {length}>"))
            }
        }
        Type::VariableArray(element, max) => {
            let Pair { value, codec } = element_pair(context, element, path);
            new(format!("Vec<{value}>"), bounded("rpc::Array", Some(&codec), *max))
        }
        Type::Optional(inner) => {
            let Pair { value, codec } = of(inner);
            new(format!("Option<{value}>"), format!("rpc::Optional<{codec}>"))
        }
        Type::RecursiveOptional(inner) => {
            let Pair { value, codec } = of(inner);
            new(format!("Option<Box<{value}>>"), format!("rpc::Indirect<{codec}>"))
        }
        Type::List(id) => {
            let name = context.names.of(*id);
            new(format!("Vec<{path}{name}>"), format!("rpc::List<{path}{name}>"))
        }
        Type::NonEmptyList(id) => {
            let name = context.names.of(*id);
            new(format!("Vec<{path}{name}>"), format!("rpc::NonEmptyList<{path}{name}>"))
        }
        Type::Named(id) => {
            let name = format!("{path}{}", context.names.of(*id));
            match context.model.definition(*id) {
                Some(Definition::Typedef(typedef)) => new(name, of(&typedef.field.ty).codec),
                _ => new(name.clone(), name),
            }
        }
    }
}

/// An element that leads back to the type that holds the array counts its depth.
fn element_pair(context: Context<'_>, element: &Type, path: &str) -> Pair {
    let Pair { value, codec } = pair(context, element, path);
    let codec = if is_recursive(context, element) { format!("rpc::Nested<{codec}>") } else { codec };
    Pair { value, codec }
}

fn is_recursive(context: Context<'_>, ty: &Type) -> bool {
    match resolved(context, ty) {
        Type::Named(id) => match context.model.definition(*id) {
            Some(Definition::Structure(structure)) => structure.recursive,
            Some(Definition::Union(union)) => union.recursive,
            _ => false,
        },
        _ => false,
    }
}

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

fn is_large(context: Context<'_>, element: &Type, length: u32) -> bool {
    let smallest = context.model.size_of(element).min.max(4);
    length > LARGE / 4 || smallest.saturating_mul(u64::from(length)) > u64::from(LARGE)
}

/// A codec with an optional element and an optional bound.
fn bounded(name: &str, element: Option<&str>, max: Option<u32>) -> String {
    let max = max.filter(|max| *max < u32::MAX).map(|max| max.to_string());
    let arguments: Vec<&str> = element.into_iter().chain(max.as_deref()).collect();
    if arguments.is_empty() { name.to_owned() } else { format!("{name}<{}>", arguments.join(", ")) }
}

fn basic_name(basic: Basic) -> &'static str {
    match basic {
        Basic::Char => "i8",
        Basic::UnsignedChar => "u8",
        Basic::Short => "i16",
        Basic::UnsignedShort => "u16",
        Basic::Int => "i32",
        Basic::UnsignedInt => "u32",
        Basic::Hyper => "i64",
        Basic::UnsignedHyper => "u64",
        Basic::Float => "f32",
        Basic::Double => "f64",
        Basic::Quadruple => "rpc::Quadruple",
        Basic::Bool => "bool",
    }
}

/// A number of bytes as a `usize` literal; what 32 bits cannot hold is as good as unbounded.
pub(super) fn bytes(size: Option<u64>) -> String {
    size.filter(|size| *size < u64::from(u32::MAX)).map_or_else(|| "usize::MAX".into(), |size| size.to_string())
}

/// The one number of bytes that a fixed-size type takes.
pub(super) fn fixed_bytes(size: Size) -> Option<u64> {
    size.max.filter(|max| *max == size.min && *max < u64::from(u32::MAX))
}

