//! Where a line of emitted code may be broken: in lists, before the dots of a chain, around the bodies of arms.

use super::STEP;
use super::fit::{Place, Token};

const LIST: Place = Place { whole: "", upper: "", lower: "", back: 0 };
const NEXT: Place = Place { whole: " ", ..LIST };
const LIST_END: Place = Place { upper: ",", back: STEP, ..LIST };
const TRAITS_END: Place = Place { upper: "", ..LIST_END };
const BODY: Place = Place { upper: "{", ..LIST };
const BODY_END: Place = Place { lower: "}", back: STEP, ..LIST };
const ARM_END: Place = Place { whole: ",", ..BODY_END };

/// Enough for most lines.
const TOKENS: usize = 128;

/// A line with its groups and places: an arm of a `match`, a statement, the head of an item.
pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(TOKENS);
    match line.split_once(" => ") {
        Some((pattern, body)) if !body.ends_with('{') => {
            words(pattern, true, &mut tokens);
            tokens.extend([Token::Text(" => "), Token::Seam]);
            let (body, end) = body.strip_suffix(',').map_or((body, &BODY_END), |body| (body, &ARM_END));
            tokens.extend([Token::Open(STEP), Token::Place(&BODY)]);
            words(body, true, &mut tokens);
            tokens.extend([Token::Place(end), Token::Close]);
        }
        _ => words(line, true, &mut tokens),
    }
    tokens
}

/// What stands between commas, or a whole line, which `begins`.
fn words<'a>(text: &'a str, begins: bool, out: &mut Vec<Token<'a>>) {
    if let Some((parameters, body)) = text.strip_prefix('|').and_then(|text| text.split_once("| ")) {
        let head = text.get(..parameters.len() + "|| ".len()).unwrap_or_default();
        out.extend([Token::Text(head), Token::Seam]);
        return words(body, false, out);
    }
    out.push(Token::Open(0));
    let mut before = "";
    for (index, part) in split(text, b' ').enumerate() {
        match (before, part) {
            _ if index == 0 => {}
            (_, "|") => out.push(Token::Place(&NEXT)),
            ("=" | "=>", _) => out.extend([Token::Text(" "), Token::Seam]),
            _ => out.push(Token::Text(" ")),
        }
        word(part, begins && index == 0, out);
        before = part;
    }
    out.push(Token::Close);
}

/// What no blank parts: a name, a path, a call, a chain of calls.
fn word<'a>(text: &'a str, begins: bool, out: &mut Vec<Token<'a>>) {
    if text.starts_with("#[") {
        return attribute(text, out);
    }
    if text.starts_with(['"', '\'']) || text.starts_with("matches!(") {
        return out.push(Token::Text(text));
    }
    let group = out.len();
    out.push(Token::Open(0));
    let (mut rest, mut begins, mut is_chain) = (text, begins, false);
    while let Some((head, list, tail)) = first_list(rest) {
        is_chain |= chain(head, begins, out);
        if head == ">(" && !text.contains("::<") {
            // The generics of a function need not fit with its parameters.
            out.push(Token::Seam);
        }
        items(list, out);
        (rest, begins) = (tail, false);
    }
    is_chain |= chain(rest, begins, out);
    if let (true, Some(open)) = (is_chain, out.get_mut(group)) {
        *open = Token::Open(STEP);
    }
    out.push(Token::Close);
}

/// `#[derive(A, B)]`, whose items are left as they are.
fn attribute<'a>(text: &'a str, out: &mut Vec<Token<'a>>) {
    let Some((head, list, tail)) = first_list(text) else { return out.push(Token::Text(text)) };
    out.extend([Token::Text(head), Token::Open(STEP), Token::Place(&LIST)]);
    for (index, item) in split(list, b',').enumerate() {
        if index > 0 {
            out.extend([Token::Text(","), Token::Place(&NEXT)]);
        }
        out.push(Token::Text(item.trim_start()));
    }
    out.extend([Token::Place(&TRAITS_END), Token::Close, Token::Text(tail)]);
}

/// What is between brackets.
fn items<'a>(list: &'a str, out: &mut Vec<Token<'a>>) {
    if list.is_empty() {
        return;
    }
    out.extend([Token::Open(STEP), Token::Place(&LIST)]);
    for (index, item) in split(list, b',').enumerate() {
        if index > 0 {
            out.extend([Token::Text(","), Token::Place(&NEXT)]);
        }
        let mut item = item.trim_start();
        while item.starts_with("#[") {
            let length = split(item, b' ').next().map_or(item.len(), str::len);
            let (of_item, rest) = item.split_at_checked(length).unwrap_or((item, ""));
            attribute(of_item, out);
            out.push(Token::Place(&NEXT));
            item = rest.trim_start();
        }
        words(item, false, out);
    }
    out.extend([Token::Place(&LIST_END), Token::Close]);
}

/// Text with places before its dots, but not behind a name as short as `self` that begins the line; whether there are
/// any.
fn chain<'a>(text: &'a str, begins: bool, out: &mut Vec<Token<'a>>) -> bool {
    let (mut rest, mut begins, mut is_chain) = (text, begins, false);
    let dot = |rest: &str| rest.get(1..).and_then(|rest| memchr::memchr(b'.', rest.as_bytes()));
    while let Some((link, behind)) = dot(rest).and_then(|dot| rest.split_at_checked(dot + 1)) {
        out.push(Token::Text(link));
        if !(begins && link.len() <= STEP) {
            out.push(Token::Place(&LIST));
            is_chain = true;
        }
        (rest, begins) = (behind, false);
    }
    out.push(Token::Text(rest));
    is_chain
}

/// The first list of a text, between what stands before it with its bracket, and behind it with its own.
fn first_list(text: &str) -> Option<(&str, &str, &str)> {
    let bytes = text.as_bytes();
    let before = |at: usize| at.checked_sub(1).and_then(|at| bytes.get(at));
    let is_list = |at: &usize| bytes.get(*at) != Some(&b'[') || before(*at) == Some(&b'&');
    let open = memchr::memchr3_iter(b'(', b'<', b'[', bytes).find(is_list)?;
    let (head, rest) = text.split_at_checked(open + 1)?;
    let close = outside(rest).find(|(_, letter)| matches!(letter, b')' | b'>' | b']'))?.0;
    let (list, tail) = rest.split_at_checked(close)?;
    Some((head, list, tail))
}

/// The parts of a text between separators, which are ASCII, that are not in brackets.
fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    // Behind the last one there is nothing to look for.
    let last = memchr::memrchr(separator, text.as_bytes()).map_or(0, |last| last + 1);
    let parted = text.get(..last).unwrap_or_default();
    let ends = outside(parted).filter(move |(_, letter)| *letter == separator).map(|(at, _)| at);
    let mut start = 0;
    ends.chain([text.len()]).map(move |end| {
        let part = text.get(start..end).unwrap_or_default();
        start = end + 1;
        part
    })
}

/// The bytes that are in no brackets and no string, but for letters and digits, which end nothing.
fn outside(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let (mut depth, mut is_string, bytes) = (0_usize, false, text.as_bytes());
    let letters = bytes.iter().copied().enumerate().filter(|(_, letter)| !letter.is_ascii_alphanumeric());
    letters.filter(move |(at, letter)| {
        let before = || at.checked_sub(1).and_then(|at| bytes.get(at));
        let is_arrow = *letter == b'>' && matches!(before(), Some(b'-' | b'='));
        is_string ^= *letter == b'"';
        let is_outside = depth == 0 && !is_string;
        match letter {
            _ if is_string || is_arrow => {}
            b'(' | b'[' | b'<' | b'{' => depth += 1,
            b')' | b']' | b'>' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_outside && !is_arrow
    })
}
