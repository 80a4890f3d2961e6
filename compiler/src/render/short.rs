//! Diagnostics on one line each, as editors and `grep -n` know them: `a.x:3:15: error[E0103]: ...`.

use super::word;
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;

/// Renders diagnostics, one a line.
pub(crate) fn short(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    diagnostics.iter().map(|diagnostic| line(diagnostic, sources)).collect()
}

fn line(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let message = diagnostic.message.replace(char::is_control, " ");
    let what = format!("{}[{}]: {message}\n", word(diagnostic.severity), diagnostic.code);
    match sources.place(diagnostic.span.start) {
        Some(place) => format!("{}:{}:{}: {what}", place.file.path.display(), place.line, place.column),
        None => what,
    }
}
