//! What all builders share: places, comments, text as written.

use super::Rule;
use super::tokens::Tokens;
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Kind, Token};
use crate::source::Span;
use crate::syntax::ast::Identifier;
use crate::syntax::comments::Comments;
use crate::text::Text;
use pest::iterators::Pair;
use std::ops::Range;

/// A parsed production.
pub(super) type Node<'i> = Pair<'i, Rule>;

/// A part of the tree, or the error that keeps it from being built.
pub(super) type Built<T> = Result<T, Diagnostic>;

/// Leads from the letters of a definition to what was written.
pub(super) struct Builder<'a> {
    pub(super) text: &'a Text,
    pub(super) tokens: &'a Tokens<'a>,
    pub(super) comments: &'a Comments<'a>,
    /// The number of the definition's first token.
    pub(super) first: usize,
}

impl<'a> Builder<'a> {
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

    /// The last word of a production, as it was written.
    pub(super) fn word(&self, node: &Node<'_>) -> &'a str {
        self.tokens.range(self.numbers(node)).last().map(|token| token.text(self.text.as_str())).unwrap_or_default()
    }

    pub(super) fn identifier(&self, node: &Node<'_>) -> Identifier {
        Identifier { text: self.word(node).to_owned(), span: self.span(node) }
    }

    /// The error for a production that lacks a part the grammar promises.
    pub(super) fn unread(&self, node: &Node<'_>) -> Diagnostic {
        Diagnostic::error(Code::Syntax, self.span(node), "this cannot be read")
    }

    /// A production as it was written, on one line.
    pub(super) fn written(&self, node: &Node<'_>) -> String {
        let (start, end) = self.range(node);
        match self.text.written(start, end) {
            Some(text) => {
                let (tokens, _) = Tokens::read(&text);
                normalised(&text, tokens.range(0..tokens.count()))
            }
            None => normalised(self.text.as_str(), self.tokens.range(self.numbers(node))),
        }
    }

    /// Where the first token of a production starts and the last one ends.
    fn range(&self, node: &Node<'_>) -> (usize, usize) {
        let numbers = self.numbers(node);
        let start = self.tokens.start(numbers.start);
        (start, self.tokens.range(numbers).last().map_or(start, |last| last.end))
    }

    fn numbers(&self, node: &Node<'_>) -> Range<usize> {
        let span = node.as_span();
        self.first + span.start()..self.first + span.end()
    }
}

/// The child of a production with a given rule.
pub(super) fn child<'i>(node: &Node<'i>, rule: Rule) -> Option<Node<'i>> {
    node.clone().into_inner().find(|child| child.as_rule() == rule)
}

/// What is built of all children of a production with a given rule.
pub(super) fn children<T>(
    builder: &Builder<'_>,
    node: &Node<'_>,
    rule: Rule,
    build: fn(&Builder<'_>, &Node<'_>) -> Built<T>,
) -> Built<Vec<T>> {
    let found = || node.clone().into_inner().filter(|child| child.as_rule() == rule);
    let mut all = Vec::with_capacity(found().count());
    for child in found() {
        all.push(build(builder, &child)?);
    }
    Ok(all)
}

/// Tokens on one line: no final semicolon, single blanks where words need them or an operator stands, the insides of
/// braces left out.
fn normalised(text: &str, tokens: &[Token]) -> String {
    let length = tokens.last().zip(tokens.first()).map_or(0, |(last, first)| last.end - first.start);
    let mut out = String::with_capacity(length);
    let mut depth = 0_usize;
    let mut before: Option<&Token> = None;
    for token in tokens {
        let word = token.text(text);
        depth = if word == "}" { depth.saturating_sub(1) } else { depth };
        if depth == 0 {
            let apart = before.is_some_and(|before| before.end < token.start) || word == "}";
            if apart && before.is_some_and(|before| needs_blank(before.kind, before.text(text), word)) {
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
fn needs_blank(kind: Kind, left: &str, right: &str) -> bool {
    let opens = matches!(left, "(" | "[" | "<");
    let closes = matches!(right, ")" | "[" | "]" | "," | "<" | ">");
    let calls = right == "(" && kind == Kind::Word;
    !opens && !closes && !calls
}
