//! The arithmetic of constant expressions.

use super::types::ConstantValue;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Expression, Identifier, Operation, Operator};

/// Why an expression has no value.
#[derive(Debug)]
pub(super) enum Failure {
    /// The error is new.
    New(Box<Diagnostic>),
    /// It depends on a constant whose error is reported already.
    Reported,
}

impl From<Diagnostic> for Failure {
    fn from(error: Diagnostic) -> Self {
        Failure::New(Box::new(error))
    }
}

/// The value of an expression; `lookup` gives that of a name.
pub(super) fn evaluate(
    expression: &Expression,
    lookup: impl Fn(&Identifier) -> Result<ConstantValue, Failure>,
) -> Result<ConstantValue, Failure> {
    if let [Operation::Text(text)] = expression.operations.as_slice() {
        return Ok(ConstantValue::Text(text.clone()));
    }
    if let [Operation::Name(name)] = expression.operations.as_slice() {
        return lookup(name);
    }
    let mut stack: Vec<i128> = Vec::new();
    for operation in &expression.operations {
        let value = match operation {
            Operation::Number(value) => Some(*value),
            Operation::Text(_) => return Err(not_a_number(expression).into()),
            Operation::Name(name) => match lookup(name)? {
                ConstantValue::Integer(value) => Some(value),
                ConstantValue::Text(_) => return Err(not_a_number(expression).into()),
            },
            Operation::Negate => stack.pop().and_then(i128::checked_neg),
            Operation::Complement => stack.pop().map(|value| !value),
            Operation::Binary(operator) => {
                let (right, left) = (stack.pop(), stack.pop());
                left.zip(right).map(|(left, right)| apply(*operator, left, right, expression)).transpose()?
            }
        };
        stack.push(value.ok_or_else(|| overflow(expression))?);
    }
    stack.pop().map(ConstantValue::Integer).ok_or_else(|| overflow(expression).into())
}

fn apply(operator: Operator, left: i128, right: i128, expression: &Expression) -> Result<i128, Diagnostic> {
    if right == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
        return Err(Diagnostic::error(Code::BadExpression, expression.span, "division by zero"));
    }
    let value = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide => left.checked_div(right),
        Operator::Remainder => left.checked_rem(right),
        Operator::ShiftLeft => shift(right, expression)?.and_then(|by| left.checked_mul(1 << by)),
        Operator::ShiftRight => shift(right, expression)?.map(|by| left >> by),
        Operator::And => Some(left & right),
        Operator::Or => Some(left | right),
        Operator::ExclusiveOr => Some(left ^ right),
    };
    value.ok_or_else(|| overflow(expression))
}

/// How far to shift; `None` for more than any constant is wide.
fn shift(by: i128, expression: &Expression) -> Result<Option<u32>, Diagnostic> {
    if by < 0 {
        return Err(Diagnostic::error(Code::BadExpression, expression.span, "a shift by a negative number"));
    }
    Ok(u32::try_from(by).ok().filter(|by| *by < 64))
}

pub(super) fn not_a_number(expression: &Expression) -> Diagnostic {
    Diagnostic::error(Code::BadExpression, expression.span, "a string where a number is needed")
}

fn overflow(expression: &Expression) -> Diagnostic {
    Diagnostic::error(Code::ConstantOverflow, expression.span, "the value is too large")
}
