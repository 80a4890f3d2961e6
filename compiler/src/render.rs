//! Diagnostics as text, the way rustc prints its own.

#[cfg(feature = "cli")]
mod json;
mod short;

use crate::diagnostic::{Diagnostic, NoteKind, Severity};
use crate::source::{Place, SourceMap, Span};

#[cfg(feature = "cli")]
pub(crate) use json::{json, json_message};
pub(crate) use short::short;

/// Whether to use terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Text only.
    Plain,
    /// With ANSI colours.
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only the command writes to terminals"))]
    Colour,
}

/// How many diagnostics are shown; the rest is counted.
const MAX_SHOWN: usize = 100;

/// Renders diagnostics, a blank line behind each.
pub(crate) fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(MAX_SHOWN) {
        render_one(diagnostic, &Painter { sources, style }, &mut out);
        out.push('\n');
    }
    if let Some(hidden) = diagnostics.len().checked_sub(MAX_SHOWN).filter(|hidden| *hidden > 0) {
        push(&mut out, &format!("note: {hidden} more messages are not shown"));
        out.push('\n');
    }
    out
}

const RED: &str = "1;31";
const YELLOW: &str = "1;33";
const BLUE: &str = "1;34";
const CYAN: &str = "1;36";
const BOLD: &str = "1";

/// What stands below the text in question.
#[derive(Clone, Copy)]
enum Mark {
    Main(Severity),
    Other,
}

struct Painter<'a> {
    sources: &'a SourceMap,
    style: Style,
}

impl Painter<'_> {
    fn paint(&self, colour: &str, text: &str) -> String {
        match self.style {
            Style::Plain => text.to_owned(),
            Style::Colour => format!("\x1b[{colour}m{text}\x1b[0m"),
        }
    }
}

fn render_one(diagnostic: &Diagnostic, painter: &Painter<'_>, out: &mut String) {
    let head =
        painter.paint(colour(diagnostic.severity), &format!("{}[{}]", word(diagnostic.severity), diagnostic.code));
    push(out, &format!("{head}{}", painter.paint(BOLD, &format!(": {}", diagnostic.message))));
    let gutter = gutter_width(diagnostic, painter.sources);
    snippet(diagnostic.span, &diagnostic.label, Mark::Main(diagnostic.severity), gutter, painter, out);
    for note in &diagnostic.notes {
        let word = match note.kind {
            NoteKind::Note => painter.paint(BOLD, "note"),
            NoteKind::Help => painter.paint(CYAN, "help"),
        };
        match note.span {
            Some(span) => {
                push(out, &format!("{word}: {}", note.message));
                snippet(span, "", Mark::Other, gutter, painter, out);
            }
            None => push(out, &format!("{:gutter$} {} {word}: {}", "", painter.paint(BLUE, "="), note.message)),
        }
    }
    include_chain(diagnostic.span, gutter, painter, out);
}

fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// The digits of the largest line number shown.
fn gutter_width(diagnostic: &Diagnostic, sources: &SourceMap) -> usize {
    let spans = std::iter::once(diagnostic.span).chain(diagnostic.notes.iter().filter_map(|note| note.span));
    let line = spans.filter_map(|span| sources.place(span.start)).map(|place| place.line).max();
    line.unwrap_or(1).to_string().len()
}

/// The place, the line and the mark below it.
fn snippet(span: Span, label: &str, mark: Mark, gutter: usize, painter: &Painter<'_>, out: &mut String) {
    let Some(place) = painter.sources.place(span.start) else {
        return;
    };
    let bar = painter.paint(BLUE, "|");
    locate(&place, gutter, painter, out);
    push(out, &format!("{:gutter$} {bar}", ""));
    let number = painter.paint(BLUE, &format!("{:<gutter$}", place.line));
    let (before, marked, after) = window(&place, span.end - span.start);
    let (before, marked, after) = (visible(&before), visible(marked), visible(&after));
    push(out, &format!("{number} {bar} {before}{marked}{after}"));
    let (mark, colour) = match mark {
        Mark::Main(severity) => ("^", colour(severity)),
        Mark::Other => ("-", BLUE),
    };
    let marks = mark.repeat(width(&marked).max(1));
    let line = painter.paint(colour, format!("{marks} {label}").trim_end());
    push(out, &format!("{:gutter$} {bar} {:indent$}{line}", "", "", indent = width(&before)));
    if !label.is_empty() {
        push(out, &format!("{:gutter$} {bar}", ""));
    }
}

/// Characters of a line shown on each side of a mark; of the mark itself twice as many.
const SIDE: usize = 100;

/// The line in three: before, inside and behind the mark. Of long lines only what is near the mark.
fn window<'a>(place: &Place<'a>, length: usize) -> (String, &'a str, String) {
    let (before, rest) = place.text.split_at_checked(place.offset).unwrap_or(("", place.text));
    let (marked, after) = rest.split_at_checked(length.min(rest.len())).unwrap_or((rest, ""));
    let start = before.char_indices().rev().nth(SIDE - 1).map_or(0, |(at, _)| at);
    let shown = before.get(start..).unwrap_or_default();
    let before = if start > 0 { format!("...{shown}") } else { shown.to_owned() };
    let (marked, cut) = first(marked, 2 * SIDE);
    let (shown, cut_after) = first(after, SIDE);
    let after = match (cut, cut_after) {
        (true, _) => "...".to_owned(),
        (false, true) => format!("{shown}..."),
        (false, false) => shown.to_owned(),
    };
    (before, marked, after)
}

/// The first characters of a text, and whether there are more.
fn first(text: &str, count: usize) -> (&str, bool) {
    let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    (text.get(..end).unwrap_or_default(), end < text.len())
}

fn locate(place: &Place<'_>, gutter: usize, painter: &Painter<'_>, out: &mut String) {
    let arrow = painter.paint(BLUE, "-->");
    let path = place.file.path.display();
    push(out, &format!("{:gutter$}{arrow} {path}:{}:{}", "", place.line, place.column));
}

/// For a file that was included: by whom, up to the file the user named.
fn include_chain(span: Span, gutter: usize, painter: &Painter<'_>, out: &mut String) {
    let mut at = span.start;
    while let Some(included) = painter.sources.file_at(at).and_then(|file| file.included_at) {
        push(out, &format!("{}: included from here", painter.paint(BOLD, "note")));
        if let Some(place) = painter.sources.place(included.start) {
            locate(&place, gutter, painter, out);
        }
        at = included.start;
    }
}

const TAB: &str = "    ";

/// The line as shown: tabs become blanks, characters that would move the cursor or have no width are left out.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str(TAB),
            c if char_width(c) == 0 => {}
            c => out.push(c),
        }
    }
    out
}

fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns a character takes on a terminal: an approximation of Unicode's East Asian Width, good enough for a mark.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x09 => TAB.len(),
        0x00..=0x1F | 0x7F..=0x9F | 0x300..=0x36F | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2064 => 0,
        0xFE00..=0xFE0F | 0xFEFF => 0,
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F => 2,
        0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use std::path::Path;

    fn shown(text: &str, needle: &str) -> String {
        let mut sources = SourceMap::default();
        let base = sources.add(Path::new("a.x"), text.as_bytes(), None).start;
        let at = base + text.find(needle).unwrap();
        let span = Span::new(at, at + needle.len());
        render(&[Diagnostic::error(Code::Syntax, span, "no").label("here")], &sources, Style::Plain)
    }

    #[test]
    fn the_mark_stands_below_the_text_behind_tabs_wide_and_invisible_characters() {
        let out = shown("one\r\n\tx\u{200B}\u{4e2d} nam;\r\n", "nam");
        let expected = "error[E0001]: no\n --> a.x:2:6\n  |\n2 |     x\u{4e2d} nam;\n  |         ^^^ here\n  |\n\n";
        assert_eq!(out, expected);
    }

    #[test]
    fn a_span_over_several_lines_marks_its_first_line() {
        let out = shown("ab {\n cd }", "{\n cd }");
        assert!(out.contains("1 | ab {\n  |    ^ here\n"), "{out}");
    }

    #[test]
    fn of_long_lines_only_the_part_near_the_mark_is_shown() {
        let out = shown(&format!("{}nam{}", "x".repeat(1000), "y".repeat(1000)), "nam");
        assert!(out.contains(" --> a.x:1:1001\n"), "{out}");
        assert!(out.contains(&format!("1 | ...{}nam{}...\n", "x".repeat(100), "y".repeat(100))), "{out}");
        assert!(out.contains(&format!("  | {}^^^ here\n", " ".repeat(103))), "{out}");
    }

    #[test]
    fn colour_comes_only_when_asked_for() {
        assert!(!shown("x", "x").contains('\x1b'));
        let mut sources = SourceMap::default();
        let span = sources.add(Path::new("a.x"), b"x", None);
        let out = render(&[Diagnostic::error(Code::Syntax, span, "no")], &sources, Style::Colour);
        assert!(out.contains("\x1b[1;31merror[E0001]\x1b[0m"), "{out}");
    }
}
