//! `#include`.

use super::State;
use super::lines::{self, File};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use std::io;
use std::path::{Component, Path, PathBuf};

/// How deep files may include each other.
const MAX_DEPTH: usize = 64;

/// Reads the file an `#include` names, unless it was read before; `<headers.h>` are for C.
pub(super) fn include(state: &mut State<'_>, file: &File<'_>, span: Span, operand: &str) -> Result<(), Diagnostic> {
    let between = |start: char, end: char| operand.strip_prefix(start)?.split_once(end).map(|(name, _)| name);
    if operand.starts_with('<') && !between('<', '>').is_some_and(|name| name.ends_with(".x")) {
        return Ok(());
    }
    let name = between('"', '"').or_else(|| between('<', '>'));
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Err(Diagnostic::error(Code::BadDirective, span, "`#include` needs a file name in quotes"));
    };
    let (path, bytes) = find(state, file, span, name)?;
    read(state, span, name, &path, &bytes)
}

/// Reads a file in place of a line, unless it was read before.
pub(super) fn read(state: &mut State<'_>, span: Span, name: &str, path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let identity = identity(state, path);
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
    let text = state.sources.add(path, bytes, Some(span));
    state.open_files.push(identity);
    lines::read_file(state, text, path);
    state.open_files.pop();
    Ok(())
}

/// The directory of the file the user named and those the user gave. A file that is a symbolic link brings the directory
/// it leads to, since build tools put links to all files of a project in one place.
pub(super) fn roots(state: &State<'_>, main: &Path) -> Vec<PathBuf> {
    let linked = state.loader.real_path(main).ok().and_then(|real| real.parent().map(Path::to_owned));
    let given = std::iter::once(directory_of(main)).chain(state.options.include_dirs.iter().map(PathBuf::as_path));
    given.filter_map(|directory| state.loader.real_path(directory).ok()).chain(linked).collect()
}

/// What tells a file from others, whatever it is called.
pub(super) fn identity(state: &State<'_>, path: &Path) -> PathBuf {
    state.loader.real_path(path).unwrap_or_else(|_| normalise(path))
}

pub(super) fn directory_of(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Looks beside the including file, then in the directories the user gave.
pub(super) fn find(
    state: &State<'_>,
    file: &File<'_>,
    span: Span,
    name: &str,
) -> Result<(PathBuf, Vec<u8>), Diagnostic> {
    let own = file.path.parent().unwrap_or(Path::new(""));
    let mut tried = Vec::new();
    for directory in std::iter::once(own).chain(state.options.include_dirs.iter().map(PathBuf::as_path)) {
        let path = directory.join(name);
        let found = state.loader.real_path(&path).and_then(|real| {
            if is_below(&real, &state.roots) { state.loader.load(&path).map(Ok) } else { Ok(Err(real)) }
        });
        match found {
            Ok(Ok(bytes)) => return Ok((path, bytes)),
            Ok(Err(real)) => return Err(outside(state, span, name, &path, &real)),
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

fn is_below(path: &Path, roots: &[PathBuf]) -> bool {
    roots.iter().any(|root| path.starts_with(root))
}

/// A file of others must not become part of an interface without the user's word: interfaces come from strangers, too.
fn outside(state: &State<'_>, span: Span, name: &str, path: &Path, real: &Path) -> Diagnostic {
    let plain = normalise(path);
    let named = directory_of(&plain);
    // A symbolic link: the name says nothing about where it leads.
    let linked = state.loader.real_path(named).is_ok_and(|named| is_below(&named, &state.roots));
    let directory = if linked { directory_of(real) } else { named };
    let message = format!("`{name}` lies outside the directories of this interface");
    let label = if linked { "this is a symbolic link" } else { "this leads out of them" };
    Diagnostic::error(Code::IncludeOutside, span, message)
        .label(label)
        .note("these are the directory of the file being compiled and those given with `-I`")
        .help(format!("allow it with `-I {}`, or `Compiler::include_dir` in a build script", directory.display()))
}

/// The same file has the same name, as far as names tell: `a/../b.x` is `b.x`.
fn normalise(path: &Path) -> PathBuf {
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
