//! The errors of all passes.

use super::definition::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest::{self, Suggester};
use crate::syntax::ast::Identifier;
use std::collections::{BTreeMap, HashSet};

/// How a message begins that tells what to do about a name of C's.
pub(crate) const ONLY_IN_C: &str = "if only a C header defines it";

/// Collected errors; undefined types are gathered by name, so that each is reported once.
#[derive(Debug, Default)]
pub(super) struct Errors {
    found: Vec<Diagnostic>,
    undefined_types: BTreeMap<String, Vec<Span>>,
    suggester: Suggester,
}

impl Errors {
    pub(super) fn push(&mut self, error: Diagnostic) {
        self.found.push(error);
    }

    pub(super) fn undefined_type(&mut self, name: &Identifier) {
        self.undefined_types.entry(name.text.clone()).or_default().push(name.span);
    }

    /// All errors in the order of their places, if there are any.
    pub(super) fn stop(&mut self, scope: &Scope<'_>) -> Result<(), Vec<Diagnostic>> {
        for (name, spans) in std::mem::take(&mut self.undefined_types) {
            self.found.extend(undefined_type(scope, &self.suggester, &name, &spans));
        }
        if self.found.is_empty() {
            return Ok(());
        }
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|error| error.span);
        // An undefined constant is reported once as well.
        let mut constants = HashSet::new();
        found.retain(|error| error.code != Code::UndefinedConstant || constants.insert(error.message.clone()));
        Err(found)
    }
}

fn undefined_type(scope: &Scope<'_>, suggester: &Suggester, name: &str, spans: &[Span]) -> Option<Diagnostic> {
    let first = spans.iter().min()?;
    let error = Diagnostic::error(Code::UndefinedType, *first, format!("`{name}` is not a type"))
        .label("not found in this file or its includes");
    let error = match spans.len() {
        1 => error,
        2 => error.note("it is used in one more place"),
        uses => error.note(format!("it is used in {} more places", uses - 1)),
    };
    let known = scope.names.type_names().chain(suggest::WORDS.iter().copied());
    Some(match suggester.similar(name, known) {
        Some(similar) => match scope.names.type_span(similar) {
            Some(span) => error.help_at(span, format!("a type of a similar name, `{similar}`, is defined here")),
            None => error.help(format!("did you mean `{similar}`?")),
        },
        None => error
            .help("define it, or `#include` the `.x` file that does; a line with `%` is for C only")
            .help(format!("{ONLY_IN_C}, name a Rust type for it with `--extern-type {name}=PATH`")),
    })
}
