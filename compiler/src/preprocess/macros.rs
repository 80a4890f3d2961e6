//! `#define` without parameters, and the replacement of its names.

use crate::lex::{self, Kind};
use crate::source::Span;
use std::collections::HashMap;

/// How deep one macro may lead to another.
const MAX_DEPTH: usize = 64;

/// The largest replacement of one name, in bytes: macros that double each other grow without end.
const MAX_EXPANSION: usize = 1 << 16;

/// The macros defined at one place of the text.
#[derive(Debug, Default)]
pub(super) struct Macros {
    table: HashMap<String, Macro>,
}

#[derive(Debug)]
struct Macro {
    value: String,
    /// Where it was defined; the command line and the compiler itself have no place.
    span: Option<Span>,
    /// `#define F(x)`: known so that its use can be refused.
    has_parameters: bool,
}

/// Why a name could not be replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ExpansionError {
    /// This one takes parameters, defined there.
    HasParameters(String, Option<Span>),
    /// The replacement is too long or too deep.
    TooLarge,
}

impl Macros {
    pub(super) fn define(&mut self, name: &str, value: &str, span: Option<Span>, has_parameters: bool) {
        self.table.insert(name.to_owned(), Macro { value: value.to_owned(), span, has_parameters });
    }

    pub(super) fn undefine(&mut self, name: &str) {
        self.table.remove(name);
    }

    pub(super) fn is_defined(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// What a name stands for; `None` if it is no macro.
    pub(super) fn expand(&self, name: &str) -> Result<Option<String>, ExpansionError> {
        if !self.is_defined(name) {
            return Ok(None);
        }
        let mut out = String::new();
        self.expand_word(name, &mut Vec::new(), &mut out)?;
        Ok(Some(out))
    }

    /// Replaces every name in a text.
    pub(super) fn expand_text(&self, text: &str) -> Result<String, ExpansionError> {
        let mut out = String::new();
        self.expand_words(text, &mut Vec::new(), &mut out)?;
        Ok(out)
    }

    fn expand_words<'a>(
        &'a self,
        text: &'a str,
        open: &mut Vec<&'a str>,
        out: &mut String,
    ) -> Result<(), ExpansionError> {
        for token in lex::tokens(text, 0) {
            match token.kind {
                Kind::Word => self.expand_word(token.text(text), open, out)?,
                _ => out.push_str(token.text(text)),
            }
        }
        if out.len() > MAX_EXPANSION { Err(ExpansionError::TooLarge) } else { Ok(()) }
    }

    /// A name inside its own replacement stays, as in C.
    fn expand_word<'a>(
        &'a self,
        word: &'a str,
        open: &mut Vec<&'a str>,
        out: &mut String,
    ) -> Result<(), ExpansionError> {
        let Some(found) = self.table.get(word).filter(|_| !open.contains(&word)) else {
            out.push_str(word);
            return Ok(());
        };
        if found.has_parameters {
            return Err(ExpansionError::HasParameters(word.to_owned(), found.span));
        }
        if open.len() >= MAX_DEPTH {
            return Err(ExpansionError::TooLarge);
        }
        open.push(word);
        self.expand_words(&found.value, open, out)?;
        open.pop();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn macros(table: &[(&str, &str)]) -> Macros {
        let mut macros = Macros::default();
        for (name, value) in table {
            macros.define(name, value, None, false);
        }
        macros
    }

    #[test]
    fn replaces_names_but_not_strings_and_parts_of_words() {
        let macros = macros(&[("N", "(M + 1)"), ("M", "8")]);
        assert_eq!(macros.expand_text("N NN \"N\" 0N M").unwrap(), "(8 + 1) NN \"N\" 0N 8");
        assert_eq!(macros.expand("X").unwrap(), None);
    }

    #[test]
    fn a_name_in_its_own_replacement_stays() {
        let macros = macros(&[("A", "B"), ("B", "A + 1")]);
        assert_eq!(macros.expand("A").unwrap().unwrap(), "A + 1");
    }

    #[test]
    fn doubling_macros_are_refused() {
        let names: Vec<String> = (0..40).map(|i| format!("M{i}")).collect();
        let values: Vec<String> = (1..41).map(|i| format!("M{i} M{i}")).collect();
        let table: Vec<_> = names.iter().zip(&values).map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(macros(&table).expand("M0"), Err(ExpansionError::TooLarge));
    }
}
