//! Names of the `.x` file as Rust spells them.

use std::collections::{BTreeMap, BTreeSet};

/// How an interface is spelled in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// `UpperCamel` types, `snake_case` members, prefixes that all enumerators share left out.
    Idiomatic,
    /// As in the `.x` file.
    Verbatim,
}

/// Names that emitted code itself needs, in types or values: one of the user's is set apart from them.
///
/// The last ones are bindings: a constant of that name would be taken for a pattern.
const TAKEN: &[&str] = &[
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Err",
    "From",
    "Hash",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Result",
    "Send",
    "Some",
    "String",
    "Sync",
    "TryFrom",
    "Vec",
    "bool",
    "char",
    "core",
    "f32",
    "f64",
    "i16",
    "i32",
    "i64",
    "i8",
    "oncrpc",
    "rpc",
    "std",
    "str",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
    "discriminant",
    "input",
    "other",
    "out",
    "turn",
    "value",
    "view",
];

/// Keywords of edition 2024, strict and reserved.
pub(super) const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Keywords that not even `r#` makes a name.
const NEVER: &[&str] = &["Self", "_", "crate", "self", "super"];

/// The names of one Rust scope; hands out each only once.
#[derive(Debug, Default)]
pub(super) struct Scope {
    used: BTreeSet<String>,
    /// Names that get a `_` instead of a number.
    apart: &'static [&'static str],
    /// The number to try next for names that were claimed before.
    next: BTreeMap<String, u64>,
}

impl Scope {
    /// A scope in which `names` are in use.
    pub(super) fn with(names: &[&str]) -> Self {
        Self { used: names.iter().map(ToString::to_string).collect(), ..Self::default() }
    }

    /// The scope of a file: what emitted code itself needs is in use.
    pub(super) fn of_file() -> Self {
        Self { apart: TAKEN, ..Self::default() }
    }

    /// `name`, or with the first number from 2 on that makes it new; `r#` before a keyword.
    pub(super) fn claim(&mut self, name: &str) -> String {
        self.claim_all(name, |_| Vec::new())
    }

    /// Takes a name for one who asked for it.
    pub(super) fn reserve(&mut self, name: &str) {
        self.used.insert(name.to_owned());
    }

    /// As [`Scope::claim`], for a name that brings others with it, as `add` brings `start_add`: all must be new.
    pub(super) fn claim_all(&mut self, name: &str, others: impl Fn(&str) -> Vec<String>) -> String {
        let is_apart = self.apart.contains(&name) || NEVER.contains(&name);
        let wanted = if is_apart { format!("{name}_") } else { name.to_owned() };
        if self.take(&wanted, others(&wanted)) {
            return identifier(wanted);
        }
        // What was in use when the name was claimed before still is.
        let first = self.next.get(name).copied().unwrap_or(2);
        let mut numbered = (first..).map(|number| (number, format!("{name}{number}")));
        let (number, new) = numbered.find(|(_, new)| self.take(new, others(new))).unwrap_or_default();
        self.next.insert(name.to_owned(), number.saturating_add(1));
        identifier(new)
    }

    /// Takes a name and the others if all are new.
    fn take(&mut self, name: &str, others: Vec<String>) -> bool {
        let are_new = others.iter().all(|it| !self.used.contains(it)) && self.used.insert(name.to_owned());
        if are_new {
            self.used.extend(others);
        }
        are_new
    }
}

/// `name` as an identifier: keywords become raw ones.
fn identifier(name: String) -> String {
    if KEYWORDS.contains(&name.as_str()) { format!("r#{name}") } else { name }
}

impl Spelling {
    /// What the user chose.
    pub(crate) fn of(verbatim_names: bool) -> Self {
        if verbatim_names { Self::Verbatim } else { Self::Idiomatic }
    }

    /// A structure, union, enumeration, typedef or case.
    pub(crate) fn type_name(self, name: &str) -> String {
        match self {
            Self::Idiomatic => sound(capitalised(name), name, "X"),
            Self::Verbatim => name.to_owned(),
        }
    }

    /// A member, argument, procedure or version.
    pub(crate) fn value_name(self, name: &str) -> String {
        match self {
            Self::Idiomatic => sound(recased(name, str::make_ascii_lowercase), name, "x"),
            Self::Verbatim => name.to_owned(),
        }
    }

    /// A constant.
    pub(crate) fn constant_name(self, name: &str) -> String {
        match self {
            Self::Idiomatic => sound(recased(name, str::make_ascii_uppercase), name, "X"),
            Self::Verbatim => name.to_owned(),
        }
    }

    /// `names` without the words at the front that all of them share with each other, or a single one with `owner`, and
    /// without the beginning of the next word that all of them share up to a digit: `NFS3_OK` and `NFS3ERR_IO` are `OK` and
    /// `ERR_IO`. Nothing is left out where a name would be empty or begin with a digit.
    pub(crate) fn without_shared_prefix(self, owner: &str, names: &[&str]) -> Vec<String> {
        let kept = || names.iter().map(ToString::to_string).collect();
        if self == Self::Verbatim {
            return kept();
        }
        let Some((first, others)) = names.split_first() else { return Vec::new() };
        let others = if others.is_empty() { &[owner] } else { others };
        // However long the first name is, it is parted once.
        let first: Vec<&str> = words(first).collect();
        let same = |(one, other): &(&&str, &str)| one.eq_ignore_ascii_case(other);
        let shared_with = |other: &&str| first.iter().zip(words(other)).take_while(same).count();
        let shared = others.iter().map(shared_with).min().unwrap_or_default();
        let shorter: Vec<String> = names.iter().map(|name| joined(words(name).skip(shared), name.len())).collect();
        let sound =
            |names: &Vec<String>| names.iter().all(|name| name.starts_with(|first: char| first.is_ascii_alphabetic()));
        let shortest = without_numbered_prefix(&shorter);
        shortest.into_iter().chain([shorter]).find(sound).unwrap_or_else(kept)
    }
}

/// `names` without what all of them begin with, up to its last digit, if there is one.
fn without_numbered_prefix(names: &[String]) -> Option<Vec<String>> {
    let (first, others) = names.split_first()?;
    let same = |(at, letter): &(usize, u8)| others.iter().all(|name| name.as_bytes().get(*at) == Some(letter));
    let shared = first.bytes().enumerate().take_while(same);
    // A single name would lose its own number.
    let numbered = shared.filter(|(_, letter)| letter.is_ascii_digit() && !others.is_empty());
    let (last, _) = numbered.last()?;
    let rest = |name: &String| name.get(last + 1..).unwrap_or_default().trim_start_matches('_').to_owned();
    Some(names.iter().map(rest).collect())
}

/// The words of a name: parted by `_`, and before an upper-case letter behind a lower-case one. In `CamelCase` names a
/// run of capitals ends before its last letter (`SCPHistoryEntry`: SCP, History, Entry); in others it does not
/// (`GETATTRres`: one word).
fn words(name: &str) -> impl Iterator<Item = &str> {
    let (mut left, mut part, mut is_camel) = (name, "", false);
    std::iter::from_fn(move || {
        if part.is_empty() {
            left = left.trim_start_matches('_');
            let end = left.bytes().position(|letter| letter == b'_').unwrap_or(left.len());
            (part, left) = left.split_at_checked(end)?;
            is_camel = part.as_bytes().windows(2).any(steps);
        }
        let end = if is_camel { camel_word(part.as_bytes()) } else { part.len() };
        let (word, rest) = part.split_at_checked(end)?;
        part = rest;
        (!word.is_empty()).then_some(word)
    })
}

/// Where the first word of `CamelCase` ends.
fn camel_word(part: &[u8]) -> usize {
    let ends = |at: &usize| {
        let capitals = part.get(at - 1..at + 2).is_some_and(ends_capitals);
        capitals || part.get(at - 1..=*at).is_some_and(steps)
    };
    (1..part.len()).find(ends).unwrap_or(part.len())
}

/// Whether an upper-case letter stands behind a lower-case one.
fn steps(pair: &[u8]) -> bool {
    matches!(pair, [b'a'..=b'z', b'A'..=b'Z'])
}

/// Whether the last of several upper-case letters stands before a lower-case one.
fn ends_capitals(three: &[u8]) -> bool {
    matches!(three, [b'A'..=b'Z', b'A'..=b'Z', b'a'..=b'z'])
}

/// A name may be nothing but underscores, for which `letter` stands, or have a digit at its front once those are gone.
fn sound(name: String, original: &str, letter: &str) -> String {
    match name.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("_{name}"),
        Some(_) => name,
        None => format!("{letter}{}", original.len()),
    }
}

fn capitalised(name: &str) -> String {
    let mut all = String::with_capacity(name.len());
    words(name).for_each(|word| {
        let start = all.len();
        all.push_str(word);
        all.get_mut(start..).into_iter().for_each(str::make_ascii_lowercase);
        all.get_mut(start..start + 1).into_iter().for_each(str::make_ascii_uppercase);
    });
    all
}

/// Words with `_` between them, of a name of that length.
fn joined<'a>(words: impl Iterator<Item = &'a str>, length: usize) -> String {
    let mut all = String::with_capacity(length + SEPARATORS);
    for word in words {
        if !all.is_empty() {
            all.push('_');
        }
        all.push_str(word);
    }
    all
}

/// The words of a name with `_` between them, all in one case.
fn recased(name: &str, make_case: fn(&mut str)) -> String {
    let mut all = joined(words(name), name.len());
    make_case(&mut all);
    all
}

/// Enough for most names that are parted where their letters change.
const SEPARATORS: usize = 4;

#[cfg(test)]
mod tests {
    use super::{Scope, Spelling};

    #[test]
    fn types_are_upper_camel() {
        let cases = [
            ("greeting", "Greeting"),
            ("GETATTR3res", "Getattr3res"),
            ("entry_plus3", "EntryPlus3"),
            ("SCPHistoryEntry", "ScpHistoryEntry"),
            ("PublicKey", "PublicKey"),
            ("READDIRres", "Readdirres"),
            ("_s", "S"),
            ("__", "X2"),
            ("_2d", "_2d"),
        ];
        for (name, expected) in cases {
            assert_eq!(Spelling::Idiomatic.type_name(name), expected, "{name}");
        }
    }

    #[test]
    fn members_are_snake_case() {
        for (name, expected) in [("fileSize", "file_size"), ("GET_TIME", "get_time"), ("ml_next", "ml_next")] {
            assert_eq!(Spelling::Idiomatic.value_name(name), expected, "{name}");
        }
    }

    #[test]
    fn shared_prefixes_go_where_whole_words_are_left() {
        let short = |owner, names: &[&str]| Spelling::Idiomatic.without_shared_prefix(owner, names);
        assert_eq!(short("status", &["DIVIDE_OK", "DIVIDE_BY_ZERO"]), ["OK", "BY_ZERO"]);
        assert_eq!(short("ftype", &["NF_1", "NF_2"]), ["NF_1", "NF_2"]);
        assert_eq!(short("stat", &["NFS3_OK", "NFS3ERR_IO"]), ["OK", "ERR_IO"]);
        assert_eq!(short("ftype3", &["NF3REG", "NF3DIR"]), ["REG", "DIR"]);
        assert_eq!(short("hash", &["SHA256", "SHA224"]), ["SHA256", "SHA224"]);
        assert_eq!(short("hash", &["X_SHA2", "X_SHA256"]), ["SHA2", "SHA256"]);
        assert_eq!(short("hash", &["MD5"]), ["MD5"]);
        assert_eq!(short("color", &["COLOR_RED"]), ["RED"]);
        assert_eq!(short("color", &["COLOR"]), ["COLOR"]);
    }

    #[test]
    fn names_in_use_are_set_apart() {
        let mut scope = Scope::of_file();
        let names = ["Option", "Foo", "Foo", "type", "Self", "self"].map(|name| scope.claim(name));
        assert_eq!(names, ["Option_", "Foo", "Foo2", "r#type", "Self_", "self_"]);
    }
}
