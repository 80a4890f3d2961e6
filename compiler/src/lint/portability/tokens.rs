//! What shows in the tokens and no longer in the tree.

use super::Found;
use crate::lex::{self, Kind, Token};
use crate::text::Text;

pub(super) fn check(text: &Text, found: &mut Found) {
    let code = text.as_str();
    let mut before: Option<Token> = None;
    let (mut depth, mut first) = (0_usize, "");
    for token in lex::tokens(code, 0) {
        if token.kind == Kind::LineComment {
            found.push(text.source(token.start, token.end), "`//` comments", "write `/* ... */`");
        }
        if token.is_trivia() {
            continue;
        }
        let left = before.map_or("", |token| token.text(code));
        if let Some((what, cure)) = refused(left, token, code) {
            found.push(text.source(token.start, token.end), what, cure);
        }
        let word = token.text(code);
        if depth == 0 && matches!(left, "" | ";" | "}") {
            first = word;
        } else if depth == 0 && left == first && is_nameless(left, word) {
            let cure = "write the name in front of what it stands for";
            found.push(text.source(token.start, token.end), "types whose names stand behind them", cure);
        }
        depth = match word {
            "{" => depth + 1,
            "}" => depth.saturating_sub(1),
            _ => depth,
        };
        before = Some(token);
    }
}

fn refused(left: &str, token: Token, code: &str) -> Option<(&'static str, &'static str)> {
    let word = token.text(code);
    let begins = matches!(left, "" | ";" | "{" | "}");
    Some(match (token.kind, word) {
        (Kind::Number, _) if word.starts_with("0X") => ("hexadecimal numbers that begin with `0X`", "write `0x`"),
        (Kind::Number, _) if has_suffix(word) => ("numbers with a suffix", "write the number without it"),
        (Kind::Word, "signed") => ("the word `signed`", "leave it out"),
        (Kind::Word, "long") if left == "long" => ("`long long`", "write `hyper`"),
        (Kind::Word, "program" | "version") if !begins => ("`program` and `version` as names", "use another name"),
        (Kind::Word, "namespace") if begins => ("namespaces", "leave them out"),
        (Kind::Word, "class") if begins => ("the word `class`", "write `struct`"),
        (Kind::Word, "zcopaque") => ("the word `zcopaque`", "write `opaque`"),
        (Kind::Word, _) if is_mapping(word) => ("words that map types to those of OCaml", "leave them out"),
        (Kind::Word, "pragma") if begins => ("`pragma` outside of a line that begins with `%`", "leave it out"),
        (_, ":") if left == ":" => ("qualified names", "leave the name of the namespace out"),
        (_, ";") if begins && left != "}" => ("empty declarations", "leave the second `;` out"),
        (_, "}") if left == "," => ("a comma behind the last enumerator", "leave it out"),
        (_, "[") if begins => ("annotations", "write a comment"),
        _ => return None,
    })
}

fn is_nameless(left: &str, word: &str) -> bool {
    matches!((left, word), ("enum" | "struct", "{") | ("union", "switch"))
}

fn is_mapping(word: &str) -> bool {
    let of_types = matches!(word, "_int" | "_int32" | "_int64" | "_managed" | "_unboxed");
    of_types || matches!(word, "_capitalize" | "_equals" | "_lowercase" | "_prefix" | "_tuple" | "_uppercase")
}

fn has_suffix(number: &str) -> bool {
    number.ends_with(['u', 'U', 'l', 'L'])
}
