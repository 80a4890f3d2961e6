use crate::idl::{Division, Factorial, MAX_FACTORIAL, Moment, Operands, Power, Quotient, RangeStatus};
use crate::idl::{calculator_v1, calculator_v2};
use oncrpc::{Call, Result, Text};
use std::time::{SystemTime, UNIX_EPOCH};

/// The calculator keeps nothing: each call is a question and its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calculator;

impl calculator_v1::Service for Calculator {
    fn add(&self, _call: &Call, operands: Operands) -> Result<i64> {
        Ok(i64::from(operands.left) + i64::from(operands.right))
    }

    fn subtract(&self, _call: &Call, operands: Operands) -> Result<i64> {
        Ok(i64::from(operands.left) - i64::from(operands.right))
    }

    fn multiply(&self, _call: &Call, operands: Operands) -> Result<i64> {
        Ok(i64::from(operands.left) * i64::from(operands.right))
    }

    fn divide(&self, _call: &Call, Operands { left, right }: Operands) -> Result<Division> {
        Ok(match (left.checked_div(right), left.checked_rem(right)) {
            (Some(value), Some(remainder)) => Division::Ok(Quotient { value, remainder }),
            _ if right == 0 => Division::ByZero,
            _ => Division::Overflow,
        })
    }

    fn factorial(&self, _call: &Call, number: u32) -> Result<Factorial> {
        Ok(if number > MAX_FACTORIAL {
            Factorial::TooLarge(MAX_FACTORIAL)
        } else {
            Factorial::Ok((1..=u64::from(number)).product())
        })
    }

    fn hello(&self, call: &Call, name: Text) -> Result<Text> {
        Ok(format!("Hello, {name}! You call from {}.", call.peer()).into())
    }

    fn get_time(&self, _call: &Call) -> Result<Moment> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Moment { seconds: now.as_secs(), nanoseconds: now.subsec_nanos() })
    }
}

/// Version 2 is version 1 and one procedure more.
impl calculator_v2::Service for Calculator {
    fn add(&self, call: &Call, operands: Operands) -> Result<i64> {
        calculator_v1::Service::add(self, call, operands)
    }

    fn subtract(&self, call: &Call, operands: Operands) -> Result<i64> {
        calculator_v1::Service::subtract(self, call, operands)
    }

    fn multiply(&self, call: &Call, operands: Operands) -> Result<i64> {
        calculator_v1::Service::multiply(self, call, operands)
    }

    fn divide(&self, call: &Call, operands: Operands) -> Result<Division> {
        calculator_v1::Service::divide(self, call, operands)
    }

    fn factorial(&self, call: &Call, number: u32) -> Result<Factorial> {
        calculator_v1::Service::factorial(self, call, number)
    }

    fn hello(&self, call: &Call, name: Text) -> Result<Text> {
        calculator_v1::Service::hello(self, call, name)
    }

    fn get_time(&self, call: &Call) -> Result<Moment> {
        calculator_v1::Service::get_time(self, call)
    }

    fn power(&self, _call: &Call, Operands { left, right }: Operands) -> Result<Power> {
        let power = u32::try_from(right).ok().and_then(|exponent| i64::from(left).checked_pow(exponent));
        Ok(power.map_or(Power::Default(RangeStatus::TooLarge), Power::Ok))
    }
}
