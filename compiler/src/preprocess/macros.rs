//! `#define`, and the replacement of its names.

use super::invocation::{self, Invocation};
use crate::lex::{self, Kind, Token};
use crate::source::Span;
use std::cell::Cell;
use std::collections::BTreeMap;

/// How deep macros and their arguments may lead to others.
const MAX_DEPTH: usize = 64;

/// The largest replacement of one name, in bytes: macros that double each other grow without end.
pub(super) const MAX_EXPANSION: usize = 1 << 16;

/// How many names may be replaced for one: macros that come to nothing double as well.
const MAX_STEPS: usize = 1 << 14;

/// How many bytes may be read for all replacements, whatever they come to.
const MAX_WORK: usize = 1 << 24;

/// The macros defined at one place of the text.
#[derive(Debug, Default)]
pub(super) struct Macros {
    table: BTreeMap<String, Macro>,
    /// How many bytes were read for replacements so far.
    work: Cell<usize>,
}

#[derive(Debug)]
struct Macro {
    value: String,
    /// Where it was defined; the command line and the compiler itself have no place.
    span: Option<Span>,
    parameters: Parameters,
}

/// What a macro takes.
#[derive(Debug)]
enum Parameters {
    None,
    Names(Vec<String>),
    /// `#define F(...)`: known so that its use can be refused.
    Any,
}

/// Why a name could not be replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ExpansionError {
    /// This one takes any number of arguments, defined there.
    TakesAny(String, Option<Span>),
    /// This one, defined there, takes so many arguments and has got so many.
    Arguments { name: String, span: Option<Span>, takes: usize, got: usize },
    /// The replacement is too long or too deep.
    TooLarge,
}

impl Macros {
    pub(super) fn define(&mut self, name: &str, value: &str, span: Option<Span>) {
        let value = value.to_owned();
        self.table.insert(name.to_owned(), Macro { value, span, parameters: Parameters::None });
    }

    /// `#define NAME(a, b) body`, all from the bracket on.
    pub(super) fn define_with_parameters(&mut self, name: &str, text: &str, span: Option<Span>) {
        let (parameters, value) = match invocation::parameters(text) {
            Some((names, body)) => (Parameters::Names(names), body.to_owned()),
            None => (Parameters::Any, String::new()),
        };
        self.table.insert(name.to_owned(), Macro { value, span, parameters });
    }

    /// Whether so much was read that no name is replaced any more.
    pub(super) fn are_exhausted(&self) -> bool {
        self.work.get() > MAX_WORK
    }

    pub(super) fn undefine(&mut self, name: &str) {
        self.table.remove(name);
    }

    pub(super) fn is_defined(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// What a name in a text, with the arguments behind it, stands for, and where they end; `None` if it is no macro.
    pub(super) fn expand(&self, text: &str, name: Token) -> Result<Option<(String, usize)>, ExpansionError> {
        let Some((_, found)) = self.table.get_key_value(name.text(text)) else { return Ok(None) };
        let end = match found.parameters {
            Parameters::None => name.end,
            _ => match invocation::invocation(text, name.end) {
                Some(Invocation { end, .. }) => end,
                None => return Ok(None),
            },
        };
        let written = text.get(name.start..end).unwrap_or_default();
        self.expand_text(written).map(|value| Some((value, end)))
    }

    /// Replaces every name in a text.
    pub(super) fn expand_text(&self, text: &str) -> Result<String, ExpansionError> {
        let mut expansion = Expansion { macros: self, open: Vec::new(), depth: 0, steps: 0 };
        expansion.expand(text)
    }
}

/// A text on its way.
struct Expansion<'a> {
    macros: &'a Macros,
    /// The macros whose replacement is being read.
    open: Vec<&'a str>,
    depth: usize,
    steps: usize,
}

impl<'a> Expansion<'a> {
    fn expand(&mut self, text: &str) -> Result<String, ExpansionError> {
        let work = &self.macros.work;
        work.set(work.get().saturating_add(text.len()));
        if self.depth >= MAX_DEPTH || self.macros.are_exhausted() {
            return Err(ExpansionError::TooLarge);
        }
        self.depth += 1;
        let mut out = String::new();
        let mut at = 0;
        while let Some(token) = lex::token(text, at) {
            at = token.end;
            match token.kind {
                Kind::Word => at = self.expand_word(text, token, &mut out)?,
                _ => out.push_str(token.text(text)),
            }
            if out.len() > MAX_EXPANSION {
                return Err(ExpansionError::TooLarge);
            }
        }
        self.depth -= 1;
        Ok(out)
    }

    /// Returns where the text goes on. A name inside its own replacement stays, as in C.
    fn expand_word(&mut self, text: &str, word: Token, out: &mut String) -> Result<usize, ExpansionError> {
        let (macros, name) = (self.macros, word.text(text));
        let found = macros.table.get_key_value(name).filter(|(name, _)| !self.open.contains(&name.as_str()));
        let Some((name, found)) = found else {
            out.push_str(name);
            return Ok(word.end);
        };
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(ExpansionError::TooLarge);
        }
        let Some((body, end)) = self.body(text, word, name, found)? else {
            out.push_str(name);
            return Ok(word.end);
        };
        self.open.push(name);
        out.push_str(&self.expand(&body)?);
        self.open.pop();
        Ok(end)
    }

    /// What a macro comes to before the names in it are replaced, and where its use ends; `None` if it is not used.
    fn body(
        &mut self,
        text: &str,
        word: Token,
        name: &str,
        found: &Macro,
    ) -> Result<Option<(String, usize)>, ExpansionError> {
        let parameters = match &found.parameters {
            Parameters::None => return Ok(Some((found.value.clone(), word.end))),
            Parameters::Any => return Err(ExpansionError::TakesAny(name.to_owned(), found.span)),
            Parameters::Names(parameters) => parameters,
        };
        let Some(Invocation { mut arguments, end }) = invocation::invocation(text, word.end) else { return Ok(None) };
        if parameters.is_empty() && arguments == [""] {
            arguments.clear();
        }
        let (takes, got) = (parameters.len(), arguments.len());
        if takes != got {
            return Err(ExpansionError::Arguments { name: name.to_owned(), span: found.span, takes, got });
        }
        let expanded: Vec<String> = arguments.iter().map(|it| self.expand(it)).collect::<Result<_, _>>()?;
        invocation::substitute(&found.value, parameters, &arguments, &expanded).map(|body| Some((body, end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn macros(table: &[(&str, &str)]) -> Macros {
        let mut macros = Macros::default();
        for (name, value) in table {
            match name.split_once('(') {
                Some((name, parameters)) => {
                    macros.define_with_parameters(name, &format!("({parameters} {value}"), None)
                }
                None => macros.define(name, value, None),
            }
        }
        macros
    }

    #[test]
    fn replaces_names_but_not_strings_and_parts_of_words() {
        let macros = macros(&[("N", "(M + 1)"), ("M", "8")]);
        assert_eq!(macros.expand_text("N NN \"N\" 0N M").unwrap(), "(8 + 1) NN \"N\" 0N 8");
        assert_eq!(macros.expand("X", lex::token("X", 0).unwrap()).unwrap(), None);
    }

    #[test]
    fn a_name_in_its_own_replacement_stays() {
        let macros = macros(&[("A", "B"), ("B", "A + 1")]);
        assert_eq!(macros.expand_text("A").unwrap(), "A + 1");
    }

    #[test]
    fn doubling_macros_are_refused() {
        let names: Vec<String> = (0..40).map(|i| format!("M{i}")).collect();
        let values: Vec<String> = (1..41).map(|i| format!("M{i} M{i}")).collect();
        let table: Vec<_> = names.iter().zip(&values).map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(macros(&table).expand_text("M0"), Err(ExpansionError::TooLarge));
    }

    #[test]
    fn arguments_take_the_places_of_parameters() {
        let macros = macros(&[
            ("PAIR(a, b)", "b a"),
            ("LIST(t)", "typedef t t##_list<>"),
            ("NAME(x)", "#x"),
            ("NONE()", "nothing"),
            ("N", "8"),
            ("JOIN(a, b)", "a ## b"),
            ("TWICE(x)", "PAIR(x, x)"),
        ]);
        let expanded = |text: &str| macros.expand_text(text).unwrap();
        assert_eq!(expanded("PAIR( 1 , (2, 3) )"), "(2, 3) 1");
        assert_eq!(expanded("LIST(N);"), "typedef 8 N_list<>;");
        assert_eq!(expanded("NAME(a \"b\")"), r#""a \"b\"""#);
        assert_eq!(expanded("NONE() JOIN(N, N) JOIN(PA, IR)(1, 2)"), "nothing NN PAIR(1, 2)");
        assert_eq!(expanded("TWICE(TWICE(N)) PAIR"), "8 8 8 8 PAIR");
    }

    #[test]
    fn what_is_no_use_stays_and_what_is_a_wrong_one_is_refused() {
        let macros = macros(&[("F(a)", "a"), ("ANY(...)", "1")]);
        assert_eq!(macros.expand_text("F F( F").unwrap(), "F F( F");
        let wrong = ExpansionError::Arguments { name: "F".to_owned(), span: None, takes: 1, got: 2 };
        assert_eq!(macros.expand_text("F(1, 2)"), Err(wrong));
        assert_eq!(macros.expand_text("ANY(1)"), Err(ExpansionError::TakesAny("ANY".to_owned(), None)));
    }

    #[test]
    fn macros_without_end_are_refused() {
        let deep = format!("{}1{}", "F(".repeat(100), ")".repeat(100));
        assert_eq!(macros(&[("F(a)", "a")]).expand_text(&deep), Err(ExpansionError::TooLarge));
        let names: Vec<String> = (0..40).map(|i| format!("M{i}(x)")).collect();
        let values: Vec<String> = (1..41).map(|i| format!("M{i}(x)M{i}(x)")).collect();
        let mut table: Vec<_> = names.iter().zip(&values).map(|(n, v)| (n.as_str(), v.as_str())).collect();
        table.push(("M40(x)", ""));
        assert_eq!(macros(&table).expand_text("M0(1)"), Err(ExpansionError::TooLarge));
    }
}
