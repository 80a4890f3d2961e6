//! From text to syntax tree, one definition at a time, so that an error in one does not hide those in the next.

mod build;
mod declaration;
mod definition;
mod error;
mod expression;
mod program;
mod scan;
mod tokens;

#[cfg(test)]
mod tests;

use super::ast::Specification;
use super::comments::Comments;
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::Kind;
use crate::source::Span;
use crate::text::Text;
use build::Builder;
use pest::Parser;
use scan::Namespace;
use std::collections::HashSet;
use tokens::Tokens;

/// The parser made from the grammar; its rules stay inside this folder.
#[derive(pest_derive::Parser)]
#[grammar = "syntax/xdr.pest"]
struct XdrParser;

/// After so many errors the rest is most likely caused by the first ones.
const MAX_ERRORS: usize = 20;

/// A text with syntax errors.
#[derive(Debug)]
pub(crate) struct Faulty {
    /// At least one.
    pub(crate) errors: Vec<Diagnostic>,
    /// The definitions without.
    pub(crate) rest: Specification,
    /// All words of the others: what they define is among them.
    pub(crate) lost: HashSet<String>,
}

/// Parses preprocessed text; on failure returns every syntax error found, and what could be read all the same.
pub(crate) fn parse(text: &Text) -> Result<Specification, Faulty> {
    let (tokens, comments) = Tokens::read(text.as_str());
    let comments = Comments::new(text.as_str(), comments);
    let (errors, lost) = (Vec::new(), HashSet::new());
    let mut reader = Reader { text, tokens: &tokens, comments: &comments, at: 0, namespaces: Vec::new(), errors, lost };
    let mut rest = Specification::default();
    while reader.errors.len() < MAX_ERRORS && reader.read_next(&mut rest) {}
    reader.finish();
    let Reader { errors, lost, .. } = reader;
    if errors.is_empty() { Ok(rest) } else { Err(Faulty { errors, rest, lost }) }
}

struct Reader<'a> {
    text: &'a Text,
    tokens: &'a Tokens<'a>,
    comments: &'a Comments<'a>,
    /// The number of the next token.
    at: usize,
    /// The tokens with which the open namespaces began.
    namespaces: Vec<usize>,
    errors: Vec<Diagnostic>,
    lost: HashSet<String>,
}

impl Reader<'_> {
    /// Reads what stands at the current place; false at the end of the text.
    fn read_next(&mut self, specification: &mut Specification) -> bool {
        match self.tokens.word(self.at) {
            "" => return false,
            ";" => self.at += 1,
            "}" => self.close_namespace(),
            "namespace" => self.open_namespace(),
            _ => self.read_definition(specification),
        }
        true
    }

    fn read_definition(&mut self, specification: &mut Specification) {
        let letters = self.tokens.letters();
        let chunk = scan::definition(letters, self.at);
        if let Some(number) = chunk.too_deep {
            let at = self.tokens.start(number);
            let span = self.text.source(at, at + 1);
            let message = format!("nested more than {} deep", scan::MAX_NESTING);
            self.errors.push(Diagnostic::error(Code::NestingTooDeep, span, message).label("one level too many"));
            self.lose(chunk.end);
            return;
        }
        match XdrParser::parse(Rule::item, letters.get(self.at..chunk.end).unwrap_or_default()) {
            Ok(pairs) => {
                let Reader { text, tokens, comments, at, .. } = *self;
                match definition::build(&Builder { text, tokens, comments, first: at }, pairs) {
                    Ok(definition) => {
                        specification.definitions.extend(definition);
                        self.at = chunk.end;
                    }
                    Err(error) => {
                        self.errors.push(error);
                        self.lose(chunk.end);
                    }
                }
            }
            Err(error) => {
                let number = self.at + error::position(&error);
                self.errors.push(error::explain(&error, self.text, self.tokens.start(number)));
                self.lose(scan::resume(self.tokens, self.at, number, chunk.end));
            }
        }
    }

    /// Goes on at `end`.
    fn lose(&mut self, end: usize) {
        let words = (self.at..end).filter(|number| self.tokens.get(*number).is_some_and(|it| it.kind == Kind::Word));
        self.lost.extend(words.map(|number| self.tokens.word(number).to_owned()));
        self.at = end;
    }

    fn close_namespace(&mut self) {
        if self.namespaces.pop().is_none() {
            self.errors.push(Diagnostic::error(Code::Syntax, self.span(self.at), "this `}` closes nothing"));
        }
        self.at += 1;
    }

    fn open_namespace(&mut self) {
        let start = self.at;
        match scan::namespace_head(self.tokens, start) {
            Ok(Namespace::Block(end)) => {
                self.namespaces.push(start);
                self.at = end;
            }
            Ok(Namespace::File(end)) => self.at = end,
            Err(number) => {
                let at = self.tokens.start(number);
                self.errors.push(error::expected("a name and `{` for this namespace", self.text, at));
                self.at = number.max(start + 1);
            }
        }
    }

    fn finish(&mut self) {
        if self.errors.len() >= MAX_ERRORS {
            self.lose(self.tokens.count());
        }
        if let Some(start) = self.namespaces.last().filter(|_| self.errors.is_empty()) {
            let error = Diagnostic::error(Code::Syntax, self.span(*start), "this namespace has no end");
            self.errors.push(error.help("end it with `}`"));
        }
    }

    /// The place of a token in the source files.
    fn span(&self, number: usize) -> Span {
        let start = self.tokens.start(number);
        self.text.source(start, start + self.tokens.word(number).len())
    }
}
