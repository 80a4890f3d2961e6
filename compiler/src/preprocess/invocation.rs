//! Macros with parameters: where they are used, and what becomes of their bodies.

use super::macros::{ExpansionError, MAX_EXPANSION};
use crate::lex::{self, Kind, Token};

/// What stands in the brackets behind the name of a macro.
pub(super) struct Invocation<'a> {
    /// Without comments and blanks around each.
    pub(super) arguments: Vec<&'a str>,
    /// Behind the last bracket.
    pub(super) end: usize,
}

/// How long the arguments of one use may be, in bytes, and how deep brackets may nest in them: names before brackets that
/// have no end must not be compared with all that follows.
const MAX_LENGTH: usize = 1 << 14;
const MAX_NESTING: usize = 64;

/// The brackets behind `at`; `None` if there are none, or they have no end nearby.
pub(super) fn invocation(text: &str, at: usize) -> Option<Invocation<'_>> {
    let mut tokens = lex::tokens(text, at).filter(|token| !token.is_trivia());
    let open = tokens.next().filter(|token| token.text(text) == "(")?;
    let (mut arguments, mut depth, mut start) = (Vec::new(), 0_usize, open.end);
    for token in tokens.take_while(|token| token.end - open.end <= MAX_LENGTH) {
        match token.text(text) {
            "(" if depth >= MAX_NESTING => return None,
            "(" => depth += 1,
            ")" if depth > 0 => depth -= 1,
            ")" => {
                arguments.push(inside(text, start, token.start));
                return Some(Invocation { arguments, end: token.end });
            }
            "," if depth == 0 => {
                arguments.push(inside(text, start, token.start));
                start = token.end;
            }
            _ => {}
        }
    }
    None
}

/// From the first token to the last.
fn inside(text: &str, start: usize, end: usize) -> &str {
    let tokens = lex::tokens(text, start).take_while(|token| token.start < end).filter(|token| !token.is_trivia());
    let (mut first, mut last) = (end, end);
    for token in tokens {
        first = first.min(token.start);
        last = token.end;
    }
    text.get(first..last).unwrap_or_default()
}

/// `(a, b) body`, the parameters by themselves; `None` if they are not names, as in `(...)`.
pub(super) fn parameters(text: &str) -> Option<(Vec<String>, &str)> {
    let Invocation { arguments, end } = invocation(text, 0)?;
    let is_name = |name: &str| lex::token(name, 0).is_some_and(|it| it.kind == Kind::Word && it.end == name.len());
    let parameters: Vec<String> = match arguments.as_slice() {
        [""] => Vec::new(),
        names => names.iter().map(|name| is_name(name).then(|| (*name).to_owned())).collect::<Option<_>>()?,
    };
    Some((parameters, text.get(end..)?.trim_matches(lex::is_blank)))
}

/// The body with the arguments in it: as they are beside `#` and `##`, otherwise expanded.
pub(super) fn substitute(
    body: &str,
    parameters: &[String],
    arguments: &[&str],
    expanded: &[String],
) -> Result<String, ExpansionError> {
    let tokens: Vec<Token> = lex::tokens(body, 0).collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let parameter = |token: &Token| parameters.iter().position(|name| name == token.text(body));
        let pasted_behind = out.ends_with(PASTE);
        let (paste, next) = pasting(body, &tokens, at);
        if paste {
            out.truncate(out.trim_end_matches(lex::is_blank).len());
            out.push_str(PASTE);
            at = next;
        } else if let Some(index) = stringized(body, &tokens, at).and_then(parameter) {
            out.push_str(&quoted(arguments.get(index).copied().unwrap_or_default()));
            at += 2;
        } else {
            match parameter(token) {
                Some(index) if pasted_behind || pasting(body, &tokens, at + 1).0 => {
                    out.push_str(arguments.get(index).copied().unwrap_or_default());
                }
                Some(index) => out.push_str(expanded.get(index).map(String::as_str).unwrap_or_default()),
                None => out.push_str(token.text(body)),
            }
            at += 1;
        }
        if out.len() > MAX_EXPANSION {
            return Err(ExpansionError::TooLarge);
        }
    }
    Ok(out.replace(PASTE, ""))
}

/// Stands where tokens are joined until all are there; no text holds it.
const PASTE: &str = "\0";

/// Whether `##` comes next, and the token behind it and its blanks.
fn pasting(body: &str, tokens: &[Token], at: usize) -> (bool, usize) {
    let from = |at: usize| tokens.get(at..).unwrap_or_default().iter().take_while(|it| it.is_trivia()).count() + at;
    let is_sharp = |at: usize| tokens.get(at).is_some_and(|token| token.text(body) == "#");
    let at = from(at);
    (is_sharp(at) && is_sharp(at + 1), from(at + 2))
}

/// The word behind a `#`.
fn stringized<'a>(body: &str, tokens: &'a [Token], at: usize) -> Option<&'a Token> {
    let sharp = tokens.get(at)?.text(body) == "#";
    tokens.get(at + 1).filter(|_| sharp)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
