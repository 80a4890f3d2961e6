//! `#include`.

use super::State;
use super::lines::{self, File};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use std::io;
use std::path::{Component, Path, PathBuf};

/// How deep files may include each other.
const MAX_DEPTH: usize = 64;

/// Reads the file an `#include` names, unless it was read before; `<system>` includes are for C.
pub(super) fn include(state: &mut State<'_>, file: &File<'_>, span: Span, operand: &str) -> Result<(), Diagnostic> {
    if operand.starts_with('<') {
        return Ok(());
    }
    let name = operand.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(name, _)| name);
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Err(Diagnostic::error(Code::BadDirective, span, "`#include` needs a file name in quotes"));
    };
    let (path, bytes) = find(state, file, span, name)?;
    let identity = normalise(&path);
    if state.open_files.contains(&identity) {
        return Err(Diagnostic::error(Code::IncludeCycle, span, format!("`{name}` includes itself"))
            .label("this file is being read already")
            .help("move what both files need to a third one"));
    }
    if state.open_files.len() >= MAX_DEPTH {
        return Err(Diagnostic::error(
            Code::IncludeCycle,
            span,
            format!("more than {MAX_DEPTH} files include each other"),
        ));
    }
    if !state.seen_files.insert(identity.clone()) {
        return Ok(());
    }
    let text = state.sources.add(&path, &bytes, Some(span));
    state.open_files.push(identity);
    lines::read_file(state, text, &path);
    state.open_files.pop();
    Ok(())
}

/// Looks beside the including file, then in the directories the user gave.
fn find(state: &State<'_>, file: &File<'_>, span: Span, name: &str) -> Result<(PathBuf, Vec<u8>), Diagnostic> {
    let own = file.path.parent().unwrap_or(Path::new(""));
    let mut tried = Vec::new();
    for directory in std::iter::once(own).chain(state.options.include_dirs.iter().map(PathBuf::as_path)) {
        let path = directory.join(name);
        match state.loader.load(&path) {
            Ok(bytes) => return Ok((path, bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => tried.push(path),
            Err(error) => {
                let message = format!("`{}` cannot be read: {error}", path.display());
                return Err(Diagnostic::error(Code::IncludeNotFound, span, message));
            }
        }
    }
    let error = Diagnostic::error(Code::IncludeNotFound, span, format!("`{name}` is not found"));
    let error = tried.iter().fold(error, |error, path| error.note(format!("looked for `{}`", path.display())));
    Err(error.help("name its directory with `-I DIR`, or `Compiler::include_dir` in a build script"))
}

/// The same file has the same name, as far as names tell: `a/../b.x` is `b.x`.
pub(super) fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
