//! A way through the syntax tree.

use super::ast::{
    CaseSpec, ConstantDef, Declaration, Definition, EnumBody, Expression, Procedure, Specification, StructBody,
    TypeKind, UnionBody,
};
use crate::source::Span;

/// Where a declaration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    Typedef,
    Member,
    Arm,
    Discriminant,
    Argument,
    Result,
}

/// What wants to see parts of the tree. Every part is shown before those inside it.
pub(crate) trait Visitor {
    fn constant(&mut self, _: &ConstantDef) {}
    fn expression(&mut self, _: &Expression) {}
    fn enumeration(&mut self, _: &EnumBody) {}
    fn structure(&mut self, _: Span, _: &StructBody) {}
    fn union(&mut self, _: &UnionBody) {}
    fn case(&mut self, _: &CaseSpec) {}
    fn declaration(&mut self, _: Site, _: &Declaration) {}
    /// A program or version that is empty.
    fn nothing_in(&mut self, _: Span) {}
    fn procedure(&mut self, _: &Procedure) {}
}

/// Shows the whole tree. The parser keeps the depth of nested types small.
pub(crate) fn walk(specification: &Specification, visitor: &mut impl Visitor) {
    for definition in &specification.definitions {
        match definition {
            Definition::Constant(it) => visitor.constant(it),
            Definition::Typedef(it) => declaration(Site::Typedef, it, visitor),
            Definition::Enumeration(it) => enumeration(&it.body, visitor),
            Definition::Structure(it) => structure(it.name.span, &it.body, visitor),
            Definition::Union(it) => union(&it.body, visitor),
            Definition::Program(it) => {
                if it.body.versions.is_empty() {
                    visitor.nothing_in(it.name.span);
                }
                visitor.expression(&it.body.number);
                for version in &it.body.versions {
                    if version.body.procedures.is_empty() {
                        visitor.nothing_in(version.name.span);
                    }
                    visitor.expression(&version.body.number);
                    version.body.procedures.iter().for_each(|it| procedure(it, visitor));
                }
            }
        }
    }
}

fn procedure(it: &Procedure, visitor: &mut impl Visitor) {
    visitor.procedure(it);
    visitor.expression(&it.number);
    declaration(Site::Result, &it.result, visitor);
    it.arguments.iter().for_each(|it| declaration(Site::Argument, it, visitor));
}

fn enumeration(body: &EnumBody, visitor: &mut impl Visitor) {
    visitor.enumeration(body);
    body.enumerators.iter().filter_map(|it| it.value.as_ref()).for_each(|it| visitor.expression(it));
}

fn structure(span: Span, body: &StructBody, visitor: &mut impl Visitor) {
    visitor.structure(span, body);
    body.members.iter().for_each(|it| declaration(Site::Member, it, visitor));
}

fn union(body: &UnionBody, visitor: &mut impl Visitor) {
    visitor.union(body);
    declaration(Site::Discriminant, &body.discriminant, visitor);
    for case in &body.cases {
        visitor.case(case);
        case.arm.iter().for_each(|it| declaration(Site::Arm, it, visitor));
    }
}

fn declaration(site: Site, it: &Declaration, visitor: &mut impl Visitor) {
    visitor.declaration(site, it);
    if let Some(length) = it.bound.length() {
        visitor.expression(length);
    }
    match &it.specifier.kind {
        TypeKind::Enumeration(_, body) => enumeration(body, visitor),
        TypeKind::Structure(_, body) => structure(it.specifier.span, body, visitor),
        TypeKind::Union(_, body) => union(body, visitor),
        _ => {}
    }
}
