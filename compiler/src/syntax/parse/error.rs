//! Syntax errors in the words of the language.

use super::Rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, Kind};
use crate::text::Text;
use pest::error::{Error, ErrorVariant, InputLocation};

/// Where a parse failed.
pub(super) fn position(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) => at,
        InputLocation::Span((start, _)) => start,
    }
}

/// The diagnostic for a parse that failed at `at`.
pub(super) fn explain(error: &Error<Rule>, text: &Text, at: usize) -> Diagnostic {
    let mut rules: &[Rule] = &[];
    if let ErrorVariant::ParsingError { positives, .. } = &error.variant {
        rules = positives;
    }
    let diagnostic = expected(&alternatives(rules), text, at);
    let keyword = lex::tokens(text.as_str(), at).find(|token| !token.is_trivia());
    match keyword.map(|token| token.text(text.as_str())) {
        Some(word) if rules.contains(&Rule::identifier) && is_keyword(word) => {
            diagnostic.help(format!("`{word}` is a word of the language and cannot be a name"))
        }
        Some(",") if rules.contains(&Rule::semicolon) => diagnostic.help("write one declaration for each name"),
        Some("[") if rules.contains(&Rule::semicolon) => {
            diagnostic.help("give the inner array a name with `typedef`, and declare an array of that")
        }
        _ => diagnostic,
    }
}

/// "expected this, found that".
pub(super) fn expected(what: &str, text: &Text, at: usize) -> Diagnostic {
    let token = lex::tokens(text.as_str(), at).find(|token| !token.is_trivia());
    let (span, found) = match token {
        Some(token) if token.kind == Kind::Text => (text.source(token.start, token.end), "a string".to_owned()),
        Some(token) => (
            text.source(token.start, token.end),
            format!("`{}`", token.text(text.as_str()).escape_debug()),
        ),
        None => (end_of(text), "the end of the file".to_owned()),
    };
    Diagnostic::error(Code::Syntax, span, format!("expected {what}, found {found}")).label(format!("expected {what}"))
}

/// Behind the last code of the text: there the missing part belongs.
fn end_of(text: &Text) -> crate::source::Span {
    let last = lex::tokens(text.as_str(), 0).filter(|token| !token.is_trivia()).last();
    let end = last.map_or(0, |token| token.end);
    let last = text.source(end.saturating_sub(1), end);
    crate::source::Span::new(last.end, last.end)
}

/// What could have stood there, most telling first.
fn alternatives(rules: &[Rule]) -> String {
    let mut found: Vec<&str> = rules.iter().filter_map(|rule| describe(*rule)).collect();
    found.sort_unstable();
    found.dedup();
    if found.len() > 1 {
        found.retain(|phrase| *phrase != OPERATOR);
    }
    if found.contains(&NAME) {
        found.retain(|phrase| *phrase != "`*`");
    }
    match found.as_slice() {
        [] => "something else".to_owned(),
        [only] => (*only).to_owned(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

const NAME: &str = "a name";
const OPERATOR: &str = "an operator";
const TYPE: &str = "a type";
const VALUE: &str = "a value";
const DEFINITION: &str = "a definition such as `const`, `typedef`, `enum`, `struct`, `union` or `program`";

fn describe(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::definition | Rule::constant_def | Rule::typedef_def | Rule::enum_def | Rule::struct_def => DEFINITION,
        Rule::union_def | Rule::program_def | Rule::CONST | Rule::TYPEDEF | Rule::PROGRAM => DEFINITION,
        Rule::declaration | Rule::type_specifier | Rule::basic_type | Rule::string_type | Rule::opaque_type => TYPE,
        Rule::enum_type_spec | Rule::struct_type_spec | Rule::union_type_spec | Rule::type_name => TYPE,
        Rule::void_type | Rule::VOID | Rule::STRING | Rule::OPAQUE | Rule::FLOAT | Rule::DOUBLE => TYPE,
        Rule::QUADRUPLE | Rule::BOOL | Rule::UNSIGNED | Rule::SIGNED | Rule::ENUM | Rule::STRUCT | Rule::UNION => TYPE,
        Rule::proc_return | Rule::member => TYPE,
        Rule::proc_argument => "an argument",
        Rule::identifier => NAME,
        Rule::expression | Rule::operand | Rule::constant_name | Rule::number | Rule::character | Rule::text => VALUE,
        Rule::prefix_operator => VALUE,
        Rule::binary_operator => OPERATOR,
        Rule::enumerator => "an enumerator",
        Rule::case_spec | Rule::case_label | Rule::CASE => "`case`",
        Rule::default_label | Rule::DEFAULT => "`default`",
        Rule::version_def | Rule::VERSION => "a version",
        Rule::procedure_def => "a procedure",
        Rule::union_body | Rule::SWITCH => "`switch`",
        Rule::enum_body | Rule::struct_body | Rule::open_brace => "`{`",
        Rule::close_brace => "`}`",
        Rule::open_paren => "`(`",
        Rule::close_paren => "`)`",
        Rule::fixed | Rule::open_bracket => "`[`",
        Rule::close_bracket => "`]`",
        Rule::variable | Rule::open_angle => "`<`",
        Rule::close_angle => "`>`",
        Rule::optional_mark => "`*`",
        Rule::semicolon => "`;`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals => "`=`",
        _ => return None,
    })
}

fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 22] = [
        "bool",
        "case",
        "char",
        "const",
        "default",
        "double",
        "enum",
        "float",
        "hyper",
        "int",
        "long",
        "opaque",
        "quadruple",
        "short",
        "signed",
        "string",
        "struct",
        "switch",
        "typedef",
        "union",
        "unsigned",
        "void",
    ];
    KEYWORDS.contains(&word)
}
