//! Syntax errors in the words of the language.

use super::Rule;
use super::tokens::pair;
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, Kind, Token};
use crate::source::Span;
use crate::suggest;
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
    match help(rules, text.as_str(), at) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// "expected this, found that".
pub(super) fn expected(what: &str, text: &Text, at: usize) -> Diagnostic {
    let code = text.as_str();
    let (span, found) = match token_at(code, at) {
        Some(token) => (text.source(token.start, token.end), found(token, code)),
        None => (behind_last(text, code.len()), "the end of the file".to_owned()),
    };
    let before = behind_last(text, at);
    // What is missing at the end of a line is missed there, not where the next line begins.
    let on_new_line = code.get(..at).is_some_and(|before| before.trim_end_matches(lex::is_blank).ends_with('\n'));
    let span = if on_new_line && what == SEMICOLON { before } else { span };
    Diagnostic::error(Code::Syntax, span, format!("expected {what}, found {found}")).label(format!("expected {what}"))
}

/// What the grammar reads there as one token.
fn token_at(code: &str, at: usize) -> Option<Token> {
    let mut tokens = lex::tokens(code, at);
    let first = tokens.find(|token| !token.is_trivia())?;
    let second = tokens.next().filter(|second| pair(first.text(code), second.text(code)).is_some());
    Some(Token { end: second.map_or(first.end, |second| second.end), ..first })
}

fn found(token: Token, code: &str) -> String {
    let word = token.text(code);
    match token.kind {
        Kind::Text | Kind::Character if word.len() < 2 || !word.ends_with(['"', '\'']) => {
            "a literal without its closing quote".to_owned()
        }
        Kind::Text => "a string".to_owned(),
        _ => format!("`{}`", word.replace(char::is_control, "\u{FFFD}")),
    }
}

/// Behind the last code before `end`.
fn behind_last(text: &Text, end: usize) -> Span {
    let before = text.as_str().get(..end).unwrap_or_default();
    let last = lex::tokens(before, 0).filter(|token| !token.is_trivia()).last().map_or(0, |token| token.end);
    let end = text.source(last.saturating_sub(1), last).end;
    Span::new(end, end)
}

/// A cure for common mistakes.
fn help(rules: &[Rule], code: &str, at: usize) -> Option<String> {
    let token = token_at(code, at)?;
    let word = token.text(code);
    let expects = |rule| rules.contains(&rule);
    if expects(Rule::identifier) && is_keyword(word) {
        return Some(format!("`{word}` is a word of the language and cannot be a name"));
    }
    if expects(Rule::identifier) && code.get(..at)?.trim_end().ends_with('}') {
        return Some("a type written in place needs a name behind its `}`; or a `}` is missing above".to_owned());
    }
    match word {
        "," if expects(Rule::semicolon) => Some("write one declaration for each name".to_owned()),
        "[" if expects(Rule::semicolon) => {
            Some("give the inner array a name with `typedef`, and declare an array of that".to_owned())
        }
        "," if expects(Rule::colon) => Some("write `case` and `:` for each value".to_owned()),
        ";" if expects(Rule::open_brace) => {
            Some("remove this line: a name may be used before it is defined".to_owned())
        }
        ":" if expects(Rule::semicolon) => {
            Some("there are no bit-fields: every number takes four bytes or more".to_owned())
        }
        "*" if code.get(..at)?.trim_end().ends_with("void") => {
            Some("`void` holds nothing to point at; `opaque NAME<>` holds bytes of any kind".to_owned())
        }
        "*" if expects(Rule::identifier) && code.get(..at)?.trim_end().ends_with('*') => {
            Some("there is one `*` at most; give the inner type a name with `typedef`".to_owned())
        }
        _ if rules.iter().any(|rule| describe(*rule) == Some(DEFINITION)) => {
            suggest::similar(word, DEFINING_WORDS.into_iter()).map(|similar| format!("did you mean `{similar}`?"))
        }
        _ => None,
    }
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
        found.retain(|phrase| !matches!(*phrase, "`*`" | "`[`" | "`<`"));
    }
    if found.contains(&VALUE) {
        found.retain(|phrase| *phrase != "`(`");
    }
    if found.contains(&"`}`") {
        found.retain(|phrase| *phrase != SEMICOLON);
    }
    if found.contains(&SEMICOLON) {
        found.retain(|phrase| !matches!(*phrase, "`[`" | "`<`"));
    }
    match found.as_slice() {
        [] => "something else".to_owned(),
        [only] => (*only).to_owned(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

const SEMICOLON: &str = "`;`";
const DEFINING_WORDS: [&str; 6] = ["const", "enum", "program", "struct", "typedef", "union"];
const NAME: &str = "a name";
const OPERATOR: &str = "an operator";
const TYPE: &str = "a type";
const VALUE: &str = "a value";
const DEFINITION: &str = "a definition such as `const`, `typedef`, `enum`, `struct`, `union` or `program`";

fn describe(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::definition | Rule::constant_def | Rule::typedef_def | Rule::enum_def | Rule::struct_def => DEFINITION,
        Rule::union_def
        | Rule::pointer_def
        | Rule::program_def
        | Rule::CONST
        | Rule::TYPEDEF
        | Rule::PROGRAM
        | Rule::CLASS => DEFINITION,
        Rule::declaration | Rule::type_specifier | Rule::basic_type | Rule::string_type | Rule::opaque_type => TYPE,
        Rule::enum_type_spec | Rule::struct_type_spec | Rule::union_type_spec | Rule::type_name | Rule::ZCOPAQUE => {
            TYPE
        }
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
        Rule::semicolon => SEMICOLON,
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
