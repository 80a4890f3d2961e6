//! Declarations: what a member, an arm, an argument or a result holds.

use super::definition::Scope;
use super::errors::Errors;
use super::types::{Basic, DefinitionId, Field, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{BasicType, Bound, Declaration, Expression, Identifier, TypeKind};

/// A member or arm; `None` if it has an error or is `void`.
pub(super) fn field(
    scope: &Scope<'_>,
    declaration: &Declaration,
    spans: &mut Vec<Span>,
    errors: &mut Errors,
) -> Option<Field> {
    let ty = lower(scope, declaration, errors);
    let name = declaration.name.as_ref()?;
    let ty = ty?;
    spans.push(declaration.span);
    let (docs, source) = (declaration.docs.clone(), declaration.source.clone());
    Some(Field { name: name.text.clone(), docs, ty, source })
}

/// Whether a declaration is `void` and nothing else.
pub(super) fn is_void(declaration: &Declaration) -> bool {
    matches!(declaration.specifier.kind, TypeKind::Void) && declaration.name.is_none()
}

/// The type of a declaration that is not `void`; errors are recorded.
pub(super) fn lower(scope: &Scope<'_>, declaration: &Declaration, errors: &mut Errors) -> Option<Type> {
    match &declaration.specifier.kind {
        TypeKind::Void => {
            let what = declaration.name.as_ref().map_or("nothing", |name| &name.text);
            errors.push(
                Diagnostic::error(Code::VoidNotAllowed, declaration.specifier.span, format!("`{what}` cannot be void"))
                    .label("void holds no value")
                    .help("`void` stands alone: as an arm, as the only argument or as a result"),
            );
            None
        }
        TypeKind::String => string(scope, declaration, errors),
        TypeKind::Opaque => opaque(scope, declaration, errors),
        _ => array(scope, declaration, errors),
    }
}

fn string(scope: &Scope<'_>, declaration: &Declaration, errors: &mut Errors) -> Option<Type> {
    let max = match &declaration.bound {
        Bound::None => None,
        Bound::Variable(max) => optional_bound(scope, max.as_deref(), errors)?,
        Bound::Fixed(length) => {
            let name = declaration.name.as_ref().map_or(String::new(), |name| format!(" {}", name.text));
            let message = "a string has no fixed length";
            errors.push(Diagnostic::error(Code::BadForm, declaration.span, message).help(format!(
                "write `string{name}<{0}>` for a string of at most {0} bytes; an array of strings needs a typedef",
                length.source
            )));
            return None;
        }
    };
    Some(optional(declaration, Type::String(max)))
}

fn opaque(scope: &Scope<'_>, declaration: &Declaration, errors: &mut Errors) -> Option<Type> {
    let ty = match &declaration.bound {
        Bound::Fixed(length) => Type::FixedOpaque(bound(scope, length, errors)?),
        Bound::Variable(max) => Type::VariableOpaque(optional_bound(scope, max.as_deref(), errors)?),
        Bound::None => {
            errors.push(
                Diagnostic::error(Code::BadForm, declaration.span, "opaque data needs a length")
                    .help("write `opaque x[n]` for exactly n bytes, `opaque x<n>` for at most n, or `opaque x<>`"),
            );
            return None;
        }
    };
    Some(optional(declaration, ty))
}

fn array(scope: &Scope<'_>, declaration: &Declaration, errors: &mut Errors) -> Option<Type> {
    let element = element(scope, declaration, errors);
    let bound = match &declaration.bound {
        Bound::None => return Some(optional(declaration, element?)),
        Bound::Fixed(length) => (bound(scope, length, errors), false),
        Bound::Variable(None) => return Some(Type::VariableArray(Box::new(optional(declaration, element?)), None)),
        Bound::Variable(Some(max)) => (bound(scope, max, errors), true),
    };
    let element = Box::new(optional(declaration, element?));
    Some(match bound {
        (length, false) => Type::FixedArray(element, length?),
        (max, true) => Type::VariableArray(element, Some(max?)),
    })
}

fn optional(declaration: &Declaration, ty: Type) -> Type {
    if declaration.optional { Type::Optional(Box::new(ty)) } else { ty }
}

/// The type in front of a declaration's name.
fn element(scope: &Scope<'_>, declaration: &Declaration, errors: &mut Errors) -> Option<Type> {
    let body = match &declaration.specifier.kind {
        TypeKind::Basic(basic) => return Some(Type::Basic(lower_basic(*basic))),
        TypeKind::Name(name) => return named(scope, name, errors),
        TypeKind::Enumeration(_, body) => scope.names.find_body(body),
        TypeKind::Structure(_, body) => scope.names.find_body(body),
        TypeKind::Union(_, body) => scope.names.find_body(body.as_ref()),
        TypeKind::Void | TypeKind::String | TypeKind::Opaque => None,
    };
    body.map(|item| Type::Named(DefinitionId(item)))
}

/// The type of a name; names of the C library stand for themselves unless the file defines them.
pub(super) fn named(scope: &Scope<'_>, name: &Identifier, errors: &mut Errors) -> Option<Type> {
    let own = scope.names.find_type(&name.text).map(|item| Type::Named(DefinitionId(item)));
    let found = own.or_else(|| predefined(&name.text));
    if found.is_none() {
        errors.undefined_type(name);
    }
    found
}

fn optional_bound(scope: &Scope<'_>, max: Option<&Expression>, errors: &mut Errors) -> Option<Option<u32>> {
    max.map_or(Some(None), |max| bound(scope, max, errors).map(Some))
}

/// A length or bound: 0 to 2^32-1.
fn bound(scope: &Scope<'_>, expression: &Expression, errors: &mut Errors) -> Option<u32> {
    let value = scope.constants.number(expression, errors)?;
    let bound = u32::try_from(value).ok();
    if bound.is_none() {
        let label = if value < 0 { "this is negative" } else { "this is more than 2^32-1" };
        errors.push(
            Diagnostic::error(Code::BadBound, expression.span, format!("a length cannot be {value}"))
                .label(label)
                .help("lengths lie between 0 and 2^32-1"),
        );
    }
    bound
}

/// A keyword's type; [`BasicType`] belongs to the syntax, [`Basic`] to the model.
pub(super) fn lower_basic(basic: BasicType) -> Basic {
    match basic {
        BasicType::Char => Basic::Char,
        BasicType::UnsignedChar => Basic::UnsignedChar,
        BasicType::Short => Basic::Short,
        BasicType::UnsignedShort => Basic::UnsignedShort,
        BasicType::Int => Basic::Int,
        BasicType::UnsignedInt => Basic::UnsignedInt,
        BasicType::Hyper => Basic::Hyper,
        BasicType::UnsignedHyper => Basic::UnsignedHyper,
        BasicType::Float => Basic::Float,
        BasicType::Double => Basic::Double,
        BasicType::Quadruple => Basic::Quadruple,
        BasicType::Bool => Basic::Bool,
    }
}

/// Type names that need no definition, since C headers define them: those of `<rpc/rpc.h>`, of Sun's `<sys/types.h>` and
/// of other systems' where all mean the same by them. What a `size_t` or `time_t` is on the wire, each program decides.
pub(super) fn predefined(name: &str) -> Option<Type> {
    Some(Type::Basic(match name {
        "int8_t" | "int8" => Basic::Char,
        "u_char" | "uchar_t" | "uint8_t" | "u_int8_t" | "uint8" => Basic::UnsignedChar,
        "int16_t" | "int16" => Basic::Short,
        "u_short" | "ushort" | "ushort_t" | "uint16_t" | "u_int16_t" | "uint16" => Basic::UnsignedShort,
        "int32_t" | "int32" | "enum_t" => Basic::Int,
        "u_int" | "uint" | "uint_t" | "u_long" | "ulong" | "ulong_t" | "uint32_t" | "u_int32_t" | "uint32" => {
            Basic::UnsignedInt
        }
        "rpcprog_t" | "rpcvers_t" | "rpcproc_t" | "rpcprot_t" | "rpcport_t" => Basic::UnsignedInt,
        "int64_t" | "int64" | "quad_t" | "longlong_t" => Basic::Hyper,
        "uint64_t" | "u_int64_t" | "uint64" | "u_quad_t" | "u_longlong_t" => Basic::UnsignedHyper,
        "bool_t" => Basic::Bool,
        "des_block" => return Some(Type::FixedOpaque(8)),
        "netobj" => return Some(Type::VariableOpaque(Some(MAX_NETOBJ))),
        _ => return None,
    }))
}

/// The most bytes of a `netobj`, as in C.
const MAX_NETOBJ: u32 = 1024;
