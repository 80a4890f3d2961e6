//! Lines that begin with `#`.

use super::lines::{File, bad_macro_use, keep, open_comment};
use super::{State, condition, include};
use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{self, Kind, Token};
use crate::literal;
use crate::source::Span;
use crate::text::Text;

/// A `#define` whose value is a number or a string.
#[derive(Debug)]
pub(super) struct DefinedConstant {
    name: String,
    name_span: Span,
    value: String,
    value_span: Span,
}

/// Reads the directive whose `#` is at `start` and returns where the next line starts.
pub(super) fn read_directive(state: &mut State<'_>, file: &File<'_>, start: usize) -> usize {
    let line = Line::read(state, file, start);
    let kept_before = state.conditionals.kept();
    let written = obey(state, file, &line);
    if written && kept_before {
        // Comments document the constant that the line has become.
        for (start, end) in &line.comments {
            state.out.copy(" ", file.base + start);
            keep(state, file, *start, *end);
        }
    }
    keep(state, file, line.newline, line.end);
    line.end
}

/// Writes the constants that waited for the end of a definition.
pub(super) fn write_waiting_constants(state: &mut State<'_>) {
    for constant in std::mem::take(&mut state.waiting_constants) {
        write_constant(state, &constant);
    }
}

/// A directive without comments and joined lines.
struct Line {
    /// What follows the `#`.
    body: Text,
    span: Span,
    comments: Vec<(usize, usize)>,
    /// Where its newline is, or the end of the file.
    newline: usize,
    end: usize,
}

impl Line {
    fn read(state: &mut State<'_>, file: &File<'_>, start: usize) -> Line {
        let mut body = Text::default();
        let mut comments = Vec::new();
        let mut code_end = start + 1;
        let mut newline = file.text.len();
        let mut end = file.text.len();
        let mut joined = false;
        for token in lex::tokens(file.text, start + 1) {
            match token.kind {
                Kind::Newline if joined => joined = false,
                Kind::Newline => {
                    (newline, end) = (token.start, token.end);
                    break;
                }
                Kind::Other if token.text(file.text) == "\\" && ends_line(file.text, token.end) => joined = true,
                Kind::OpenComment => state.diagnostics.push(open_comment(file, token)),
                _ if token.is_comment() => {
                    comments.push((token.start, token.end));
                    body.copy(" ", file.base + token.start);
                }
                _ => {
                    body.copy(token.text(file.text), file.base + token.start);
                    if !token.is_trivia() && !joined && comments.is_empty() {
                        code_end = token.end;
                    }
                }
            }
        }
        Line { body, span: file.span(start, code_end), comments, newline, end }
    }

    /// The first token at or behind `at` that is not blank.
    fn token(&self, at: usize) -> Option<Token> {
        lex::tokens(self.body.as_str(), at).find(|token| !token.is_trivia())
    }

    /// The text behind a token, without blanks around it.
    fn rest(&self, token: Token) -> &str {
        self.body.as_str().get(token.end..).unwrap_or_default().trim_matches(lex::is_blank)
    }
}

pub(super) fn ends_line(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"))
}

/// Carries a directive out; true if it wrote a constant.
fn obey(state: &mut State<'_>, file: &File<'_>, line: &Line) -> bool {
    let Some(word) = line.token(0) else { return false };
    let result = match (word.text(line.body.as_str()), state.conditionals.kept()) {
        ("ifdef", kept) => begin_defined(state, line, word, true, kept),
        ("ifndef", kept) => begin_defined(state, line, word, false, kept),
        ("if", kept) => begin_if(state, line, word, kept),
        ("elif", _) => {
            let condition = if state.conditionals.needs_condition() { holds(state, line, word) } else { Ok(false) };
            condition.and_then(|condition| state.conditionals.branch(line.span, condition, false, file.floor))
        }
        ("else", _) => state.conditionals.branch(line.span, true, true, file.floor),
        ("endif", _) => state.conditionals.end(line.span, file.floor),
        (_, false) => Ok(()),
        ("define", true) => return define(state, line, word),
        ("undef", true) => undefine(state, line, word),
        ("include", true) => include::include(state, file, line.span, line.rest(word)),
        ("error", true) => {
            let message = format!("#error {}", line.rest(word));
            Err(Diagnostic::error(Code::ErrorDirective, line.span, message))
        }
        ("pragma" | "ident" | "line" | "warning", true) => Ok(()),
        _ if word.kind == Kind::Number => Ok(()),
        (other, true) => Err(unknown(line.span, other)),
    };
    state.diagnostics.extend(result.err());
    false
}

fn unknown(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error(Code::BadDirective, span, format!("`#{word}` is not a directive we know"))
        .help("lines meant for C begin with `%`")
}

fn begin_defined(state: &mut State<'_>, line: &Line, word: Token, wanted: bool, kept: bool) -> Result<(), Diagnostic> {
    let condition =
        if kept { name_after(line, word).map(|name| state.macros.is_defined(name) == wanted) } else { Ok(false) };
    state.conditionals.begin(line.span, *condition.as_ref().unwrap_or(&false));
    condition.map(|_| ())
}

fn begin_if(state: &mut State<'_>, line: &Line, word: Token, kept: bool) -> Result<(), Diagnostic> {
    let condition = if kept { holds(state, line, word) } else { Ok(false) };
    state.conditionals.begin(line.span, *condition.as_ref().unwrap_or(&false));
    condition.map(|_| ())
}

/// Whether the condition behind `word` holds.
fn holds(state: &State<'_>, line: &Line, word: Token) -> Result<bool, Diagnostic> {
    let text = without_defined(state, line.rest(word));
    let expanded = state
        .macros
        .expand_text(&text)
        .map_err(|error| bad_macro_use(line.span, word.text(line.body.as_str()), &error))?;
    condition::evaluate(&expanded).map(|value| value != 0).map_err(|reason| {
        Diagnostic::error(Code::BadCondition, line.span, format!("this condition cannot be evaluated: {reason}"))
    })
}

/// Puts 1 or 0 for `defined NAME` and `defined(NAME)`.
fn without_defined(state: &State<'_>, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut tokens = lex::tokens(text, 0).filter(|token| !token.is_trivia()).peekable();
    while let Some(token) = tokens.next() {
        let word = token.text(text);
        out.push(' ');
        if word != "defined" {
            // Operators of two characters must not be torn apart.
            if token.kind == Kind::Other {
                out.pop();
            }
            out.push_str(word);
            continue;
        }
        let bracket = tokens.next_if(|token| token.text(text) == "(").is_some();
        let name = tokens.next_if(|token| token.kind == Kind::Word).map(|token| token.text(text));
        if bracket {
            tokens.next_if(|token| token.text(text) == ")");
        }
        out.push_str(if name.is_some_and(|name| state.macros.is_defined(name)) { "1" } else { "0" });
    }
    out
}

fn name_after(line: &Line, word: Token) -> Result<&str, Diagnostic> {
    let name = line.token(word.end).filter(|token| token.kind == Kind::Word);
    name.map(|name| name.text(line.body.as_str())).ok_or_else(|| {
        let word = word.text(line.body.as_str());
        Diagnostic::error(Code::BadDirective, line.span, format!("`#{word}` needs a name"))
    })
}

fn undefine(state: &mut State<'_>, line: &Line, word: Token) -> Result<(), Diagnostic> {
    name_after(line, word).map(|name| state.macros.undefine(name))
}

/// `#define NAME VALUE`; true if a constant was written for it.
fn define(state: &mut State<'_>, line: &Line, word: Token) -> bool {
    let body = line.body.as_str();
    let Some(name) = line.token(word.end).filter(|token| token.kind == Kind::Word) else {
        state.diagnostics.extend(name_after(line, word).err());
        return false;
    };
    let name_span = line.body.source(name.start, name.end);
    let value = line.rest(name);
    if body.get(name.end..).is_some_and(|rest| rest.starts_with('(')) {
        state.macros.define_with_parameters(name.text(body), value, Some(name_span));
        return false;
    }
    state.macros.define(name.text(body), value, Some(name_span));
    if value.is_empty() {
        return false;
    }
    let Ok(value) = state.macros.expand_text(value) else {
        return false;
    };
    if !condition::is_constant(&value) && !is_string(&value) {
        return false;
    }
    let value_span = line.body.source(name.end + 1, body.trim_end().len());
    let constant = DefinedConstant { name: name.text(body).to_owned(), name_span, value, value_span };
    if !state.boundary.between_definitions() {
        state.waiting_constants.push(constant);
        return false;
    }
    write_constant(state, &constant);
    true
}

fn is_string(value: &str) -> bool {
    let single = lex::token(value, 0).is_some_and(|token| token.kind == Kind::Text && token.end == value.len());
    single && literal::text(value).is_some()
}

/// The form the grammar knows as `define_def`.
fn write_constant(state: &mut State<'_>, constant: &DefinedConstant) {
    let DefinedConstant { name, value, .. } = constant;
    for (text, span) in [
        ("#define ", constant.name_span),
        (name, constant.name_span),
        (" ", constant.name_span),
        (value, constant.value_span),
        (";", constant.value_span),
    ] {
        state.out.replace(text, text, span);
    }
}
