//! Source files, and places in them.
//!
//! Every file occupies its own range of one global numbering of bytes, so that a [`Span`] alone says which file it is in.

use crate::lex;
use std::path::{Path, PathBuf};

/// A range of bytes in the global numbering of a [`SourceMap`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Span { start, end: end.max(start) }
    }
}

/// One file as it was read. Invalid UTF-8 is read as Latin-1, byte by byte; a byte order mark and padding at
/// the end are dropped.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// The `#include` that brought it in.
    pub(crate) included_at: Option<Span>,
    /// Whether there is no such file: the text is what the caller asked for.
    pub(crate) made_up: bool,
    base: usize,
    line_starts: Vec<usize>,
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only the command counts bytes"))]
    encoding: Encoding,
}

/// How the text differs from the bytes of the file.
#[derive(Debug, Default)]
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only the command counts bytes"))]
struct Encoding {
    /// Bytes of the byte order mark.
    dropped: usize,
    /// Where in the text characters stand that are two bytes there and one in the file.
    widened: Vec<usize>,
}

/// All files of one compilation, the first one being the one the user named.
#[derive(Debug, Default)]
pub(crate) struct SourceMap {
    files: Vec<SourceFile>,
    next_base: usize,
}

/// A place for people: 1-based line and column, columns counted in characters.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a SourceFile,
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// The line without its end.
    pub(crate) text: &'a str,
    /// Where in `text` the place is, in bytes.
    pub(crate) offset: usize,
}

impl Place<'_> {
    /// How many bytes of the file as it is on the disk stand before the place.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn byte(&self) -> usize {
        let line = self.line.checked_sub(1).and_then(|line| self.file.line_starts.get(line));
        let at = line.unwrap_or(&0) + self.offset;
        let encoding = &self.file.encoding;
        at + encoding.dropped - encoding.widened.partition_point(|widened| *widened < at)
    }
}

impl SourceMap {
    /// Adds a file and returns the span of its text.
    pub(crate) fn add(&mut self, path: &Path, bytes: &[u8], included_at: Option<Span>) -> Span {
        let (text, encoding) = decode(bytes);
        let base = self.next_base;
        let line_starts = std::iter::once(0).chain(lex::line_starts(&text)).collect();
        // One byte between files keeps the end of a file apart from the start of the next.
        self.next_base = base + text.len() + 1;
        let span = Span::new(base, base + text.len());
        let made_up = false;
        self.files.push(SourceFile { path: path.to_owned(), text, included_at, made_up, base, line_starts, encoding });
        span
    }

    /// Adds a text that is in no file, so that it can be shown.
    pub(crate) fn add_made_up(&mut self, name: &Path, text: &str) -> Span {
        let span = self.add(name, text.as_bytes(), None);
        self.files.iter_mut().next_back().into_iter().for_each(|file| file.made_up = true);
        span
    }

    pub(crate) fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The file that holds a position of the global numbering.
    pub(crate) fn file_at(&self, position: usize) -> Option<&SourceFile> {
        self.files.get(self.index_at(position)?)
    }

    /// The place of that file in [`SourceMap::files`].
    pub(crate) fn index_at(&self, position: usize) -> Option<usize> {
        self.files.partition_point(|file| file.base <= position).checked_sub(1)
    }

    /// The text a span covers, empty if the span is not within one file.
    pub(crate) fn text(&self, span: Span) -> &str {
        self.file_at(span.start)
            .and_then(|file| file.text.get(span.start - file.base..span.end.checked_sub(file.base)?))
            .unwrap_or_default()
    }

    /// Where a position is, in words for people.
    pub(crate) fn place(&self, position: usize) -> Option<Place<'_>> {
        let file = self.file_at(position)?;
        let offset = (position - file.base).min(file.text.len());
        let line = file.line_starts.partition_point(|start| *start <= offset);
        let start = *file.line_starts.get(line.checked_sub(1)?)?;
        let rest = file.text.get(start..)?;
        let text = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let offset = (offset - start).min(text.len());
        let column = text.get(..offset)?.chars().count() + 1;
        Some(Place { file, line, column, text, offset })
    }
}

fn decode(bytes: &[u8]) -> (String, Encoding) {
    let content = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut encoding = Encoding { dropped: bytes.len() - content.len(), widened: Vec::new() };
    let content = without_padding(content);
    if let Ok(text) = str::from_utf8(content) {
        return (text.to_owned(), encoding);
    }
    let mut text = String::with_capacity(content.len());
    for chunk in content.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            encoding.widened.push(text.len());
            text.push(char::from(*byte));
        }
    }
    (text, encoding)
}

/// Without what some systems fill the last block of a file with.
fn without_padding(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, 0 | 0x1A)).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_forget_line_ends() {
        let mut sources = SourceMap::default();
        let a = sources.add(Path::new("a.x"), b"\xEF\xBB\xBFone\r\n\xC3\xA9\xE4x;\r\n", None);
        let b = sources.add(Path::new("b.x"), b"b", None);
        assert_eq!(sources.text(a), "one\r\n\u{e9}\u{e4}x;\r\n");
        let place = sources.place(a.start + "one\r\n\u{e9}\u{e4}".len()).unwrap();
        assert_eq!((place.line, place.column, place.text), (2, 3, "\u{e9}\u{e4}x;"));
        assert_eq!(place.byte(), b"\xEF\xBB\xBFone\r\n\xC3\xA9\xE4".len());
        assert_eq!(sources.place(b.start).unwrap().file.path, Path::new("b.x"));
        assert_eq!(sources.place(b.end).unwrap().column, 2);
        assert_eq!(sources.place(a.end).unwrap().file.path, Path::new("a.x"));
    }
}
