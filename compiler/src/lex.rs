//! The smallest parts of the text: what the preprocessor and the scanner for definitions need to know to tell code from
//! comments and strings. The grammar proper is `syntax/xdr.pest`.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Newline,
    Blank,
    BlockComment,
    /// A block comment that the end of the file cuts off.
    OpenComment,
    /// `// ...` without the newline.
    LineComment,
    /// `"..."`; ends with its line if the quote is missing.
    Text,
    /// `'...'`; ends with its line if the quote is missing.
    Character,
    Word,
    Number,
    /// One other character.
    Other,
}

/// One token; the next one starts at `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token {
    pub(crate) fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn is_comment(&self) -> bool {
        matches!(self.kind, Kind::BlockComment | Kind::OpenComment | Kind::LineComment)
    }

    /// Blanks, newlines and comments.
    pub(crate) fn is_trivia(&self) -> bool {
        matches!(self.kind, Kind::Newline | Kind::Blank) || self.is_comment()
    }
}

/// All tokens from `start` on.
pub(crate) fn tokens(text: &str, start: usize) -> impl Iterator<Item = Token> + '_ {
    let mut at = start;
    std::iter::from_fn(move || {
        let token = token(text, at)?;
        at = token.end;
        Some(token)
    })
}

/// The token that starts at `start`, `None` at the end of the text.
pub(crate) fn token(text: &str, start: usize) -> Option<Token> {
    let rest = text.get(start..)?;
    let (kind, length) = match *rest.as_bytes().first()? {
        b'\n' => (Kind::Newline, 1),
        b' ' => (Kind::Blank, blank(rest)),
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => (Kind::Word, word(rest)),
        b'0'..=b'9' => (Kind::Number, word(rest)),
        b'"' => (Kind::Text, quoted(rest)),
        b'\'' => (Kind::Character, quoted(rest)),
        b'/' => slash(rest),
        b'!'..=b'~' => (Kind::Other, 1),
        _ => rare(rest),
    };
    Some(Token { kind, start, end: start + length })
}

/// A comment, or a slash.
fn slash(rest: &str) -> (Kind, usize) {
    if rest.starts_with("/*") {
        return end_of_comment(rest).map_or((Kind::OpenComment, rest.len()), |end| (Kind::BlockComment, end));
    }
    if rest.starts_with("//") {
        return (Kind::LineComment, rest.find('\n').unwrap_or(rest.len()));
    }
    (Kind::Other, 1)
}

/// Blanks that are not plain ones, or a character that the language does not have.
fn rare(rest: &str) -> (Kind, usize) {
    match rest.chars().next() {
        Some(c) if !is_blank(c) => (Kind::Other, c.len_utf8()),
        _ => (Kind::Blank, blank(rest)),
    }
}

/// Where the lines of a text start, the first one aside.
pub(crate) fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)
}

/// Whether a character separates words without being part of one; pasted text brings the invisible ones.
pub(crate) fn is_blank(c: char) -> bool {
    match c {
        '!'..='~' | '\n' => false,
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => true,
        _ => c.is_whitespace(),
    }
}

/// The length of the block comment at the beginning.
fn end_of_comment(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut slashes = memchr::memchr_iter(b'/', bytes).filter(|at| *at > 2);
    slashes.find(|at| bytes.get(at - 1) == Some(&b'*')).map(|last| last + 1)
}

/// The length of the blanks at the beginning, most of which are plain ones.
fn blank(rest: &str) -> usize {
    let plain = rest.bytes().take_while(|byte| *byte == b' ').count();
    let others = rest.get(plain..).unwrap_or_default();
    plain + others.find(|c| !is_blank(c)).unwrap_or(others.len())
}

/// The length of the word or number at the beginning.
fn word(rest: &str) -> usize {
    rest.bytes().position(|byte| !is_word(byte)).unwrap_or(rest.len())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The length of a quoted literal, quotes included; it ends before the newline if its quote is missing.
fn quoted(rest: &str) -> usize {
    let mut chars = rest.char_indices();
    let quote = chars.next().map(|(_, c)| c);
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' => return at,
            '\\' if rest.get(at + 1..).is_some_and(|rest| !rest.starts_with('\n')) => {
                chars.next();
            }
            c if Some(c) == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        tokens(text, 0).map(|token| (token.kind, token.text(text))).collect()
    }

    #[test]
    fn tells_code_from_comments_and_strings() {
        use Kind::*;
        let text = "a1 0x1F\u{200B}\"/* \\\" */\"'\\''/* ' */// \"\n;/*/";
        let expected = [
            (Word, "a1"),
            (Blank, " "),
            (Number, "0x1F"),
            (Blank, "\u{200B}"),
            (Text, "\"/* \\\" */\""),
            (Character, "'\\''"),
            (BlockComment, "/* ' */"),
            (LineComment, "// \""),
            (Newline, "\n"),
            (Other, ";"),
            (OpenComment, "/*/"),
        ];
        assert_eq!(kinds(text), expected);
    }

    #[test]
    fn a_missing_quote_ends_with_the_line() {
        use Kind::*;
        assert_eq!(kinds("'t\n\"x"), [(Character, "'t"), (Newline, "\n"), (Text, "\"x")]);
        assert_eq!(kinds("\"\\\n"), [(Text, "\"\\"), (Newline, "\n")]);
        assert_eq!(kinds("\"\\"), [(Text, "\"\\")]);
    }
}
