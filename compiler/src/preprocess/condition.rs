//! The expressions of `#if` and `#elif`.

use crate::lex::{self, Kind};
use crate::literal;

/// How deep parentheses may nest.
const MAX_DEPTH: usize = 64;

/// The value of an expression in which all macros are replaced; a name left over is 0. The error says what is wrong.
pub(super) fn evaluate(text: &str) -> Result<i128, String> {
    let tokens: Vec<&str> = split(text);
    let mut parser = Parser { tokens: &tokens, at: 0 };
    let value = parser.binary(0, 0)?;
    match parser.peek() {
        None => Ok(value),
        Some(token) => Err(format!("unexpected `{token}`")),
    }
}

/// Whether a text is an expression the language itself could read: numbers, characters and the operators of constants.
pub(super) fn is_constant(text: &str) -> bool {
    let known = |token: &&str| token.starts_with(|c: char| c.is_ascii_digit() || "'+-*/%<>|&^~()".contains(c));
    let tokens = split(text);
    tokens.iter().all(known)
        && !tokens.iter().any(|token| matches!(*token, "<" | ">" | "<=" | ">=" | "&&" | "||"))
        && evaluate(text).is_ok()
}

/// The words, numbers and operators of a text.
fn split(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(token) = lex::token(text, at) {
        at = token.end;
        match token.kind {
            Kind::Other => {
                let rest = text.get(token.start..).unwrap_or_default();
                let long =
                    ["&&", "||", "==", "!=", "<=", ">=", "<<", ">>"].iter().find(|long| rest.starts_with(**long));
                let operator = long.map_or(token.text(text), |long| rest.get(..long.len()).unwrap_or_default());
                at = token.start + operator.len();
                tokens.push(operator);
            }
            _ if token.is_trivia() => {}
            _ => tokens.push(token.text(text)),
        }
    }
    tokens
}

struct Parser<'a> {
    tokens: &'a [&'a str],
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'a str> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// Operators that bind at least as tightly as `weakest`.
    fn binary(&mut self, weakest: u8, depth: usize) -> Result<i128, String> {
        let mut left = self.unary(depth)?;
        while let Some((operator, strength)) = self.peek().and_then(|token| Some((token, strength(token)?))) {
            if strength < weakest {
                break;
            }
            self.at += 1;
            let right = self.binary(strength + 1, depth)?;
            left = apply(operator, left, right)?;
        }
        Ok(left)
    }

    fn unary(&mut self, depth: usize) -> Result<i128, String> {
        let start = self.at;
        while matches!(self.peek(), Some("!" | "-" | "+" | "~")) {
            self.at += 1;
        }
        let prefixes = self.tokens.get(start..self.at).unwrap_or_default();
        let mut value = self.primary(depth)?;
        for prefix in prefixes.iter().rev() {
            value = match *prefix {
                "!" => i128::from(value == 0),
                "-" => value.checked_neg().ok_or(OVERFLOW)?,
                "~" => !value,
                _ => value,
            };
        }
        Ok(value)
    }

    fn primary(&mut self, depth: usize) -> Result<i128, String> {
        let token = self.next().ok_or("the expression ends too early")?;
        match token.chars().next() {
            Some('(') if depth >= MAX_DEPTH => Err("too many parentheses".to_owned()),
            Some('(') => {
                let value = self.binary(0, depth + 1)?;
                match self.next() {
                    Some(")") => Ok(value),
                    _ => Err("expected `)`".to_owned()),
                }
            }
            Some('\'') => literal::character(token).ok_or_else(|| format!("{token} is not a character")),
            Some(c) if c.is_ascii_digit() => {
                literal::integer(token).ok_or_else(|| format!("`{token}` is not a number"))
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => Ok(0),
            _ => Err(format!("unexpected `{token}`")),
        }
    }
}

const OVERFLOW: &str = "the value is too large";

fn strength(operator: &str) -> Option<u8> {
    Some(match operator {
        "||" => 0,
        "&&" => 1,
        "|" => 2,
        "^" => 3,
        "&" => 4,
        "==" | "!=" => 5,
        "<" | ">" | "<=" | ">=" => 6,
        "<<" | ">>" => 7,
        "+" | "-" => 8,
        "*" | "/" | "%" => 9,
        _ => return None,
    })
}

fn apply(operator: &str, a: i128, b: i128) -> Result<i128, String> {
    let value = match operator {
        "||" => Some(i128::from(a != 0 || b != 0)),
        "&&" => Some(i128::from(a != 0 && b != 0)),
        "|" => Some(a | b),
        "^" => Some(a ^ b),
        "&" => Some(a & b),
        "==" => Some(i128::from(a == b)),
        "!=" => Some(i128::from(a != b)),
        "<" => Some(i128::from(a < b)),
        ">" => Some(i128::from(a > b)),
        "<=" => Some(i128::from(a <= b)),
        ">=" => Some(i128::from(a >= b)),
        "<<" => u32::try_from(b).ok().filter(|b| *b < 64).and_then(|b| a.checked_mul(1 << b)),
        ">>" => u32::try_from(b).ok().and_then(|b| a.checked_shr(b)),
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "/" | "%" if b == 0 => return Err("division by zero".to_owned()),
        "/" => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    value.ok_or_else(|| OVERFLOW.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluates_as_c_does() {
        for (text, value) in [
            ("1 + 2 * 3", 7),
            ("(1 + 2) * 3", 9),
            ("10 - 4 - 3", 3),
            ("1 << 4 | 1", 17),
            ("!NOSUCH && 0x10 >= 16", 1),
            ("-~!0", 2),
            ("7 % 4 == 3 || 1 / 0 == 0", 1),
        ] {
            let found = evaluate(text);
            if text.contains("/ 0") {
                assert_eq!(found, Err("division by zero".to_owned()));
            } else {
                assert_eq!(found, Ok(value), "{text}");
            }
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(evaluate(""), Err("the expression ends too early".to_owned()));
        assert_eq!(evaluate("(1"), Err("expected `)`".to_owned()));
        assert_eq!(evaluate("1 2"), Err("unexpected `2`".to_owned()));
        assert!(evaluate(&"(".repeat(100_000)).is_err());
        assert!(evaluate(&format!("{}1", "-".repeat(100_000))).is_ok());
    }

    #[test]
    fn knows_constants() {
        assert!(is_constant("(1 << 4) | 'a'"));
        for other in ["", "x", "8 x", "1 < 2", "\"a\"", "1 && 1"] {
            assert!(!is_constant(other), "{other}");
        }
    }
}
