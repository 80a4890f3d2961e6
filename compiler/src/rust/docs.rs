//! Comments of the `.x` file as documentation comments that say the same and are sound Markdown.

use std::borrow::Cow;

/// The lines of a comment, if any, and the source they stand for, as `///` lines.
pub(super) fn comment(lines: &[String], source: &str) -> String {
    let mut text = prose(lines, source.len());
    begin(&mut text);
    text.push('`');
    // A backtick would end the code.
    for (index, part) in visible(source).split('`').enumerate() {
        text.push_str(if index > 0 { "'" } else { "" });
        text.push_str(part);
    }
    text.push_str("`\n");
    text
}

/// As [`comment`], with a sentence of ours in place of the source.
pub(super) fn comment_and(lines: &[String], sentence: &str) -> String {
    let mut text = prose(lines, sentence.len());
    begin(&mut text);
    text.push_str(sentence);
    end(&mut text);
    text
}

/// The last paragraph.
fn begin(text: &mut String) {
    text.push_str(if text.is_empty() { SLASHES } else { "///\n/// " });
}

/// Bytes for what a line has besides its words.
const LINE: usize = 16;

/// What every line of a comment begins with.
const SLASHES: &str = "/// ";

/// A line, without blanks at its end.
fn end(text: &mut String) {
    text.truncate(text.trim_end().len());
    text.push('\n');
}

/// The comment without empty lines at either end; one that is laid out with blanks keeps its layout in a fence. There is
/// room for so many bytes `more`.
fn prose(lines: &[String], more: usize) -> String {
    let length = |line: &String| line.len() + LINE;
    let mut text = String::with_capacity(lines.iter().map(length).sum::<usize>() + LINE + more);
    let clean: Vec<Cow<'_, str>> = lines.iter().map(|line| visible(line)).collect();
    let filled = |line: &Cow<'_, str>| !line.trim().is_empty();
    let (Some(first), Some(last)) = (clean.iter().position(filled), clean.iter().rposition(filled)) else {
        return text;
    };
    let lines = clean.get(first..=last).unwrap_or_default();
    let is_laid_out = lines.iter().any(|line| is_laid_out(line));
    if is_laid_out {
        text.push_str("/// ~~~text\n");
    }
    for line in lines {
        text.push_str(SLASHES);
        if is_laid_out {
            text.push_str(&line.replace("~~~", "- - -"));
        } else {
            escape(line.trim(), &mut text);
        }
        end(&mut text);
    }
    if is_laid_out {
        text.push_str("/// ~~~\n");
    }
    text
}

/// Without characters that are invisible or turn the direction of writing.
fn visible(line: &str) -> Cow<'_, str> {
    let hidden = |letter: char| {
        matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
            || letter.is_control() && letter != '\t'
    };
    if line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(line.trim_end());
    }
    let mut clean: String = line.replace('\t', "    ").chars().filter(|letter| !hidden(*letter)).collect();
    clean.truncate(clean.trim_end().len());
    Cow::Owned(clean)
}

fn is_laid_out(line: &str) -> bool {
    let text = line.trim_start();
    line.len() - text.len() >= 4 || text.contains("   ") || text.starts_with('|') || text.starts_with("---")
}

/// Words are kept, Markdown's own marks are escaped, addresses become links.
fn escape(line: &str, text: &mut String) {
    let number = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if line.starts_with(['-', '+', '#', '=']) {
        text.push('\\');
    } else if number.len() < line.len() && number.starts_with(['.', ')']) {
        text.push_str(line.strip_suffix(number).unwrap_or_default());
        text.push('\\');
        return escape_words(number, text);
    }
    escape_words(line, text);
}

fn escape_words(line: &str, text: &mut String) {
    if !line.bytes().any(|byte| byte == b':' || may_be_mark(byte)) {
        // No mark, and without a colon no address: so are most lines.
        return text.push_str(line);
    }
    let backticks = line.bytes().filter(|byte| *byte == b'`').count().is_multiple_of(2) && !line.contains('\'');
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            text.push(' ');
        }
        let end = word.trim_end_matches(['.', ',', ';', ':', ')', '>', '"']).len();
        match word.split_at_checked(end) {
            Some((address, rest)) if address.starts_with("http://") || address.starts_with("https://") => {
                text.extend(["<", address, ">"]);
                escape_word(rest, backticks, text);
            }
            _ => escape_word(word, backticks, text),
        }
    }
}

fn may_be_mark(byte: u8) -> bool {
    matches!(byte, b'[' | b']' | b'<' | b'>' | b'*' | b'\\' | b'~' | b'|' | b'&' | b'_' | b'`')
}

fn escape_word(word: &str, backticks: bool, text: &mut String) {
    let is_mark = |byte: u8| match byte {
        b'_' => word.starts_with('_'),
        b'`' => !backticks,
        _ => may_be_mark(byte),
    };
    let mut start = 0;
    for (at, _) in word.bytes().enumerate().filter(|(_, byte)| is_mark(*byte)) {
        text.extend([word.get(start..at).unwrap_or_default(), "\\"]);
        start = at;
    }
    text.push_str(word.get(start..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::comment;

    fn check(line: &str, expected: &str) {
        assert_eq!(comment(&[line.to_owned()], "int a"), format!("/// {expected}\n///\n/// `int a`\n"));
    }

    #[test]
    fn marks_are_escaped() {
        check("see a[i] and <b>", r"see a\[i\] and \<b\>");
        check("- not a list", r"\- not a list");
        check("1. not a list", r"1\. not a list");
        check("look at http://example.org/x.", "look at <http://example.org/x>.");
        check("`quoted'", r"\`quoted'");
    }

    #[test]
    fn the_source_shows_nothing_invisible() {
        assert_eq!(comment(&[], "const A = \"a\r\u{202e}`b\""), "/// `const A = \"a'b\"`\n");
    }

    #[test]
    fn layout_is_kept_in_a_fence() {
        let lines = ["name    meaning", "    a   b"].map(str::to_owned);
        assert_eq!(
            comment(&lines, "int a"),
            "/// ~~~text\n/// name    meaning\n///     a   b\n/// ~~~\n///\n/// `int a`\n"
        );
    }
}
