//! Where definitions begin and end, found without the grammar. Places are numbers of tokens.

use super::tokens::Tokens;
use crate::lex::Kind;

/// How deep brackets of all kinds may nest: the parser recurses once a level.
pub(super) const MAX_NESTING: usize = 64;

/// The extent of one definition.
pub(super) struct Chunk {
    /// Behind its semicolon; before the brace of an enclosing namespace; or behind the last token.
    pub(super) end: usize,
    /// The first bracket that is nested too deep.
    pub(super) too_deep: Option<usize>,
}

/// The definition that starts at `start`.
pub(super) fn definition(letters: &str, start: usize) -> Chunk {
    let mut braces = 0_usize;
    let mut nesting = 0_usize;
    let mut too_deep = None;
    for (number, letter) in letters.bytes().enumerate().skip(start) {
        match letter {
            b';' if braces == 0 => return Chunk { end: number + 1, too_deep },
            b'}' if braces == 0 => return Chunk { end: number, too_deep },
            b'{' => {
                braces += 1;
                nesting += 1;
            }
            b'}' => {
                braces -= 1;
                nesting = nesting.saturating_sub(1);
            }
            b'(' | b'[' => nesting += 1,
            b')' | b']' => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        if nesting > MAX_NESTING && too_deep.is_none() {
            too_deep = Some(number);
        }
    }
    Chunk { end: letters.len(), too_deep }
}

/// Where to go on after an error at `error` in the definition at `start..end`: at the next line that begins like a
/// definition, or behind this one. A forgotten brace or semicolon must not swallow the rest of the file.
pub(super) fn resume(tokens: &Tokens<'_>, start: usize, error: usize, end: usize) -> usize {
    let from = error.max(start + 1);
    let mut beginnings = (from..end).filter(|number| begins_definition(tokens.word(*number)));
    beginnings.find(|number| tokens.begins_line(*number)).unwrap_or(end.max(from))
}

fn begins_definition(word: &str) -> bool {
    matches!(word, "class" | "const" | "enum" | "namespace" | "program" | "struct" | "typedef" | "union")
}

/// How a namespace begins.
pub(super) enum Namespace {
    /// `namespace a::b {`, and what is behind that.
    Block(usize),
    /// `namespace a:b;`, which is of the whole file.
    File(usize),
}

/// The namespace that begins at `start`, or where it stops being one.
pub(super) fn namespace_head(tokens: &Tokens<'_>, start: usize) -> Result<Namespace, usize> {
    let mut named = false;
    let mut number = start + 1;
    while let Some(token) = tokens.get(number) {
        match (token.kind, tokens.word(number)) {
            (Kind::Word, _) if !named => named = true,
            (_, ":" | "::") => named = false,
            (_, "{") if named => return Ok(Namespace::Block(number + 1)),
            (_, ";") if named => return Ok(Namespace::File(number + 1)),
            _ => return Err(number),
        }
        number += 1;
    }
    Err(number)
}
