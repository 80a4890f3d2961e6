//! Programs, versions and procedures: RFC 5531 section 12.

use super::build::{Builder, Built, Node, child, children};
use super::definition::name;
use super::{Rule, declaration, expression};
use crate::syntax::ast::{Expression, Named, Procedure, ProgramBody, VersionBody};

pub(super) fn program(builder: &Builder<'_>, node: &Node<'_>) -> Built<Named<ProgramBody>> {
    let versions = children(builder, node, Rule::version_def, version)?;
    let body = ProgramBody { versions, number: number(builder, node)? };
    Ok(Named { name: name(builder, node)?, docs: builder.docs(node, Some(node)), body })
}

fn version(builder: &Builder<'_>, node: &Node<'_>) -> Built<Named<VersionBody>> {
    let procedures = children(builder, node, Rule::procedure_def, procedure)?;
    let body = VersionBody { procedures, number: number(builder, node)? };
    Ok(Named { name: name(builder, node)?, docs: builder.docs(node, Some(node)), body })
}

fn procedure(builder: &Builder<'_>, node: &Node<'_>) -> Built<Procedure> {
    let result = child(node, Rule::proc_return).ok_or_else(|| builder.unread(node))?;
    Ok(Procedure {
        name: name(builder, node)?,
        docs: builder.docs(node, None),
        source: builder.written(node),
        result: declaration::declaration(builder, &result)?,
        arguments: children(builder, node, Rule::proc_argument, declaration::declaration)?,
        number: number(builder, node)?,
    })
}

/// The number behind the `=`.
fn number(builder: &Builder<'_>, node: &Node<'_>) -> Built<Expression> {
    let number = child(node, Rule::expression).ok_or_else(|| builder.unread(node))?;
    expression::expression(builder, &number)
}
