//! The values of literals, written as in C.

/// A decimal, hexadecimal (`0x`) or octal (leading `0`) number with an optional `u`/`l` suffix; `None` if it is none or
/// does not fit 127 bits.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let lower = text.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0x") {
        return i128::from_str_radix(unsuffixed(digits), 16).ok();
    }
    let digits = unsuffixed(&lower);
    match digits.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => i128::from_str_radix(octal, 8).ok(),
        _ => digits.parse().ok(),
    }
}

fn unsuffixed(digits: &str) -> &str {
    let number = digits.trim_end_matches(['u', 'l']);
    if digits.len() - number.len() <= 3 { number } else { digits }
}

/// The value of `'x'`, quotes included in `text`; one byte, or one character of Unicode.
pub(crate) fn character(text: &str) -> Option<i128> {
    let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut values = unescape(inside)?.into_iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Some(i128::from(u32::from(value))),
        _ => None,
    }
}

/// The value of `"..."`, quotes included in `text`.
pub(crate) fn text(text: &str) -> Option<String> {
    let inside = text.strip_prefix('"').filter(|rest| !rest.is_empty())?.strip_suffix('"')?;
    Some(unescape(inside)?.into_iter().collect())
}

fn unescape(inside: &str) -> Option<Vec<char>> {
    let mut out = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..)?;
        if c != '\\' {
            out.push(c);
            continue;
        }
        let (value, length) = escape(rest)?;
        out.push(value);
        rest = rest.get(length..)?;
    }
    Some(out)
}

/// What follows a backslash: the character meant and how many bytes it was written with.
fn escape(rest: &str) -> Option<(char, usize)> {
    let c = rest.chars().next()?;
    let simple = match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0C',
        'v' => '\x0B',
        '\\' | '\'' | '"' | '?' => c,
        '0'..='7' => return number(rest, 0, 3, 8),
        'x' => return number(rest, 1, 2, 16),
        _ => return None,
    };
    Some((simple, 1))
}

fn number(rest: &str, skip: usize, most: usize, radix: u32) -> Option<(char, usize)> {
    let digits = rest.get(skip..)?;
    let length = digits.chars().take(most).take_while(|c| c.is_digit(radix)).count();
    let value = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
    Some((char::from(u8::try_from(value).ok()?), skip + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_in_c() {
        assert_eq!(integer("0"), Some(0));
        assert_eq!(integer("0170000"), Some(0o170000));
        assert_eq!(integer("0XfF"), Some(255));
        assert_eq!(integer("10UL"), Some(10));
        assert_eq!(integer("0xffffffffffffffffULL"), Some(i128::from(u64::MAX)));
        for wrong in ["08", "0x", "12ab", "1ulul", "u", "", "340282366920938463463374607431768211456"] {
            assert_eq!(integer(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn characters_and_strings_as_in_c() {
        assert_eq!(character("'a'"), Some(97));
        assert_eq!(character(r"'\n'"), Some(10));
        assert_eq!(character(r"'\101'"), Some(65));
        assert_eq!(character(r"'\x41'"), Some(65));
        for wrong in ["'", "''", "'ab'", r"'\q'", r"'\x'", r"'\777'"] {
            assert_eq!(character(wrong), None, "{wrong}");
        }
        assert_eq!(text(r#""a\"b\0""#), Some("a\"b\0".to_owned()));
        assert_eq!(text("\""), None);
    }
}
