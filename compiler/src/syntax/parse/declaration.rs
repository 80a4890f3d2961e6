//! Declarations and the types in them.

use super::build::{Builder, Built, Node, child};
use super::definition::{enum_body, struct_body, union_body};
use super::{Rule, expression};
use crate::syntax::ast::{BasicType, Bound, Declaration, TypeKind, TypeSpecifier};

/// A declaration, an argument or a result.
pub(super) fn declaration(builder: &Builder<'_>, node: &Node<'_>) -> Built<Declaration> {
    documented(builder, node, node)
}

/// A declaration with the comments around the `whole` that it is part of.
pub(super) fn documented(builder: &Builder<'_>, node: &Node<'_>, whole: &Node<'_>) -> Built<Declaration> {
    let span = builder.span(node);
    let mut built = Declaration {
        span,
        docs: builder.docs(whole, None),
        source: builder.written(node),
        specifier: TypeSpecifier { span, kind: TypeKind::Void },
        optional: false,
        name: None,
        bound: Bound::None,
    };
    for part in node.clone().into_inner() {
        match part.as_rule() {
            Rule::void_type => built.specifier.span = builder.span(&part),
            Rule::type_specifier => {
                built.specifier = type_specifier(builder, &part)?;
                built.bound = bound_of_type(&part);
            }
            Rule::optional_mark => built.optional = true,
            Rule::identifier => built.name = Some(builder.identifier(&part)),
            Rule::fixed => built.bound = fixed(builder, &part)?,
            Rule::variable => built.bound = variable(builder, &part)?,
            _ => {}
        }
    }
    Ok(built)
}

/// The bound of a type that has one without being told: `zcopaque` is unbounded where `opaque` would be wrong.
fn bound_of_type(specifier: &Node<'_>) -> Bound {
    let zero_copy = child(specifier, Rule::opaque_type).is_some_and(|it| child(&it, Rule::ZCOPAQUE).is_some());
    if zero_copy { Bound::Variable(None) } else { Bound::None }
}

fn fixed(builder: &Builder<'_>, node: &Node<'_>) -> Built<Bound> {
    let length = child(node, Rule::expression).ok_or_else(|| builder.unread(node))?;
    Ok(Bound::Fixed(Box::new(expression::expression(builder, &length)?)))
}

fn variable(builder: &Builder<'_>, node: &Node<'_>) -> Built<Bound> {
    let max = child(node, Rule::expression).map(|max| expression::expression(builder, &max)).transpose()?;
    Ok(Bound::Variable(max.map(Box::new)))
}

fn type_specifier(builder: &Builder<'_>, node: &Node<'_>) -> Built<TypeSpecifier> {
    let mut parts = node.clone().into_inner();
    let written = parts.find(|part| part.as_rule() != Rule::MAPPED_TYPE).ok_or_else(|| builder.unread(node))?;
    let name = child(&written, Rule::type_name).map(|name| builder.identifier(&name));
    let body = |rule| child(&written, rule);
    let kind = match (written.as_rule(), name) {
        (Rule::basic_type, _) => TypeKind::Basic(basic_type(&written).ok_or_else(|| builder.unread(node))?),
        (Rule::string_type, _) => TypeKind::String,
        (Rule::opaque_type, _) => TypeKind::Opaque,
        (Rule::type_name, _) => TypeKind::Name(builder.identifier(&written)),
        (_, name) => match (body(Rule::enum_body), body(Rule::struct_body), body(Rule::union_body), name) {
            (Some(body), _, _, name) => TypeKind::Enumeration(name, enum_body(builder, &body)?),
            (_, Some(body), _, name) => TypeKind::Structure(name, struct_body(builder, &body)?),
            (_, _, Some(body), name) => TypeKind::Union(name, Box::new(union_body(builder, &body)?)),
            (_, _, _, Some(name)) => TypeKind::Name(name),
            _ => return Err(builder.unread(node)),
        },
    };
    Ok(TypeSpecifier { span: builder.span(node), kind })
}

/// What the keywords of a basic type mean; the last one that is not `int` decides.
fn basic_type(node: &Node<'_>) -> Option<BasicType> {
    let words: Vec<Rule> = node.clone().into_inner().map(|word| word.as_rule()).collect();
    let unsigned = words.contains(&Rule::UNSIGNED);
    let longs = words.iter().filter(|word| **word == Rule::LONG).count();
    let main = words.iter().find(|word| !matches!(word, Rule::UNSIGNED | Rule::SIGNED | Rule::MAPPED_TYPE));
    let (signed, without_sign) = match main.unwrap_or(&Rule::INT) {
        Rule::LONG if longs == 2 => (BasicType::Hyper, BasicType::UnsignedHyper),
        Rule::HYPER => (BasicType::Hyper, BasicType::UnsignedHyper),
        Rule::LONG | Rule::INT => (BasicType::Int, BasicType::UnsignedInt),
        Rule::SHORT => (BasicType::Short, BasicType::UnsignedShort),
        Rule::CHAR => (BasicType::Char, BasicType::UnsignedChar),
        Rule::FLOAT => return Some(BasicType::Float),
        Rule::DOUBLE => return Some(BasicType::Double),
        Rule::QUADRUPLE => return Some(BasicType::Quadruple),
        Rule::BOOL => return Some(BasicType::Bool),
        _ => return None,
    };
    Some(if unsigned { without_sign } else { signed })
}
