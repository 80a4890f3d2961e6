//! What all builders share: places, comments, text as written.

use super::Rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, Kind, Token};
use crate::source::Span;
use crate::syntax::ast::Identifier;
use crate::syntax::comments::Comments;
use crate::text::Text;
use pest::iterators::Pair;

/// A parsed production.
pub(super) type Node<'i> = Pair<'i, Rule>;

/// A part of the tree, or the error that keeps it from being built.
pub(super) type Built<T> = Result<T, Diagnostic>;

/// Leads from a definition's own text to the whole.
pub(super) struct Builder<'a> {
    pub(super) text: &'a Text,
    pub(super) comments: &'a Comments<'a>,
    /// Where the definition starts in the text.
    pub(super) offset: usize,
}

impl Builder<'_> {
    /// The place of a production in the source files.
    pub(super) fn span(&self, node: &Node<'_>) -> Span {
        let (start, end) = self.range(node);
        self.text.source(start, end)
    }

    /// The documentation of a production; `body` is the one with its braces.
    pub(super) fn docs(&self, node: &Node<'_>, body: Option<&Node<'_>>) -> Vec<String> {
        let (start, end) = self.range(node);
        let brace = body.and_then(|body| {
            let open = body.clone().into_inner().find(|child| child.as_rule() == Rule::open_brace)?;
            Some(self.range(&open).1)
        });
        self.comments.docs(start, end, brace)
    }

    pub(super) fn identifier(&self, node: &Node<'_>) -> Identifier {
        let text = node.as_str().rsplit("::").next().unwrap_or_default();
        Identifier { text: text.to_owned(), span: self.span(node) }
    }

    /// The error for a production that lacks a part the grammar promises.
    pub(super) fn unread(&self, node: &Node<'_>) -> Diagnostic {
        Diagnostic::error(Code::Syntax, self.span(node), "this cannot be read")
    }

    /// A production as it was written, on one line.
    pub(super) fn written(&self, node: &Node<'_>) -> String {
        let (start, end) = self.range(node);
        normalised(&self.text.written(start, end))
    }

    fn range(&self, node: &Node<'_>) -> (usize, usize) {
        let span = node.as_span();
        let start = self.offset + span.start();
        (start, self.comments.code_end(start, self.offset + span.end()))
    }
}

/// The child of a production with a given rule.
pub(super) fn child<'i>(node: &Node<'i>, rule: Rule) -> Option<Node<'i>> {
    node.clone().into_inner().find(|child| child.as_rule() == rule)
}

/// A text on one line: no comments, no final semicolon, single blanks where words need them or an operator stands, the
/// insides of braces left out.
fn normalised(text: &str) -> String {
    let tokens = lex::tokens(text, 0).filter(|token| !token.is_trivia());
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut before: Option<Token> = None;
    for token in tokens {
        let word = token.text(text);
        depth = if word == "}" { depth.saturating_sub(1) } else { depth };
        if depth == 0 {
            let apart = before.is_some_and(|before| before.end < token.start) || word == "}";
            if apart && before.is_some_and(|before| needs_blank(text, before, token)) {
                out.push(' ');
            }
            out.push_str(if word == "{" { "{ ..." } else { word });
        }
        depth = if word == "{" { depth + 1 } else { depth };
        before = Some(token);
    }
    out.truncate(out.trim_end_matches([';', ' ']).len());
    out
}

/// Whether a blank between two tokens is kept: not inside brackets and not before them.
fn needs_blank(text: &str, before: Token, token: Token) -> bool {
    let (left, right) = (before.text(text), token.text(text));
    let opens = matches!(left, "(" | "[") || (left == "<" && !is_shift(text, before));
    let closes = matches!(right, ")" | "[" | "]" | ",") || (matches!(right, "<" | ">") && !is_shift(text, token));
    let calls = right == "(" && before.kind == Kind::Word;
    !opens && !closes && !calls
}

/// Whether an angle bracket is part of `<<` or `>>`.
fn is_shift(text: &str, token: Token) -> bool {
    let bracket = token.text(text);
    let rest = text.get(token.end..).unwrap_or_default();
    rest.starts_with(bracket) || text.get(..token.start).unwrap_or_default().ends_with(bracket)
}
