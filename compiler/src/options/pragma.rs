//! Options in the interface itself: `%#pragma oncrpc OPTION VALUE TYPE...` and `%#pragma oncrpc OPTION PROCEDURE...`, lines
//! that C ignores.

use super::setting::{self, ProcedureOption, Setting, Value};
use super::{Reach, Request, Target, refuse};
use crate::diagnostic::{Code, Diagnostic};
use crate::preprocess::for_c::{Pragma, Word};
use crate::source::Span;

/// What the lines ask for. One that names no type is for those of its own file.
pub(crate) fn requests(pragmas: &[Pragma], requests: &mut Vec<Request>, errors: &mut Vec<Diagnostic>) {
    for pragma in pragmas {
        match read(pragma) {
            Ok(found) => requests.extend(found),
            Err(error) => errors.push(error),
        }
    }
}

fn read(pragma: &Pragma) -> Result<Vec<Request>, Diagnostic> {
    let [first, names @ ..] = pragma.words.as_slice() else {
        return Err(malformed(pragma.span, "this says nothing that we know"));
    };
    if let Some(option) = ProcedureOption::of_name(&first.text) {
        return procedures(option, first, names);
    }
    match pragma.words.as_slice() {
        [option, of, name, rest @ ..] if option.text == "rename" => match rest {
            [] => Ok(vec![rename(of, name)]),
            [more, ..] => Err(malformed(more.span, "nothing may follow the new name")),
        },
        [option, value, types @ ..] if option.text != "rename" => {
            let (span, written) = (joined(option, value), Value::Word(value.text.clone()));
            let setting = setting::read(&option.text, &written)
                .map_err(|fault| refuse::setting(&fault, &option.text, &written, (option.span, value.span)))?;
            let target = |word: &Word| Target::Type(word.text.clone(), word.span);
            let targets = if types.is_empty() { vec![Target::OwnFile] } else { types.iter().map(target).collect() };
            let request = |target| Request { span, reach: Reach::File, target, setting: setting.clone() };
            Ok(targets.into_iter().map(request).collect())
        }
        _ => Err(malformed(pragma.span, "this says nothing that we know")),
    }
}

/// `OPTION PROCEDURE...`
fn procedures(option: ProcedureOption, written: &Word, names: &[Word]) -> Result<Vec<Request>, Diagnostic> {
    if names.is_empty() {
        return Err(Diagnostic::error(Code::BadOption, written.span, "an option of no procedure")
            .help("name the procedures behind it: `NAME`, or `VERSION.NAME` for that of one version"));
    }
    let request = |name: &Word| Request {
        span: name.span,
        reach: Reach::File,
        target: Target::Procedures(name.text.clone(), name.span),
        setting: Setting::Procedure(option, true),
    };
    Ok(names.iter().map(request).collect())
}

/// `rename TYPE NAME` or `rename TYPE.MEMBER NAME`.
fn rename(of: &Word, name: &Word) -> Request {
    let new = name.text.clone();
    let (ty, setting) = match of.text.split_once('.') {
        Some((ty, member)) => (ty, Setting::Member(member.to_owned(), new)),
        None => (of.text.as_str(), Setting::Rename(new)),
    };
    let named = Span::new(of.span.start, of.span.start + ty.len());
    let target = Target::Type(ty.to_owned(), named);
    Request { span: joined(of, name), reach: Reach::File, target, setting }
}

fn joined(first: &Word, last: &Word) -> Span {
    Span::new(first.span.start, last.span.end)
}

fn malformed(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(Code::BadOption, span, message)
        .help("write `%#pragma oncrpc OPTION VALUE`, with types behind it if it is not for the whole file")
        .help("or `%#pragma oncrpc rename TYPE NAME`, `%#pragma oncrpc rename TYPE.MEMBER NAME`")
        .help("or `%#pragma oncrpc OPTION PROCEDURE...` for an option of procedures")
}
