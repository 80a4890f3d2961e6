//! Comments of the `.x` file as documentation comments that say the same and are sound Markdown.

/// The lines of a comment, if any, and the source they stand for, as `///` lines.
pub(super) fn comment(lines: &[String], source: &str) -> String {
    comment_and(lines, &format!("`{}`", visible(source).replace('`', "'")))
}

/// As [`comment`], with a sentence of ours in place of the source.
pub(super) fn comment_and(lines: &[String], sentence: &str) -> String {
    let mut text = prose(lines);
    if !text.is_empty() {
        text.push(String::new());
    }
    text.push(sentence.to_owned());
    slashes(&text)
}

fn slashes(lines: &[String]) -> String {
    let mut text = String::with_capacity(lines.iter().map(|line| "/// \n".len() + line.len()).sum());
    for line in lines {
        let line = line.trim_end();
        text.extend([if line.is_empty() { "///" } else { "/// " }, line, "\n"]);
    }
    text
}

/// The comment without empty lines at either end; one that is laid out with blanks keeps its layout in a fence.
fn prose(lines: &[String]) -> Vec<String> {
    let clean: Vec<String> = lines.iter().map(|line| visible(line)).collect();
    let filled = |line: &String| !line.trim().is_empty();
    let (Some(first), Some(last)) = (clean.iter().position(filled), clean.iter().rposition(filled)) else {
        return Vec::new();
    };
    let lines = clean.get(first..=last).unwrap_or_default();
    if lines.iter().any(|line| is_laid_out(line)) {
        let fence = || "~~~text".to_owned();
        let body = lines.iter().map(|line| line.replace("~~~", "- - -"));
        return std::iter::once(fence()).chain(body).chain(["~~~".to_owned()]).collect();
    }
    lines.iter().map(|line| escaped(line.trim())).collect()
}

/// Without characters that are invisible or turn the direction of writing.
fn visible(line: &str) -> String {
    let hidden = |letter: char| {
        matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
            || letter.is_control() && letter != '\t'
    };
    if line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return line.trim_end().to_owned();
    }
    line.replace('\t', "    ").chars().filter(|letter| !hidden(*letter)).collect::<String>().trim_end().to_owned()
}

fn is_laid_out(line: &str) -> bool {
    let text = line.trim_start();
    line.len() - text.len() >= 4 || text.contains("   ") || text.starts_with('|') || text.starts_with("---")
}

/// Words are kept, Markdown's own marks are escaped, addresses become links.
fn escaped(line: &str) -> String {
    let backticks = line.matches('`').count().is_multiple_of(2) && !line.contains('\'');
    let word = |word: &str| -> String {
        let end = word.trim_end_matches(['.', ',', ';', ':', ')', '>', '"']).len();
        match word.split_at_checked(end) {
            Some((address, rest)) if address.starts_with("http://") || address.starts_with("https://") => {
                format!("<{address}>{}", escaped_word(rest, backticks))
            }
            _ => escaped_word(word, backticks),
        }
    };
    let text = line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let number = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if text.starts_with(['-', '+', '#', '=']) {
        format!("\\{text}")
    } else if number.len() < text.len() && number.starts_with(['.', ')']) {
        format!("{}\\{number}", text.strip_suffix(number).unwrap_or_default())
    } else {
        text
    }
}

fn escaped_word(word: &str, backticks: bool) -> String {
    let mut text = String::new();
    for letter in word.chars() {
        let mark = matches!(letter, '[' | ']' | '<' | '>' | '*' | '\\' | '~' | '|' | '&')
            || letter == '_' && word.starts_with('_');
        if mark || letter == '`' && !backticks {
            text.push('\\');
        }
        text.push(letter);
    }
    text
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
