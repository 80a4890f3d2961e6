//! Several names that only C headers define: what gives all of them at once.

use crate::diagnostic::{Code, Diagnostic, NoteKind};
use crate::model::ONLY_IN_C;
use crate::source::SourceMap;

/// Tells it behind the last of them.
pub(super) fn sum_up(errors: &mut [Diagnostic], sources: &SourceMap) {
    let flags: Vec<String> = errors.iter().filter_map(|error| flag(error, sources)).collect();
    let last = errors.iter_mut().rfind(|error| flag(error, sources).is_some());
    if let Some(last) = last.filter(|_| flags.len() > 1) {
        *last = last.clone().help(format!("for all that is missing: `{}`", flags.join(" ")));
    }
}

fn flag(error: &Diagnostic, sources: &SourceMap) -> Option<String> {
    error.notes.iter().find(|note| note.kind == NoteKind::Help && note.message.starts_with(ONLY_IN_C))?;
    let name = sources.text(error.span);
    match error.code {
        Code::UndefinedType => Some(format!("--extern-type {name}=PATH")),
        Code::UndefinedConstant => Some(format!("-D {name}=VALUE")),
        _ => None,
    }
}
