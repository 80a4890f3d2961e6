//! Warnings about files that compile: each has a name, and a level that the user may change.

mod missing_arm;
mod name_clash;
mod portability;
mod unbounded;

#[cfg(test)]
mod tests;

#[cfg(any(feature = "cli", test))]
use crate::diagnostic::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Resolved;
use crate::preprocess::OddLine;
use crate::rust::Spelling;
use crate::rust::choices::Choices;
use crate::source::Span;
use crate::syntax::ast::Specification;
use crate::text::Text;
use std::collections::BTreeMap;
use std::fmt;

/// A kind of warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lint {
    /// A construct that C rpcgen refuses. Allowed by default.
    Portability,
    /// A string, opaque data or an array of any length, which only the limits of the decoder bound. Allowed by default.
    Unbounded,
    /// A union without a default arm, and without an arm for some enumerator of its discriminant. Allowed by default.
    MissingArm,
    /// Names that are the same in Rust, where one of them gets a number. Warned of by default.
    NameClash,
}

/// What is made of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing is said.
    Allow,
    /// It is said, and output is made.
    Warn,
    /// It is an error.
    Deny,
}

impl Lint {
    /// All lints.
    pub const ALL: &[Lint] = &[Lint::Portability, Lint::Unbounded, Lint::MissingArm, Lint::NameClash];

    /// The name, as the command takes it: `name-clash`.
    pub fn name(self) -> &'static str {
        match self {
            Lint::Portability => "portability",
            Lint::Unbounded => "unbounded",
            Lint::MissingArm => "missing-arm",
            Lint::NameClash => "name-clash",
        }
    }

    /// The lint of a name.
    pub fn of_name(name: &str) -> Option<Lint> {
        Lint::ALL.iter().copied().find(|lint| lint.name() == name)
    }

    /// The level where the user has chosen none.
    pub fn default_level(self) -> Level {
        match self {
            Lint::Portability | Lint::Unbounded | Lint::MissingArm => Level::Allow,
            Lint::NameClash => Level::Warn,
        }
    }

    #[cfg(any(feature = "cli", test))]
    pub(crate) fn code(self) -> Code {
        match self {
            Lint::Portability => Code::Portability,
            Lint::Unbounded => Code::Unbounded,
            Lint::MissingArm => Code::MissingArm,
            Lint::NameClash => Code::NameClash,
        }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The levels of all lints.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels(BTreeMap<Lint, Level>);

impl Levels {
    pub(crate) fn set(&mut self, lint: Lint, level: Level) {
        self.0.insert(lint, level);
    }

    fn of(&self, lint: Lint) -> Level {
        self.0.get(&lint).copied().unwrap_or(lint.default_level())
    }
}

/// What is looked at: a file in which there is no error.
pub(crate) struct Subject<'a> {
    pub(crate) text: &'a Text,
    pub(crate) specification: &'a Specification,
    pub(crate) odd_lines: &'a [OddLine],
    pub(crate) resolved: &'a Resolved,
    pub(crate) spelling: Spelling,
    /// Whether types have views.
    pub(crate) views: bool,
    /// What names were chosen, and what becomes of unknown discriminants.
    pub(crate) choices: &'a Choices,
    /// Whether what stands at a place is emitted with this file, not with another one that is compiled as well.
    pub(crate) is_own: &'a dyn Fn(Span) -> bool,
}

/// All findings whose lints are not allowed, in the order of their places; denied ones as errors.
pub(crate) fn check(subject: &Subject<'_>, levels: &Levels) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for lint in Lint::ALL.iter().copied().filter(|lint| levels.of(*lint) != Level::Allow) {
        let mut found = match lint {
            Lint::Portability => portability::check(subject.text, subject.specification, subject.odd_lines),
            Lint::Unbounded => unbounded::check(subject.specification),
            Lint::MissingArm => missing_arm::check(subject.resolved, subject.choices),
            Lint::NameClash => name_clash::check(subject),
        };
        found.retain(|finding| (subject.is_own)(finding.span));
        found.sort_by_key(|finding| finding.span);
        if let Some(first) = found.first_mut() {
            *first = first.clone().note(how_to_change(lint, levels.of(lint)));
        }
        if levels.of(lint) == Level::Deny {
            found.iter_mut().for_each(|finding| finding.severity = Severity::Error);
        }
        findings.extend(found);
    }
    findings.sort_by_key(|finding| finding.span);
    findings
}

fn how_to_change(lint: Lint, level: Level) -> String {
    match level {
        Level::Deny => format!("`{lint}` is denied"),
        _ if level == lint.default_level() => format!("`{lint}` warns by default; `--allow {lint}` silences it"),
        _ => format!("`{lint}` was asked to warn"),
    }
}
