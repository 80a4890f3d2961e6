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

/// The parser made from the grammar; its rules stay inside this folder.
#[derive(pest_derive::Parser)]
#[grammar = "syntax/xdr.pest"]
struct XdrParser;

/// After so many errors the rest is most likely caused by the first ones.
const MAX_ERRORS: usize = 20;

/// Parses preprocessed text; on failure returns every syntax error found.
pub(crate) fn parse(text: &Text) -> Result<Specification, Vec<Diagnostic>> {
    let comments = Comments::read(text.as_str());
    let mut reader = Reader { text, comments: &comments, at: 0, namespaces: Vec::new(), errors: Vec::new() };
    let mut specification = Specification::default();
    while reader.errors.len() < MAX_ERRORS && reader.read_next(&mut specification) {}
    reader.finish();
    if reader.errors.is_empty() { Ok(specification) } else { Err(reader.errors) }
}

struct Reader<'a> {
    text: &'a Text,
    comments: &'a Comments<'a>,
    at: usize,
    /// Where the open namespaces began.
    namespaces: Vec<usize>,
    errors: Vec<Diagnostic>,
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
            self.at = chunk.end;
            return;
        }
        let source = text.get(self.at..chunk.end).unwrap_or_default();
        match XdrParser::parse(Rule::item, source) {
            Ok(pairs) => {
                let builder = Builder { text: self.text, comments: self.comments, offset: self.at };
                match definition::build(&builder, pairs) {
                    Ok(definition) => specification.definitions.extend(definition),
                    Err(error) => self.errors.push(error),
                }
                self.at = chunk.end;
            }
            Err(error) => {
                let at = self.at + error::position(&error);
                self.errors.push(error::explain(&error, self.text, at));
                self.at = scan::resume(text, self.at, at, chunk.end);
            }
        }
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
            Ok(end) => {
                self.namespaces.push(start);
                self.at = end;
            }
            Err(at) => {
                self.errors.push(error::expected("a name and `{` for this namespace", self.text, at));
                self.at = at.max(start + 1);
            }
        }
    }

    fn finish(&mut self) {
        if let Some(start) = self.namespaces.last().filter(|_| self.errors.is_empty()) {
            let span = self.text.source(*start, start + "namespace".len());
            let error = Diagnostic::error(Code::Syntax, span, "this namespace has no end").help("end it with `}`");
            self.errors.push(error);
        }
    }
}
