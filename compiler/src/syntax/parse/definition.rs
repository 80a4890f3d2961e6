//! Constants, type definitions, and what is passed over.

use super::build::{Builder, Built, Node, child, children};
use super::{Rule, declaration, expression, program};
use crate::syntax::ast::{
    Bound, CaseLabel, CaseSpec, ConstantDef, Declaration, Definition, EnumBody, Enumerator, Identifier, Named,
    StructBody, TypeKind, TypeSpecifier, UnionBody,
};
use pest::iterators::Pairs;

/// The definition a parse yields; `None` for those that mean nothing to us.
pub(super) fn build(builder: &Builder<'_>, pairs: Pairs<'_, Rule>) -> Built<Option<Definition>> {
    for definition in pairs.filter(|pair| pair.as_rule() == Rule::definition) {
        for node in definition.into_inner() {
            let built = match node.as_rule() {
                Rule::define_def => Definition::Constant(constant(builder, &node, true)?),
                Rule::constant_def => Definition::Constant(constant(builder, &node, false)?),
                Rule::typedef_def => Definition::Typedef(Box::new(commented(builder, &node)?)),
                Rule::enum_def => Definition::Enumeration(named(builder, &node, Rule::enum_body, enum_body)?),
                Rule::pointer_def => Definition::Typedef(Box::new(pointer(builder, &node)?)),
                Rule::struct_def => Definition::Structure(named(builder, &node, Rule::struct_body, struct_body)?),
                Rule::union_def => Definition::Union(named(builder, &node, Rule::union_body, union_body)?),
                Rule::program_def => Definition::Program(program::program(builder, &node)?),
                _ => continue,
            };
            return Ok(Some(built));
        }
    }
    Ok(None)
}

fn constant(builder: &Builder<'_>, node: &Node<'_>, from_define: bool) -> Built<ConstantDef> {
    let value = child(node, Rule::expression).ok_or_else(|| builder.unread(node))?;
    Ok(ConstantDef {
        name: name(builder, node)?,
        docs: builder.docs(node, None),
        value: expression::expression(builder, &value)?,
        from_define,
    })
}

/// The declaration in a typedef or member, with the comments around the whole.
fn commented(builder: &Builder<'_>, node: &Node<'_>) -> Built<Declaration> {
    let declared = child(node, Rule::declaration).ok_or_else(|| builder.unread(node))?;
    declaration::documented(builder, &declared, node)
}

/// `struct *name { ... }`, which is `typedef struct { ... } *name`.
fn pointer(builder: &Builder<'_>, node: &Node<'_>) -> Built<Declaration> {
    let body = child(node, Rule::struct_body).ok_or_else(|| builder.unread(node))?;
    Ok(Declaration {
        span: builder.span(node),
        docs: builder.docs(node, Some(&body)),
        source: builder.written(node),
        specifier: TypeSpecifier {
            span: builder.span(node),
            kind: TypeKind::Structure(None, struct_body(builder, &body)?),
        },
        optional: true,
        name: Some(name(builder, node)?),
        bound: Bound::None,
    })
}

fn named<T>(
    builder: &Builder<'_>,
    node: &Node<'_>,
    rule: Rule,
    build: fn(&Builder<'_>, &Node<'_>) -> Built<T>,
) -> Built<Named<T>> {
    let body = child(node, rule).ok_or_else(|| builder.unread(node))?;
    let docs = builder.docs(node, Some(&body));
    Ok(Named { name: name(builder, node)?, docs, body: build(builder, &body)? })
}

/// The name a production defines.
pub(super) fn name(builder: &Builder<'_>, node: &Node<'_>) -> Built<Identifier> {
    let name = child(node, Rule::identifier).ok_or_else(|| builder.unread(node))?;
    Ok(builder.identifier(&name))
}

pub(super) fn enum_body(builder: &Builder<'_>, node: &Node<'_>) -> Built<EnumBody> {
    Ok(EnumBody { enumerators: children(builder, node, Rule::enumerator, enumerator)? })
}

fn enumerator(builder: &Builder<'_>, node: &Node<'_>) -> Built<Enumerator> {
    let value = child(node, Rule::expression).map(|value| expression::expression(builder, &value)).transpose()?;
    Ok(Enumerator { name: name(builder, node)?, docs: builder.docs(node, None), value })
}

pub(super) fn struct_body(builder: &Builder<'_>, node: &Node<'_>) -> Built<StructBody> {
    Ok(StructBody { members: children(builder, node, Rule::member, commented)? })
}

pub(super) fn union_body(builder: &Builder<'_>, node: &Node<'_>) -> Built<UnionBody> {
    let discriminant = child(node, Rule::declaration).ok_or_else(|| builder.unread(node))?;
    Ok(UnionBody {
        discriminant: Box::new(declaration::declaration(builder, &discriminant)?),
        cases: children(builder, node, Rule::case_spec, case_spec)?,
    })
}

fn case_spec(builder: &Builder<'_>, node: &Node<'_>) -> Built<CaseSpec> {
    let labels = children(builder, node, Rule::case_label, case_label)?;
    let arm = child(node, Rule::declaration).map(|arm| declaration::declaration(builder, &arm)).transpose()?;
    Ok(CaseSpec { docs: builder.docs(node, None), labels, arm })
}

fn case_label(builder: &Builder<'_>, node: &Node<'_>) -> Built<CaseLabel> {
    match child(node, Rule::expression) {
        Some(value) => Ok(CaseLabel::Case(expression::expression(builder, &value)?)),
        None => Ok(CaseLabel::Default(builder.span(node))),
    }
}
