//! Text as the grammar reads it: a letter for each token, without blanks and comments.

use crate::lex::{self, Kind, Token};
use std::ops::Range;

/// The tokens of a text, known by their numbers.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// One byte for each token.
    letters: String,
}

/// About how many bytes a token takes, with the blanks and comments before it.
const BYTES: usize = 6;

/// Tokens in brackets that may stand before an apostrophe.
const SHORTLY: usize = 1_000;

impl<'a> Tokens<'a> {
    /// The tokens of a text, and the comments between them.
    pub(super) fn read(text: &'a str) -> (Self, Vec<Token>) {
        let mut comments = Vec::new();
        let guess = text.len() / BYTES;
        let mut read = Tokens { text, tokens: Vec::with_capacity(guess), letters: String::with_capacity(guess) };
        for token in lex::tokens(text, 0) {
            let is_literal = matches!(token.kind, Kind::Text | Kind::Character);
            if is_literal && !is_closed(token.text(text)) && read.is_in_brackets() {
                read.push_unclosed(token, &mut comments);
            } else {
                read.push_any(token, &mut comments);
            }
        }
        (read, comments)
    }

    /// Whether a `[` was opened shortly before.
    #[cold]
    fn is_in_brackets(&self) -> bool {
        let mut before = self.letters.bytes().rev().take(SHORTLY);
        before.find(|letter| b"[]{};".contains(letter)) == Some(b'[')
    }

    /// A quote that nothing closes stands for itself, so that it takes nothing of its line with it: in what other compilers
    /// are told between brackets, it may be an apostrophe.
    #[cold]
    fn push_unclosed(&mut self, token: Token, comments: &mut Vec<Token>) {
        let line = self.text.get(..token.end).unwrap_or_default();
        let mut at = token.start;
        while let Some(next) = line.get(at..).and_then(|rest| rest.chars().next()) {
            let quote = Token { kind: Kind::Other, start: at, end: at + 1 };
            let is_quote = matches!(next, '"' | '\'');
            let Some(part) = (if is_quote { Some(quote) } else { lex::token(line, at) }) else { return };
            self.push_any(part, comments);
            at = part.end;
        }
    }

    fn push_any(&mut self, token: Token, comments: &mut Vec<Token>) {
        if token.is_comment() {
            comments.push(token);
        } else if !token.is_trivia() {
            self.push(token);
        }
    }

    fn push(&mut self, token: Token) {
        let word = token.text(self.text);
        if let Some(last) = self.tokens.last_mut().filter(|last| last.end == token.start)
            && let Some(letter) = pair(last.text(self.text), word)
        {
            last.end = token.end;
            self.letters.pop();
            self.letters.push(letter);
            return;
        }
        self.letters.push(letter(token.kind, word));
        self.tokens.push(token);
    }

    pub(super) fn get(&self, number: usize) -> Option<&Token> {
        self.tokens.get(number)
    }

    /// As many of the tokens as there are.
    pub(super) fn range(&self, numbers: Range<usize>) -> &[Token] {
        self.tokens.get(numbers).unwrap_or_default()
    }

    pub(super) fn count(&self) -> usize {
        self.tokens.len()
    }

    /// The letters of all tokens, a byte each.
    pub(super) fn letters(&self) -> &str {
        &self.letters
    }

    /// What a token is, empty behind the last.
    pub(super) fn word(&self, number: usize) -> &'a str {
        self.get(number).map(|token| token.text(self.text)).unwrap_or_default()
    }

    /// Where a token starts; behind the last, where the text ends.
    pub(super) fn start(&self, number: usize) -> usize {
        self.get(number).map_or(self.text.len(), |token| token.start)
    }

    /// Whether a token stands at the very beginning of its line.
    pub(super) fn begins_line(&self, number: usize) -> bool {
        self.text.get(..self.start(number)).is_some_and(|before| before.ends_with('\n'))
    }
}

/// The letter for two that are one token where nothing is between them.
pub(super) fn pair(first: &str, second: &str) -> Option<char> {
    match (first, second) {
        (":", ":") => Some('@'),
        ("<", "<") | (">", ">") => Some('$'),
        ("#", "define") => Some('#'),
        _ => None,
    }
}

/// What stands for a token in the grammar; `?` for what the language does not have.
fn letter(kind: Kind, word: &str) -> char {
    match kind {
        Kind::Word => letter_of_word(word),
        Kind::Number => '0',
        Kind::Text if is_closed(word) => '"',
        Kind::Character if is_closed(word) && word.len() > 2 => '\'',
        Kind::Other => letter_of_sign(word),
        _ => '?',
    }
}

fn letter_of_sign(sign: &str) -> char {
    let is_known = |it: &char| {
        matches!(it, '{' | '}' | '(' | ')' | '[' | ']' | '<' | '>' | ';' | ',' | ':' | '=' | '*')
            || matches!(it, '+' | '-' | '~' | '/' | '%' | '|' | '&' | '^')
    };
    sign.chars().next().filter(is_known).unwrap_or('?')
}

/// Whether a literal ends with its quote and not with its line.
fn is_closed(literal: &str) -> bool {
    let mut rest = literal.chars();
    let inside = rest.next().and_then(|quote| rest.as_str().strip_suffix(quote));
    let backslashes = |inside: &str| inside.len() - inside.trim_end_matches('\\').len();
    inside.is_some_and(|inside| backslashes(inside).is_multiple_of(2))
}

fn letter_of_word(word: &str) -> char {
    match word {
        "bool" => 'B',
        "case" => 'C',
        "char" => 'H',
        "const" => 'K',
        "default" => 'D',
        "double" => 'U',
        "enum" => 'E',
        "float" => 'F',
        "hyper" => 'Y',
        "int" => 'I',
        "long" => 'L',
        "opaque" => 'O',
        "quadruple" => 'Q',
        "short" => 'J',
        "signed" => 'G',
        "string" => 'S',
        "struct" => 'T',
        "switch" => 'W',
        "typedef" => 'A',
        "union" => 'N',
        "unsigned" => 'Z',
        "void" => 'V',
        "class" => 'c',
        "pragma" => 'g',
        "program" => 'p',
        "version" => 'v',
        "zcopaque" => 'z',
        "_capitalize" | "_lowercase" | "_tuple" | "_uppercase" => 'm',
        "_equals" | "_prefix" => 'b',
        "_int" | "_int32" | "_int64" | "_managed" | "_unboxed" => 't',
        "u_int32_t" | "uint32_t" | "int32_t" | "uint_t" | "u_int" | "uint" | "ulong_t" | "u_long" | "ulong"
        | "size_t" | "rpcprog_t" | "rpcvers_t" | "rpcproc_t" => 'u',
        _ => 'n',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The letters of a text, and how many tokens those are.
    fn letters(text: &str) -> String {
        let (tokens, _) = Tokens::read(text);
        assert_eq!(tokens.letters().len(), tokens.count());
        tokens.letters().to_owned()
    }

    #[test]
    fn blanks_and_comments_have_no_letters() {
        assert_eq!(letters("struct /* s */ s { // s\n int a<4>; };"), "Tn{In<0>;};");
        assert_eq!(letters("program version define structure u_int"), "pvnnu");
        assert_eq!(Tokens::read("a /* b */ c // d").1.len(), 2);
    }

    #[test]
    fn what_belongs_together_is_one_token() {
        assert_eq!(letters("a::b : : 1<<2>>3 < <"), "n@n::0$0$0<<");
        assert_eq!(letters("#define A 1 # define"), "#n0?n");
        assert_eq!(Tokens::read("a::b").0.word(1), "::");
    }

    #[test]
    fn literals_have_letters_if_they_are_closed() {
        assert_eq!(letters(r#""a\"b" '\'' '\\' """#), "\"''\"");
        assert_eq!(letters("\"a\n'\n''\n'a\\\\'"), "???'");
        assert_eq!(letters("[don't \"a\\\"//\n] don't]"), "[n?n?n??]n?");
        assert_eq!(letters("$ \u{e9} ? \\"), "????");
    }
}
