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
    /// What was written in the source; `None` for a copy, byte for byte.
    written: Option<String>,
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
            Some(last) if last.written.is_none() && last.source.end == source.start => last.source.end = source.end,
            _ => self.pieces.push(Piece { start, source, written: None }),
        }
    }

    /// Appends text that stands for what was `written` at `source`, such as the value of a macro for its name.
    pub(crate) fn replace(&mut self, text: &str, written: &str, source: Span) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { start: self.text.len(), source, written: Some(written.to_owned()) });
        self.text.push_str(text);
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the source files that a range of this text came from.
    pub(crate) fn source(&self, start: usize, end: usize) -> Span {
        let begun = self.begun(start);
        let first = self.source_of(start, begun);
        if end <= start {
            return Span::new(first.start, first.start);
        }
        // Most ranges are within one piece.
        let last = end - 1;
        let is_one = self.pieces.get(begun).is_none_or(|next| next.start > last);
        let last = self.source_of(last, if is_one { begun } else { self.begun(last) });
        Span::new(first.start, if last.end >= first.start { last.end } else { first.end })
    }

    /// A range of this text as it was written, macros by their names; `None` where that is as it stands here.
    pub(crate) fn written(&self, start: usize, end: usize) -> Option<String> {
        let mut out = String::new();
        let mut at = start;
        let first = self.pieces.partition_point(|piece| piece.start < start);
        for piece in self.pieces.get(first..).unwrap_or_default().iter().take_while(|piece| piece.start < end) {
            let Some(written) = &piece.written else { continue };
            // The text of a piece reaches to the next one.
            let after = self.pieces.partition_point(|other| other.start <= piece.start);
            let piece_end = self.pieces.get(after).map_or(self.text.len(), |next| next.start);
            out.push_str(self.text.get(at..piece.start).unwrap_or_default());
            out.push_str(written);
            at = piece_end;
        }
        if at == start {
            return None;
        }
        out.push_str(self.text.get(at..end).unwrap_or_default());
        Some(out)
    }

    /// How many pieces have begun where a byte is.
    fn begun(&self, at: usize) -> usize {
        self.pieces.partition_point(|piece| piece.start <= at)
    }

    /// The source of one byte, with how many pieces have begun there.
    fn source_of(&self, at: usize, begun: usize) -> Span {
        let Some(piece) = begun.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return Span::default();
        };
        if piece.written.is_some() {
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
        text.replace("(8 + 8)", "N", Span::new(109, 110));
        text.copy("];", 110);
        assert_eq!(text.as_str(), "opaque a[(8 + 8)];");
        assert_eq!(text.source(0, 6), Span::new(100, 106));
        assert_eq!(text.written(0, 18).unwrap(), "opaque a[N];");
        assert_eq!(text.written(9, 16).unwrap(), "N");
        assert_eq!(text.written(7, 9), None);
        assert_eq!(text.source(10, 11), Span::new(109, 110));
        assert_eq!(text.source(16, 18), Span::new(110, 112));
        assert_eq!(text.source(0, 18), Span::new(100, 112));
        assert_eq!(text.source(18, 18), Span::new(112, 112));
    }
}
