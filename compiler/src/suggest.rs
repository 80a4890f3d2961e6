//! "Did you mean".

use std::cell::Cell;

/// Words that can stand where a type is expected.
pub(crate) const WORDS: [&str; 22] = [
    "bool",
    "char",
    "double",
    "enum",
    "float",
    "hyper",
    "int",
    "long",
    "opaque",
    "quadruple",
    "short",
    "string",
    "struct",
    "union",
    "unsigned",
    "u_int",
    "int32_t",
    "uint32_t",
    "int64_t",
    "uint64_t",
    "bool_t",
    "void",
];

/// How many suggestions one file gets: each costs a look at every known name.
const MAX_SUGGESTIONS: usize = 100;

/// Suggestions until there were enough of them.
#[derive(Debug, Default)]
pub(crate) struct Suggester {
    made: Cell<usize>,
}

impl Suggester {
    /// [`similar`], as long as there were not too many suggestions.
    pub(crate) fn similar<'a>(&self, name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        let made = self.made.get();
        self.made.set(made.saturating_add(1));
        if made < MAX_SUGGESTIONS { similar(name, known) } else { None }
    }
}

/// The known name most like a given one; `None` if none is much like it.
pub(crate) fn similar<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = name.chars().count() / 3;
    let rated = known.filter_map(|other| Some((distance(name, other, limit)?, other)));
    rated.min_by_key(|(distance, other)| (*distance, *other)).map(|(_, other)| other)
}

/// How many characters must be inserted, removed, replaced or exchanged with their neighbour, letter case aside; `None` if
/// over `limit`.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut earlier: Vec<usize> = Vec::new();
    for (i, from) in a.iter().enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for (j, ((to, above_left), above)) in b.iter().zip(&row).zip(row.iter().skip(1)).enumerate() {
            left = (above_left + usize::from(from != to)).min(above + 1).min(left + 1);
            let before = |text: &[char], at: usize| at.checked_sub(1).and_then(|at| text.get(at)).copied();
            let exchanged = before(&a, i) == Some(*to) && before(&b, j) == Some(*from);
            let two_back = j.checked_sub(1).and_then(|at| earlier.get(at)).filter(|_| exchanged);
            left = two_back.map_or(left, |distance| left.min(distance + 1));
            next.push(left);
        }
        earlier = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_alike_only_by_letter_case() {
        assert_eq!(similar("B", ["A", "b"].into_iter()), Some("b"));
    }

    #[test]
    fn finds_the_nearest_name_within_reason() {
        let known = ["name", "names", "greeting"];
        assert_eq!(similar("nam", known.into_iter()), Some("name"));
        assert_eq!(similar("greetnig", known.into_iter()), Some("greeting"));
        assert_eq!(similar("NAMES", known.into_iter()), Some("names"));
        assert_eq!(similar("nmaes", known.into_iter()), Some("names"));
        assert_eq!(similar("fhandle", known.into_iter()), None);
    }
}
