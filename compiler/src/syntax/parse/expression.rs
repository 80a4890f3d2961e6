//! Constant expressions, brought into postfix order.

use super::Rule;
use super::build::{Builder, Built, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::literal;
use crate::syntax::ast::{Expression, Operation, Operator};

pub(super) fn expression(builder: &Builder<'_>, node: &Node<'_>) -> Built<Expression> {
    // Most are one number or name.
    let mut operations = Vec::with_capacity(1);
    infix(builder, node, &mut operations)?;
    Ok(Expression { span: builder.span(node), source: builder.written(node), operations })
}

/// Operands and operators by turns: an operator waits until a weaker one follows.
fn infix(builder: &Builder<'_>, node: &Node<'_>, out: &mut Vec<Operation>) -> Built<()> {
    let mut waiting: Vec<Operator> = Vec::new();
    for part in node.clone().into_inner() {
        match part.as_rule() {
            Rule::operand => operand(builder, &part, out)?,
            _ => {
                let operator = operator(builder.word(&part)).ok_or_else(|| builder.unread(&part))?;
                while let Some(stronger) = waiting.pop_if(|other| strength(*other) >= strength(operator)) {
                    out.push(Operation::Binary(stronger));
                }
                waiting.push(operator);
            }
        }
    }
    out.extend(waiting.into_iter().rev().map(Operation::Binary));
    Ok(())
}

fn operand(builder: &Builder<'_>, node: &Node<'_>, out: &mut Vec<Operation>) -> Built<()> {
    let mut prefixes = Vec::new();
    for part in node.clone().into_inner() {
        match part.as_rule() {
            Rule::prefix_operator => prefixes.extend(prefix(builder.word(&part))),
            Rule::expression => infix(builder, &part, out)?,
            Rule::constant_name => out.push(Operation::Name(builder.identifier(&part))),
            Rule::number | Rule::character | Rule::text => out.push(constant(builder, &part)?),
            _ => {}
        }
    }
    out.extend(prefixes.into_iter().rev());
    Ok(())
}

/// `+` changes nothing.
fn prefix(text: &str) -> Option<Operation> {
    match text {
        "-" => Some(Operation::Negate),
        "~" => Some(Operation::Complement),
        _ => None,
    }
}

fn constant(builder: &Builder<'_>, node: &Node<'_>) -> Built<Operation> {
    let text = builder.word(node);
    let (value, what) = match node.as_rule() {
        Rule::number => (literal::integer(text).map(Operation::Number), "a number"),
        Rule::character => (literal::character(text).map(Operation::Number), "one character"),
        _ => (literal::text(text).map(Operation::Text), "a string"),
    };
    value.ok_or_else(|| {
        Diagnostic::error(Code::BadLiteral, builder.span(node), format!("{text} is not {what}"))
            .help("numbers are decimal, octal behind `0` or hexadecimal behind `0x`; escapes are those of C")
    })
}

fn operator(text: &str) -> Option<Operator> {
    Some(match text {
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        "%" => Operator::Remainder,
        "<<" => Operator::ShiftLeft,
        ">>" => Operator::ShiftRight,
        "&" => Operator::And,
        "|" => Operator::Or,
        "^" => Operator::ExclusiveOr,
        _ => return None,
    })
}

/// How tightly an operator binds, as in C.
fn strength(operator: Operator) -> u8 {
    match operator {
        Operator::Multiply | Operator::Divide | Operator::Remainder => 5,
        Operator::Add | Operator::Subtract => 4,
        Operator::ShiftLeft | Operator::ShiftRight => 3,
        Operator::And => 2,
        Operator::ExclusiveOr => 1,
        Operator::Or => 0,
    }
}
