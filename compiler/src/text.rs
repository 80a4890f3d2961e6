//! Text put together from pieces of source files, with a map back to them: what the preprocessor leaves for the parser.

use crate::source::Span;

/// Preprocessed text; [`Text::source`] leads from a place in it to the file it came from.
#[derive(Debug, Default)]
pub(crate) struct Text {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    start: usize,
    source: Span,
    /// Whether the piece is a copy, byte for byte, or stands for its source as a whole.
    copied: bool,
}

impl Text {
    /// Appends a copy of the source text at `source.start`.
    pub(crate) fn copy(&mut self, text: &str, source_start: usize) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        let source = Span::new(source_start, source_start + text.len());
        self.text.push_str(text);
        match self.pieces.last_mut() {
            Some(last) if last.copied && last.source.end == source.start => last.source.end = source.end,
            _ => self.pieces.push(Piece {
                start,
                source,
                copied: true,
            }),
        }
    }

    /// Appends text that stands for `source`, such as the value of a macro for its name.
    pub(crate) fn replace(&mut self, text: &str, source: Span) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece {
            start: self.text.len(),
            source,
            copied: false,
        });
        self.text.push_str(text);
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the source files that a range of this text came from.
    pub(crate) fn source(&self, start: usize, end: usize) -> Span {
        let first = self.source_of(start);
        if end <= start {
            return Span::new(first.start, first.start);
        }
        let last = self.source_of(end - 1);
        Span::new(first.start, if last.end >= first.start { last.end } else { first.end })
    }

    /// The source of one byte.
    fn source_of(&self, at: usize) -> Span {
        let after = self.pieces.partition_point(|piece| piece.start <= at);
        let Some(piece) = after.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return Span::default();
        };
        if !piece.copied {
            return piece.source;
        }
        let start = (piece.source.start + (at - piece.start)).min(piece.source.end);
        Span::new(start, (start + 1).min(piece.source.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_back_through_copies_and_replacements() {
        let mut text = Text::default();
        text.copy("opaque a[", 100);
        text.replace("(8 + 8)", Span::new(109, 110));
        text.copy("];", 110);
        assert_eq!(text.as_str(), "opaque a[(8 + 8)];");
        assert_eq!(text.source(0, 6), Span::new(100, 106));
        assert_eq!(text.source(10, 11), Span::new(109, 110));
        assert_eq!(text.source(16, 18), Span::new(110, 112));
        assert_eq!(text.source(0, 18), Span::new(100, 112));
        assert_eq!(text.source(18, 18), Span::new(112, 112));
    }
}
