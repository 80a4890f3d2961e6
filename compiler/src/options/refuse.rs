//! What is said of options that cannot be taken.

use super::setting::{Fault, TABLE, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;

/// An option that does not exist, or does not have that value. `at` is its name and its value.
pub(super) fn setting(fault: &Fault, name: &str, value: &Value, at: (Span, Span)) -> Diagnostic {
    match fault {
        Fault::Unknown => unknown(name, at.0),
        Fault::Value { expected } => {
            let message = format!("{} is not a value of the option `{name}`", value.shown());
            let error = Diagnostic::error(Code::BadOption, at.1, message).label(format!("expected {expected}"));
            match (value, suggested(value, expected)) {
                (_, Some(word)) => error.help(format!("perhaps `{word}` is meant")),
                (Value::Text(_), None) if expected.contains("true") => error.help("leave the quotes out"),
                _ => error,
            }
        }
    }
}

/// No option has that name.
fn unknown(name: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(Code::BadOption, span, format!("`{name}` is not an option"));
    match suggest::similar(name, TABLE.iter().map(|named| named.name)) {
        Some(similar) => error.help(format!("an option of a similar name is `{similar}`")),
        None => {
            let names: Vec<String> = TABLE.iter().map(|named| format!("`{}`", named.name)).collect();
            error.help(format!("the options are {} and `members`", names.join(", ")))
        }
    }
}

/// The value among those expected that is most like what was found.
fn suggested<'a>(value: &Value, expected: &'a str) -> Option<&'a str> {
    let (Value::Word(found) | Value::Text(found)) = value else { return None };
    suggest::similar(found, expected.split('`').skip(1).step_by(2))
}
