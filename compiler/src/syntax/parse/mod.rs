//! From text to syntax tree, one definition at a time, so that an error in one does not hide those in the next.

mod build;
mod declaration;
mod definition;
mod error;
mod expression;
mod program;
mod scan;

#[cfg(test)]
mod tests;

use super::ast::Specification;
use super::comments::Comments;
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, Kind};
use crate::text::Text;
use build::Builder;
use pest::Parser;
use scan::Namespace;
use std::collections::HashSet;

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
    let comments = Comments::read(text.as_str());
    let (errors, lost) = (Vec::new(), HashSet::new());
    let mut reader = Reader { text, comments: &comments, at: 0, namespaces: Vec::new(), errors, lost };
    let mut rest = Specification::default();
    while reader.errors.len() < MAX_ERRORS && reader.read_next(&mut rest) {}
    reader.finish();
    let Reader { errors, lost, .. } = reader;
    if errors.is_empty() { Ok(rest) } else { Err(Faulty { errors, rest, lost }) }
}

struct Reader<'a> {
    text: &'a Text,
    comments: &'a Comments<'a>,
    at: usize,
    /// Where the open namespaces began.
    namespaces: Vec<usize>,
    errors: Vec<Diagnostic>,
    lost: HashSet<String>,
}

impl Reader<'_> {
    /// Reads what stands at the current place; false at the end of the text.
    fn read_next(&mut self, specification: &mut Specification) -> bool {
        let text = self.text.as_str();
        let Some(token) = lex::tokens(text, self.at).find(|token| !token.is_trivia()) else {
            return false;
        };
        self.at = token.start;
        match token.text(text) {
            ";" => self.at = token.end,
            "}" => self.close_namespace(token.end),
            "namespace" if token.kind == Kind::Word => self.open_namespace(),
            _ => self.read_definition(specification),
        }
        true
    }

    fn read_definition(&mut self, specification: &mut Specification) {
        let text = self.text.as_str();
        let chunk = scan::definition(text, self.at);
        if let Some(at) = chunk.too_deep {
            let span = self.text.source(at, at + 1);
            let message = format!("nested more than {} deep", scan::MAX_NESTING);
            self.errors.push(Diagnostic::error(Code::NestingTooDeep, span, message).label("one level too many"));
            self.lose(chunk.end);
            return;
        }
        let source = text.get(self.at..chunk.end).unwrap_or_default();
        match XdrParser::parse(Rule::item, source) {
            Ok(pairs) => {
                let builder = Builder { text: self.text, comments: self.comments, offset: self.at };
                match definition::build(&builder, pairs) {
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
                let at = self.at + error::position(&error);
                self.errors.push(error::explain(&error, self.text, at));
                self.lose(scan::resume(text, self.at, at, chunk.end));
            }
        }
    }

    /// Goes on at `end`.
    fn lose(&mut self, end: usize) {
        let text = self.text.as_str();
        let words = lex::tokens(text, self.at).take_while(|token| token.start < end);
        self.lost.extend(words.filter(|token| token.kind == Kind::Word).map(|token| token.text(text).to_owned()));
        self.at = end;
    }

    fn close_namespace(&mut self, end: usize) {
        if self.namespaces.pop().is_none() {
            let span = self.text.source(self.at, end);
            self.errors.push(Diagnostic::error(Code::Syntax, span, "this `}` closes nothing"));
        }
        self.at = end;
    }

    fn open_namespace(&mut self) {
        let start = self.at;
        match scan::namespace_head(self.text.as_str(), start) {
            Ok(Namespace::Block(end)) => {
                self.namespaces.push(start);
                self.at = end;
            }
            Ok(Namespace::File(end)) => self.at = end,
            Err(at) => {
                self.errors.push(error::expected("a name and `{` for this namespace", self.text, at));
                self.at = at.max(start + 1);
            }
        }
    }

    fn finish(&mut self) {
        if self.errors.len() >= MAX_ERRORS {
            self.lose(self.text.as_str().len());
        }
        if let Some(start) = self.namespaces.last().filter(|_| self.errors.is_empty()) {
            let span = self.text.source(*start, start + "namespace".len());
            let error = Diagnostic::error(Code::Syntax, span, "this namespace has no end").help("end it with `}`");
            self.errors.push(error);
        }
    }
}
