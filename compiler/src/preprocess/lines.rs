//! A file, line by line: directives, lines for C, code.

use super::macros::ExpansionError;
use super::{OddLine, Oddity, State, directives, for_c};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, Kind, Token};
use crate::source::Span;
use std::path::Path;

/// How much all replacements of a file and its includes may come to, in bytes: a short file would not end otherwise.
const MAX_EXPANDED: usize = 1 << 22;

/// One file while it is read.
pub(super) struct File<'a> {
    pub(super) text: &'a str,
    pub(super) base: usize,
    pub(super) path: &'a Path,
    /// How many conditionals the including files have open.
    pub(super) floor: usize,
}

impl File<'_> {
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start, self.base + end)
    }
}

/// Reads the file whose text is at `span` to its end.
pub(super) fn read_file(state: &mut State<'_>, span: Span, path: &Path) {
    let text = state.sources.text(span).to_owned();
    let file = File { text: &text, base: span.start, path, floor: state.conditionals.depth() };
    let mut at = 0;
    while at < text.len() {
        at = read_line(state, &file, at);
    }
    let left = state.conditionals.close_to(file.floor);
    state.diagnostics.extend(left);
}

/// Reads the line at `start` and returns where the next one starts.
fn read_line(state: &mut State<'_>, file: &File<'_>, start: usize) -> usize {
    let rest = file.text.get(start..).unwrap_or_default();
    let code = rest.trim_start_matches(|c| c != '\n' && lex::is_blank(c));
    match code.chars().next() {
        Some('%') => {
            let mark = start + (rest.len() - code.len());
            let end = pass_over(state, file, start);
            if state.conditionals.kept() {
                for_c::read(state, file, mark);
                note_oddities(state, file, (start, mark, end));
            }
            end
        }
        Some('#') => directives::read_directive(state, file, start + (rest.len() - code.len())),
        _ if is_page_mark(code) => {
            let span = file.span(start, start + code.lines().next().unwrap_or_default().trim_end().len());
            state.odd_lines.push(OddLine { span, kind: Oddity::PageMark });
            pass_over(state, file, start)
        }
        _ => read_code(state, file, start),
    }
}

/// What C would make something else of, in lines for it that begin at `start` with a `%` at `mark`.
fn note_oddities(state: &mut State<'_>, file: &File<'_>, (start, mark, end): (usize, usize, usize)) {
    let span = file.span(mark, mark + 1);
    if mark > start {
        state.odd_lines.push(OddLine { span, kind: Oddity::Indented });
    }
    let lines = file.text.get(mark..end).unwrap_or_default().lines().count();
    if lines > 1 {
        state.odd_lines.push(OddLine { span, kind: Oddity::Continued });
    }
}

/// A line for C, with the lines a backslash joins to it.
fn pass_over(state: &mut State<'_>, file: &File<'_>, start: usize) -> usize {
    let mut at = start;
    loop {
        let rest = file.text.get(at..).unwrap_or_default();
        let Some(length) = rest.find('\n') else {
            return file.text.len();
        };
        keep(state, file, at + length, at + length + 1);
        at += length + 1;
        let line = rest.get(..length).unwrap_or_default();
        if !line.trim_end_matches('\r').ends_with('\\') {
            return at;
        }
    }
}

/// Headers and footers that come with text pasted from an RFC: `... [Page 7]` and `RFC 4506 ... May 2006`.
fn is_page_mark(line: &str) -> bool {
    let end = memchr::memchr(b'\n', line.as_bytes()).unwrap_or(line.len());
    let line = line.get(..end).unwrap_or_default().trim_end();
    let footer = line.ends_with(']') && line.contains("[Page ");
    let year = || line.rsplit(' ').next().unwrap_or_default();
    let dated = || year().len() == 4 && year().bytes().all(|byte| byte.is_ascii_digit());
    let numbered = line.strip_prefix("RFC ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    footer || (numbered && dated() && !line.contains(';'))
}

/// Code up to the end of the line; a comment may carry it on to later lines.
fn read_code(state: &mut State<'_>, file: &File<'_>, start: usize) -> usize {
    let mut copied = start;
    let mut at = start;
    while let Some(token) = lex::token(file.text, at) {
        at = token.end;
        match token.kind {
            Kind::Newline => break,
            Kind::OpenComment => state.diagnostics.push(open_comment(file, token)),
            Kind::Word if state.conditionals.kept() => {
                if let Some((value, end)) = replacement(state, file, token) {
                    keep(state, file, copied, token.start);
                    let written = file.text.get(token.start..end).unwrap_or_default();
                    state.out.replace(&value, written, file.span(token.start, end));
                    (copied, at) = (end, end);
                    lex::tokens(&value, 0).for_each(|inner| state.boundary.feed(inner, &value));
                    continue;
                }
            }
            Kind::Other if token.text(file.text) == "\\" && directives::ends_line(file.text, token.end) => {
                keep(state, file, copied, token.start);
                copied = token.end;
                continue;
            }
            _ => {}
        }
        if state.conditionals.kept() {
            state.boundary.feed(token, file.text);
            if !state.waiting_constants.is_empty() && state.boundary.between_definitions() {
                keep(state, file, copied, at);
                copied = at;
                directives::write_waiting_constants(state);
            }
        }
    }
    keep(state, file, copied, at);
    at
}

/// What the macro named by a token stands for, and where its arguments end; `None` if it names none.
fn replacement(state: &mut State<'_>, file: &File<'_>, token: Token) -> Option<(String, usize)> {
    if state.expanded > MAX_EXPANDED {
        return None;
    }
    let value = state.macros.expand(file.text, token);
    let more = value.as_ref().map_or(0, |value| value.as_ref().map_or(0, |(value, _)| value.len()));
    state.expanded = state.expanded.saturating_add(more);
    match value.and_then(|value| if state.expanded > MAX_EXPANDED { Err(ExpansionError::TooLarge) } else { Ok(value) })
    {
        Ok(value) => value,
        Err(error) => {
            // What would not end is told once.
            if state.expanded > MAX_EXPANDED || state.macros.are_exhausted() {
                state.expanded = usize::MAX;
            }
            let word = token.text(file.text);
            state.diagnostics.push(bad_macro_use(file.span(token.start, token.end), word, &error));
            None
        }
    }
}

pub(super) fn bad_macro_use(span: Span, name: &str, error: &ExpansionError) -> Diagnostic {
    match error {
        ExpansionError::TakesAny(name, defined) => {
            let message =
                format!("`{name}` is a macro for any number of arguments, which an interface file cannot use");
            let error = Diagnostic::error(Code::BadMacroUse, span, message).help("give each argument a name");
            defined.iter().fold(error, |error, at| error.note_at(*at, "it is defined here"))
        }
        ExpansionError::Arguments { name, span: defined, takes, got } => {
            let arguments = if *takes == 1 { "argument" } else { "arguments" };
            let message = format!("the macro `{name}` takes {takes} {arguments}, not {got}");
            let error = Diagnostic::error(Code::BadMacroUse, span, message);
            defined.iter().fold(error, |error, at| error.note_at(*at, "it is defined here"))
        }
        ExpansionError::TooLarge => {
            Diagnostic::error(Code::BadMacroUse, span, format!("the replacement of `{name}` is too long"))
                .label("macros lead to macros without end")
        }
    }
}

pub(super) fn open_comment(file: &File<'_>, token: Token) -> Diagnostic {
    let span = file.span(token.start, token.start + 2);
    Diagnostic::error(Code::UnterminatedComment, span, "this comment has no end")
        .label("opened here")
        .help("end it with `*/`")
}

/// Copies a range of the file, if this part of it is kept at all.
pub(super) fn keep(state: &mut State<'_>, file: &File<'_>, start: usize, end: usize) {
    if state.conditionals.kept() {
        state.out.copy(file.text.get(start..end).unwrap_or_default(), file.base + start);
    }
}
