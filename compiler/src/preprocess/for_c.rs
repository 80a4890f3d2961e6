//! Lines for C, which begin with `%`: what they tell about names that the interface uses and does not define.

use super::lines::File;
use super::{Loader, State, include};
use crate::diagnostic::{Code, Diagnostic, NoteKind};
use crate::lex::{self, Kind};
use crate::source::{SourceMap, Span};
use std::path::PathBuf;

/// A line that is worth remembering.
#[derive(Debug)]
pub(crate) enum ForC {
    /// `%#include "name.h"` where there is an interface `name.x`.
    Include {
        span: Span,
        /// As `#include` would name it.
        name: String,
        path: PathBuf,
    },
    Define(Define),
}

/// `%#define NAME VALUE`.
#[derive(Debug)]
pub(crate) struct Define {
    pub(crate) span: Span,
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) value_span: Span,
}

/// `%#pragma oncrpc WORD...`: what the user asks for in the interface itself.
#[derive(Debug)]
pub(crate) struct Pragma {
    pub(crate) span: Span,
    pub(crate) words: Vec<Word>,
}

/// A word of a line, which ends at a blank.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// Remembers the line whose `%` is at `start`; where the user wants that, what it includes is read.
pub(super) fn read(state: &mut State<'_>, file: &File<'_>, start: usize) {
    let line = file.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let line = line.trim_end().trim_end_matches(lex::is_blank);
    let span = file.span(start, start + line.len());
    let Some(directive) = line.strip_prefix('%').and_then(|line| blank(line).strip_prefix('#')).map(blank) else {
        return;
    };
    if let Some(operand) = directive.strip_prefix("include") {
        read_include(state, file, span, blank(operand));
    } else if let Some(words) = directive.strip_prefix("pragma").and_then(|rest| own_pragma(rest)) {
        // What is left of the line ends where the line does.
        let at = start + line.len() - words.len();
        state.pragmas.push(Pragma { span, words: split(file, at, without_comment(words)) });
    } else if let Some(rest) = directive.strip_prefix("define")
        && let Some((name, value, at)) = definition(rest)
    {
        let at = start + line.len() - rest.len() + at;
        let value_span = file.span(at, at + value.len());
        let (name, value) = (name.to_owned(), value.to_owned());
        state.for_c.push(ForC::Define(Define { span, name, value, value_span }));
    }
}

/// What follows `oncrpc` in a line that other compilers pass over.
fn own_pragma(rest: &str) -> Option<&str> {
    let words = rest.strip_prefix(lex::is_blank)?.trim_start_matches(lex::is_blank).strip_prefix("oncrpc")?;
    (words.is_empty() || words.starts_with(lex::is_blank)).then_some(words)
}

fn without_comment(text: &str) -> &str {
    let end = [text.find("/*"), text.find("//")].into_iter().flatten().min();
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// The words of a text that stands at `at` in the file.
fn split(file: &File<'_>, mut at: usize, text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for part in text.split(lex::is_blank) {
        if !part.is_empty() {
            words.push(Word { text: part.to_owned(), span: file.span(at, at + part.len()) });
        }
        // Any blank may take several bytes, but only those of one are in use.
        at += part.len() + 1;
    }
    words
}

fn blank(text: &str) -> &str {
    text.trim_matches(lex::is_blank)
}

/// `NAME VALUE`, without comments, and where the value is.
fn definition(text: &str) -> Option<(&str, &str, usize)> {
    let mut tokens = lex::tokens(text, 0);
    let first = tokens.next().filter(|token| token.kind == Kind::Blank)?;
    let name = tokens.next().filter(|token| token.kind == Kind::Word && token.start == first.end)?;
    let end = tokens.find(|token| token.is_comment()).map_or(text.len(), |comment| comment.start);
    let rest = text.get(name.end..end)?;
    let value = rest.trim_start_matches(lex::is_blank);
    let at = name.end + rest.len() - value.len();
    // What follows the name at once are the parameters of a macro.
    Some((name.text(text), blank(value), at)).filter(|(_, value, _)| at > name.end && !value.is_empty())
}

fn read_include(state: &mut State<'_>, file: &File<'_>, span: Span, operand: &str) {
    let Some((name, path, bytes)) = interface(state, file, span, operand) else { return };
    let identity = include::identity(state, &path);
    // A file that includes its own header is no cycle: headers are guarded.
    if state.open_files.contains(&identity) {
        return;
    }
    if state.options.follow_c_includes && state.boundary.between_definitions() {
        if let Err(error) = include::read(state, span, &name, &path, &bytes) {
            state.diagnostics.push(error);
        }
    } else {
        state.for_c.push(ForC::Include { span, name, path });
    }
}

/// The interface that a header is made from: the file beside it with `.x` for `.h`, or what headers of C++ end with.
fn interface(state: &State<'_>, file: &File<'_>, span: Span, operand: &str) -> Option<(String, PathBuf, Vec<u8>)> {
    let quoted = operand.starts_with('"');
    let end = if quoted { '"' } else { '>' };
    let header = operand.strip_prefix(['"', '<'])?.split_once(end)?.0;
    let stem = [".h", ".hh", ".hpp"].iter().find_map(|extension| header.strip_suffix(extension))?;
    let name = format!("{stem}.x");
    if let Ok((path, bytes)) = include::find(state, file, span, &name) {
        return Some((name, path, bytes));
    }
    // Headers are often included by the name they have once installed.
    let (folder, alone) = name.rsplit_once('/')?;
    let own = state.loader.real_path(include::directory_of(file.path)).ok()?;
    let (path, bytes) = include::find(state, file, span, alone).ok().filter(|_| quoted || own.ends_with(folder))?;
    Some((alone.to_owned(), path, bytes))
}

/// Tells where undefined names are probably defined.
pub(crate) fn explain(errors: &mut [Diagnostic], lines: &[ForC], loader: &dyn Loader, sources: &SourceMap) {
    let mut headers = Vec::new();
    for line in lines {
        if let ForC::Include { path, .. } = line {
            let text = loader.load(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            headers.push((line, text.unwrap_or_default()));
        }
    }
    for error in errors.iter_mut() {
        let name = sources.text(error.span);
        let Some((span, cure)) = (match error.code {
            Code::UndefinedType => included(&headers, name),
            Code::UndefinedConstant => defined(lines, name).or_else(|| included(&headers, name)),
            _ => None,
        }) else {
            continue;
        };
        error.notes.retain(|note| note.kind != NoteKind::Help || note.span.is_some());
        *error = error.clone().note_at(span, "this line is for C only").help(cure);
    }
}

fn included(headers: &[(&ForC, String)], wanted: &str) -> Option<(Span, String)> {
    let holds = |text: &str| lex::tokens(text, 0).any(|it| it.kind == Kind::Word && it.text(text) == wanted);
    headers.iter().find_map(|(line, text)| match line {
        ForC::Include { span, name, .. } if holds(text) => {
            let cure = "or take such lines for includes with `--follow-c-includes`";
            Some((*span, format!("write `#include \"{name}\"`, {cure}")))
        }
        _ => None,
    })
}

fn defined(lines: &[ForC], wanted: &str) -> Option<(Span, String)> {
    let mut all = lines.iter().filter_map(|line| match line {
        ForC::Define(define) if define.name == wanted => Some(define),
        _ => None,
    });
    let Define { span, name, value, .. } = all.next()?;
    let defined = if value.contains(' ') { format!("'{name}={value}'") } else { format!("{name}={value}") };
    let cure = if all.any(|other| other.value != *value) {
        format!("such lines give it several values: say which, as in `-D {defined}`")
    } else {
        format!("remove its `%`, or pass `-D {defined}`")
    };
    Some((*span, cure))
}
