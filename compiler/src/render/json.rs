//! Diagnostics as JSON objects, one a line: docs/diagnostics.md tells what is in them.

use super::word;
use crate::diagnostic::{Diagnostic, Note, NoteKind};
use crate::source::{Place, SourceMap, Span};

/// The version of the format: changed when a reader of the old one could go wrong.
const VERSION: u32 = 1;

/// Renders diagnostics, one object a line.
pub(crate) fn json(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    diagnostics.iter().map(|diagnostic| object(diagnostic, sources)).collect()
}

/// An error that is about no place in a file.
pub(crate) fn json_message(message: &str) -> String {
    let rest = [("span", "null"), ("label", "\"\""), ("notes", "[]"), ("included_from", "[]")];
    line("error", "null", message, &rest.map(|(key, value)| (key, value.to_owned())))
}

fn object(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let notes: Vec<String> = diagnostic.notes.iter().map(|it| note(it, sources)).collect();
    let rest = [
        ("span", span(diagnostic.span, sources)),
        ("label", text(&diagnostic.label)),
        ("notes", format!("[{}]", notes.join(","))),
        ("included_from", format!("[{}]", included_from(diagnostic.span, sources).join(","))),
    ];
    line(word(diagnostic.severity), &text(&diagnostic.code.to_string()), &diagnostic.message, &rest)
}

fn line(severity: &str, code: &str, message: &str, rest: &[(&str, String)]) -> String {
    let rest: String = rest.iter().map(|(key, value)| format!(",\"{key}\":{value}")).collect();
    let message = text(message);
    format!("{{\"version\":{VERSION},\"severity\":\"{severity}\",\"code\":{code},\"message\":{message}{rest}}}\n")
}

fn note(note: &Note, sources: &SourceMap) -> String {
    let kind = match note.kind {
        NoteKind::Note => "note",
        NoteKind::Help => "help",
    };
    let place = note.span.map_or("null".to_owned(), |at| span(at, sources));
    format!("{{\"kind\":\"{kind}\",\"message\":{},\"span\":{place}}}", text(&note.message))
}

/// The places of the `#include` lines that led to a place, innermost first.
fn included_from(at: Span, sources: &SourceMap) -> Vec<String> {
    let includes = |at: usize| sources.file_at(at).and_then(|file| file.included_at);
    let chain = std::iter::successors(includes(at.start), |included| includes(included.start));
    chain.map(|included| span(included, sources)).collect()
}

fn span(at: Span, sources: &SourceMap) -> String {
    let Some(start) = sources.place(at.start) else {
        return "null".to_owned();
    };
    // A span ends in the file it starts in.
    let end = sources.place(at.end).filter(|end| end.file.path == start.file.path);
    let file = text(&start.file.path.to_string_lossy());
    let end = position(end.as_ref().unwrap_or(&start));
    format!("{{\"file\":{file},\"start\":{},\"end\":{end}}}", position(&start))
}

fn position(place: &Place<'_>) -> String {
    format!("{{\"line\":{},\"column\":{},\"byte\":{}}}", place.line, place.column, place.byte())
}

/// A string in quotes.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 || matches!(c, '\u{7F}'..='\u{9F}' | '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use std::path::Path;

    #[test]
    fn an_object_holds_all_there_is_on_one_line() {
        let mut sources = SourceMap::default();
        let outer = sources.add(Path::new("a \"b\".x"), b"#include \"c.x\"\n", None);
        let include = Span::new(outer.start, outer.start + 14);
        let inner = sources.add(Path::new("c.x"), b"\xEF\xBB\xBFint\n\t\xE4 b;\n", Some(include));
        let span = Span::new(inner.start + 7, inner.start + 8);
        let error = Diagnostic::error(Code::UndefinedType, span, "no\n").label("\u{E4}\\").help_at(include, "do");
        let expected = concat!(
            r#"{"version":1,"severity":"error","code":"E0103","message":"no\u000a","#,
            r#""span":{"file":"c.x","start":{"line":2,"column":3,"byte":9},"end":{"line":2,"column":4,"byte":10}},"#,
            "\"label\":\"\u{E4}\\\\\",",
            r#""notes":[{"kind":"help","message":"do","span":{"file":"a \"b\".x","start":{"line":1,"column":1,"byte":0},"#,
            r#""end":{"line":1,"column":15,"byte":14}}}],"#,
            r#""included_from":[{"file":"a \"b\".x","start":{"line":1,"column":1,"byte":0},"#,
            r#""end":{"line":1,"column":15,"byte":14}}]}"#,
            "\n"
        );
        assert_eq!(json(&[error], &sources), expected);
        let message = r#"{"version":1,"severity":"error","code":null,"message":"x","span":null,"label":"","notes":[],"included_from":[]}"#;
        assert_eq!(json_message("x"), format!("{message}\n"));
    }
}
