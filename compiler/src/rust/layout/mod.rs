//! Rendered items as one file that looks written by hand. Templates have a line for each line of Rust; here lines are set
//! in by the brackets they stand in, parted by empty ones, and broken where they are too long.

mod fit;
mod places;
#[cfg(test)]
mod tests;

use super::modules::inner_module_name;
use super::{EmitError, EmitOptions};
use askama::Template;
use std::fmt;

#[derive(Template)]
#[template(path = "file.rs.j2", escape = "none")]
struct View<'a> {
    source_name: &'a str,
    module: String,
    lints: &'static str,
    imports: String,
    items: &'a dyn fmt::Display,
}

/// Lints that names in the spelling of C would break.
const VERBATIM: &str = " non_camel_case_types, non_snake_case, non_upper_case_globals, clippy::upper_case_acronyms,";

/// One module with everything in it, whose own names (`rpc`) stay out of the user's way, and its contents re-exported.
pub(super) fn file<I: Iterator<Item = Result<Vec<String>, EmitError>>>(
    items: impl Fn() -> I,
    imports: Vec<String>,
    options: &EmitOptions<'_>,
) -> Result<String, EmitError> {
    let definitions = items().size_hint().1.unwrap_or_default().min(DEFINITIONS);
    let view = View {
        source_name: &options.source_name,
        module: inner_module_name(&options.source_name),
        lints: if options.verbatim_names { VERBATIM } else { "" },
        imports: imports.iter().map(|line| format!("    {line}\n")).collect(),
        items: &LaidOut(items),
    };
    let mut text = String::with_capacity(DEFINITION * definitions + REST);
    view.render_into(&mut text)?;
    text.push('\n');
    Ok(text)
}

/// Enough bytes for what most definitions come to. What is not written to is only reserved.
const DEFINITION: usize = 4096;
/// Room is taken in advance for so many definitions at most, which is 4 MiB.
const DEFINITIONS: usize = 1024;
/// Enough bytes for what there is besides, and for a program that is longer than most definitions.
const REST: usize = 1 << 16;
/// Enough bytes for most items. What the trees have left holds so much, and more would be memory that was never touched.
const PAGE: usize = 1 << 14;

/// By how many columns what is in brackets is set in.
const STEP: usize = 4;

/// Items that stand in a module, with empty lines between them.
struct LaidOut<F>(F);

impl<F: Fn() -> I, I: Iterator<Item = Result<Vec<String>, EmitError>>> fmt::Display for LaidOut<F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = Page { text: String::with_capacity(PAGE), last: None };
        let mut apart = "";
        for items in (self.0)() {
            // Templates fail with no more than that, too.
            for item in items.map_err(|_| fmt::Error)? {
                page.item(&item);
                out.write_str(apart)?;
                out.write_str(page.text.trim_ascii_end())?;
                apart = "\n\n";
            }
        }
        Ok(())
    }
}

/// An item as far as it is laid out.
#[derive(Default)]
pub(super) struct Page {
    pub(super) text: String,
    /// How far the last line is set in, and where it begins behind that; nothing for the first.
    last: Option<(usize, usize)>,
}

impl Page {
    /// An item in place of the one before.
    fn item(&mut self, item: &str) {
        self.text.clear();
        self.last = None;
        let mut depth = 1_usize;
        for line in lines(item).map(trimmed).filter(|line| !line.is_empty()) {
            let is_comment = line.starts_with("//");
            if !is_comment && matches!(line.as_bytes(), [b'}' | b')' | b']', ..]) {
                depth = depth.saturating_sub(1);
            }
            let indent = depth * STEP;
            if is_comment || fit::fits(indent, line.len()) {
                self.line(indent, line);
            } else {
                self.broken(indent, line);
            }
            if !is_comment && matches!(line.as_bytes(), [.., b'{' | b'(' | b'[']) {
                depth += 1;
            }
        }
    }

    /// A line, behind an empty one where a reader expects that. Brackets with nothing in them stay together.
    fn line(&mut self, indent: usize, line: &str) {
        if let Some((above, start)) = self.last {
            let last = self.text.get(start..).unwrap_or_default().trim_ascii_end();
            if line.starts_with('}') && last.ends_with('{') {
                self.text.truncate(self.text.trim_ascii_end().len());
                self.push(line);
                return;
            }
            if parted(last, line, above == indent) {
                self.text.push('\n');
            }
        }
        fit::push_blanks(&mut self.text, indent);
        self.last = Some((indent, self.text.len()));
        self.push(line);
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A line that is too long, as several.
    fn broken(&mut self, indent: usize, line: &str) {
        let text = fit::print(&places::tokens(line), indent);
        self.lines(lines(&text));
    }

    /// Lines that are set in, with `f::<T>(` on one line where it was broken inside its angle brackets.
    pub(super) fn lines<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        let mut lines = lines.peekable();
        while let Some(line) = lines.next() {
            let (indent, text) = set_in(line);
            let argument = if text.ends_with("::<") { lines.next() } else { None };
            let Some(argument) = argument.map(str::trim) else {
                self.line(indent, text);
                continue;
            };
            let end = lines.next_if(|end| end.trim_start().starts_with('>')).map(str::trim_start);
            let joined = format!("{text}{}{}", argument.trim_end_matches(','), end.unwrap_or_default());
            match end {
                Some(_) if indent + joined.len() <= WIDTH => self.line(indent, &joined),
                _ => {
                    self.line(indent, text);
                    self.line(indent + STEP, argument);
                    end.into_iter().for_each(|end| self.line(indent, end));
                }
            }
        }
    }
}

/// The lines of a text.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]).map(move |end| {
        let line = text.get(start..end).unwrap_or_default();
        start = end.saturating_add(1);
        line
    })
}

/// A line without blanks around it, of which most stand before it by the step.
fn trimmed(line: &str) -> &str {
    let mut rest = line;
    while let Some(less) = rest.strip_prefix("    ") {
        rest = less;
    }
    rest.trim_ascii()
}

/// The widest line that is put together again.
const WIDTH: usize = 120;

/// How far a line is set in, and its text.
fn set_in(line: &str) -> (usize, &str) {
    let text = line.trim_ascii_start();
    (line.len() - text.len(), text)
}

/// Whether an empty line belongs between two lines: behind an item's end, where another of the same depth begins.
fn parted(last: &str, line: &str, same_depth: bool) -> bool {
    const BEGINNINGS: [&str; 7] = ["///", "#[", "pub ", "fn ", "impl", "const M", "const fn"];
    if last.starts_with("//!") && !line.starts_with("//!") {
        return true;
    }
    let ends = same_depth && matches!(last.as_bytes(), [.., b'}' | b';']) && !last.starts_with("///");
    ends && BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
        && !(last.starts_with("const M") && line.starts_with("const M"))
}
