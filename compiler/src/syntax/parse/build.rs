//! What all builders share: places, comments, text as written.

use super::Rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, Token};
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
            let open = body
                .clone()
                .into_inner()
                .find(|child| child.as_rule() == Rule::open_brace)?;
            Some(self.range(&open).1)
        });
        self.comments.docs(start, end, brace)
    }

    pub(super) fn identifier(&self, node: &Node<'_>) -> Identifier {
        let text = node.as_str().rsplit("::").next().unwrap_or_default();
        Identifier {
            text: text.to_owned(),
            span: self.span(node),
        }
    }

    /// The error for a production that lacks a part the grammar promises.
    pub(super) fn unread(&self, node: &Node<'_>) -> Diagnostic {
        Diagnostic::error(Code::Syntax, self.span(node), "this cannot be read")
    }

    fn range(&self, node: &Node<'_>) -> (usize, usize) {
        let span = node.as_span();
        let trimmed = trim_trivia(node.as_str());
        (self.offset + span.start(), self.offset + span.start() + trimmed)
    }
}

/// The child of a production with a given rule.
pub(super) fn child<'i>(node: &Node<'i>, rule: Rule) -> Option<Node<'i>> {
    node.clone().into_inner().find(|child| child.as_rule() == rule)
}

/// The length of a text without the blanks and comments at its end.
fn trim_trivia(text: &str) -> usize {
    lex::tokens(text, 0)
        .filter(|token| !token.is_trivia())
        .last()
        .map_or(text.len(), |token| token.end)
}

/// A text as written on one line: no comments, single blanks, no final semicolon, the insides of braces left out.
pub(super) fn normalised(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut blank = false;
    for token in lex::tokens(text, 0) {
        if token.is_trivia() {
            blank = !out.is_empty();
            continue;
        }
        let word = token.text(text);
        depth = if word == "}" { depth.saturating_sub(1) } else { depth };
        if depth == 0 {
            write_token(&mut out, &token, text, blank);
        }
        if word == "{" {
            depth += 1;
            if depth == 1 {
                out.push_str(" ...");
                blank = true;
                continue;
            }
        }
        blank = depth > 0;
    }
    out.truncate(out.trim_end_matches([';', ' ']).len());
    out
}

fn write_token(out: &mut String, token: &Token, text: &str, blank: bool) {
    if blank {
        out.push(' ');
    }
    out.push_str(token.text(text));
}
