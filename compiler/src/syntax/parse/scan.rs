//! Where definitions begin and end, found without the grammar.

use crate::lex::{self, Kind};

/// How deep brackets of all kinds may nest: the parser recurses once a level.
pub(super) const MAX_NESTING: usize = 64;

/// The extent of one definition.
pub(super) struct Chunk {
    /// Behind its semicolon; before the brace of an enclosing namespace; or the end of the text.
    pub(super) end: usize,
    /// The first bracket that is nested too deep.
    pub(super) too_deep: Option<usize>,
}

/// The definition that starts at `start`.
pub(super) fn definition(text: &str, start: usize) -> Chunk {
    let mut braces = 0_usize;
    let mut nesting = 0_usize;
    let mut too_deep = None;
    for token in lex::tokens(text, start) {
        match token.text(text) {
            _ if token.kind != Kind::Other => {}
            ";" if braces == 0 => {
                return Chunk { end: token.end, too_deep };
            }
            "}" if braces == 0 => {
                return Chunk { end: token.start, too_deep };
            }
            "{" => {
                braces += 1;
                nesting += 1;
            }
            "}" => {
                braces -= 1;
                nesting = nesting.saturating_sub(1);
            }
            "(" | "[" => nesting += 1,
            ")" | "]" => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        if nesting > MAX_NESTING && too_deep.is_none() {
            too_deep = Some(token.start);
        }
    }
    Chunk { end: text.len(), too_deep }
}

/// Where to go on after an error at `error` in the definition at `start..end`: at the next line that begins like a
/// definition, or behind this one. A forgotten brace or semicolon must not swallow the rest of the file.
pub(super) fn resume(text: &str, start: usize, error: usize, end: usize) -> usize {
    let from = error.max(start + 1);
    let mut line_start = text.get(..from).is_some_and(|before| before.ends_with('\n'));
    for token in lex::tokens(text, from).take_while(|token| token.start < end) {
        if line_start && token.kind == Kind::Word && begins_definition(token.text(text)) {
            return token.start;
        }
        line_start = token.kind == Kind::Newline;
    }
    end.max(from)
}

fn begins_definition(word: &str) -> bool {
    matches!(word, "class" | "const" | "enum" | "namespace" | "program" | "struct" | "typedef" | "union")
}

/// How a namespace begins.
pub(super) enum Namespace {
    /// `namespace a::b {`, and where that ends.
    Block(usize),
    /// `namespace a:b;`, which is of the whole file.
    File(usize),
}

/// The namespace that begins at `start`, or where it stops being one.
pub(super) fn namespace_head(text: &str, start: usize) -> Result<Namespace, usize> {
    let mut named = false;
    for token in lex::tokens(text, start).filter(|token| !token.is_trivia()).skip(1) {
        match (token.kind, token.text(text)) {
            (Kind::Word, _) if !named => named = true,
            (_, ":") => named = false,
            (_, "{") if named => return Ok(Namespace::Block(token.end)),
            (_, ";") if named => return Ok(Namespace::File(token.end)),
            _ => return Err(token.start),
        }
    }
    Err(text.len())
}
