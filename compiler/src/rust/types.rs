use super::choices::{OpaqueType, StringType};
use super::names::view_name;
use super::size::{is_on_heap, resolved};
use super::{Context, mutual_list, traits};
use crate::model::types::{Basic, Definition, DefinitionId, Type};

/// A declaration as a Rust type, the codec that puts it on the wire, and the type of its view.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// `Vec<Greeting>`
    pub(super) value: String,
    /// `rpc::Array<Greeting, 10>`
    pub(super) codec: String,
    /// `rpc::ArrayView<'a, Greeting>`: what is seen of a value in place.
    pub(super) view: String,
}

/// The pair for `ty`, as seen from the module of the file (`path` is empty) or one inside it (`path` is `super::`).
pub(super) fn pair(context: Context<'_>, ty: &Type, path: &str) -> Pair {
    let of = |ty| pair(context, ty, path);
    let new = |value: String, codec: String, view: String| Pair { value, codec, view };
    match ty {
        Type::Basic(basic) => plain(basic_name(*basic).to_owned()),
        Type::FixedOpaque(length) if is_on_heap(context.model, ty) => {
            let (value, codec) = match context.chosen.opaque {
                OpaqueType::Bytes => ("rpc::Bytes", "rpc::HeapOpaque"),
                OpaqueType::Vec => ("Vec<u8>", "rpc::HeapOpaqueVec"),
            };
            new(value.into(), format!("{codec}<{length}>"), "&'a [u8]".into())
        }
        Type::FixedOpaque(length) => {
            let array = format!("[u8; {length}]");
            new(array.clone(), format!("rpc::FixedOpaque<{length}>"), format!("&'a {array}"))
        }
        Type::VariableOpaque(max) => {
            let (value, codec) = match context.chosen.opaque {
                OpaqueType::Bytes => ("rpc::Bytes", "rpc::Opaque"),
                OpaqueType::Vec => ("Vec<u8>", "rpc::OpaqueVec"),
            };
            new(value.into(), bounded(codec, None, *max), "&'a [u8]".into())
        }
        Type::String(max) => {
            let (value, codec, view) = match context.chosen.string {
                StringType::Text => ("rpc::Text", "rpc::Str", "rpc::TextView<'a>"),
                StringType::String => ("String", "rpc::Utf8", "&'a str"),
            };
            new(value.into(), bounded(codec, None, *max), view.into())
        }
        Type::FixedArray(element, length) => {
            let Pair { value, codec, .. } = element_pair(context, element, path);
            let view = format!("rpc::ArrayView<'a, {codec}>");
            if is_on_heap(context.model, ty) {
                new(format!("Vec<{value}>"), format!("rpc::HeapArray<{codec}, {length}>"), view)
            } else {
                new(format!("[{value}; {length}]"), format!("rpc::FixedArray<{codec}, {length}>"), view)
            }
        }
        Type::VariableArray(element, max) => {
            let Pair { value, codec, .. } = element_pair(context, element, path);
            let view = format!("rpc::ArrayView<'a, {codec}>");
            new(around("Vec", &value), bounded("rpc::Array", Some(&codec), *max), view)
        }
        Type::Optional(inner) => {
            let Pair { value, codec, view } = of(inner);
            new(around("Option", &value), around("rpc::Optional", &codec), around("Option", &view))
        }
        Type::RecursiveOptional(inner) => {
            let Pair { value, codec, .. } = of(inner);
            let view = format!("Option<rpc::LazyView<'a, {codec}>>");
            new(format!("Option<Box<{value}>>"), format!("rpc::Indirect<{codec}>"), view)
        }
        Type::List(id) => list(context, *id, path, ("rpc::List", "rpc::MutualList")),
        Type::NonEmptyList(id) => list(context, *id, path, ("rpc::NonEmptyList", "rpc::NonEmptyMutualList")),
        Type::Named(id) => {
            let name = [path, context.names.of(*id)].concat();
            match context.model.definition(*id) {
                Some(Definition::Extern(_)) => elsewhere(context.names.of(*id)),
                Some(Definition::Typedef(typedef)) => {
                    Pair { value: name, ..pair(context.within(*id), &typedef.field.ty, path) }
                }
                _ if traits::is_by_value(context, *id) => plain(name),
                _ => new(name.clone(), name.clone(), format!("{}<'a>", view_name(&name))),
            }
        }
    }
}

/// A type of one argument.
fn around(outer: &str, inner: &str) -> String {
    [outer, "<", inner, ">"].concat()
}

/// A type that is its own codec and seen as itself.
fn plain(name: String) -> Pair {
    Pair { value: name.clone(), codec: name.clone(), view: name }
}

/// A type of the user's own, of which nothing is known but that it is its own codec and can be viewed.
fn elsewhere(path: &str) -> Pair {
    Pair { view: format!("<{path} as rpc::XdrView>::View<'a>"), ..plain(path.to_owned()) }
}

/// A list that begins with `node`, by its codec and that of a mutual list.
fn list(context: Context<'_>, node: DefinitionId, path: &str, (codec, mutual_codec): (&str, &str)) -> Pair {
    match mutual_list::place(context.model, node) {
        Some((first, turn)) => {
            let nodes = format!("{path}{}", context.names.nodes(first));
            Pair {
                value: format!("Vec<{nodes}>"),
                codec: format!("{mutual_codec}<{nodes}, {turn}>"),
                view: format!("rpc::MutualListView<'a, {nodes}>"),
            }
        }
        None => {
            let node = format!("{path}{}", context.names.of(node));
            Pair {
                value: format!("Vec<{node}>"),
                codec: format!("{codec}<{node}>"),
                view: format!("rpc::ListView<'a, {node}>"),
            }
        }
    }
}

/// An element that leads back to the type that holds the array counts its depth.
fn element_pair(context: Context<'_>, element: &Type, path: &str) -> Pair {
    let pair = pair(context, element, path);
    let codec = if is_recursive(context, element) { format!("rpc::Nested<{}>", pair.codec) } else { pair.codec };
    Pair { codec, ..pair }
}

pub(super) fn is_recursive(context: Context<'_>, ty: &Type) -> bool {
    match resolved(context.model, ty) {
        Type::Named(id) => match context.model.definition(*id) {
            Some(Definition::Structure(structure)) => structure.recursive,
            Some(Definition::Union(union)) => union.recursive,
            _ => false,
        },
        _ => false,
    }
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
