//! Preprocessing: a file and what it includes become one text, with a map back to the files.
//!
//! This is the part of the C preprocessor that interface files use. Comments stay in the text, since documentation comes
//! from them; lines that begin with `%` are meant for C and are passed over. A `#define` of a number or a string stays as
//! `#define NAME VALUE;`, which the grammar takes for a constant.

mod boundary;
mod condition;
mod conditionals;
mod directives;
pub(crate) mod for_c;
mod include;
mod invocation;
mod lines;
mod macros;

#[cfg(test)]
mod tests;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceMap, Span};
use crate::text::Text;
use boundary::Boundary;
use conditionals::Conditionals;
use for_c::{ForC, Pragma};
use macros::Macros;
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

/// Gives the compiler the contents of files.
pub(crate) trait Loader {
    /// The bytes of a file.
    fn load(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The one absolute path of a file or directory, without `..` and symbolic links.
    fn real_path(&self, path: &Path) -> io::Result<PathBuf>;
}

/// What the user chose.
#[derive(Clone, Debug, Default)]
pub(crate) struct PreprocessOptions {
    /// Where to look for `#include "x"` after the directory of the file itself.
    pub(crate) include_dirs: Vec<PathBuf>,
    /// Names with their values.
    pub(crate) defines: Vec<(String, String)>,
    /// Whether `%#include "name.h"` includes `name.x`, if there is one; else that is tried where names are missing.
    pub(crate) follow_c_includes: bool,
}

/// What the preprocessor leaves.
#[derive(Debug)]
pub(crate) struct Preprocessed {
    pub(crate) text: Text,
    /// Lines for C that may explain what the text lacks.
    pub(crate) for_c: Vec<ForC>,
    /// Lines for us, which C passes over.
    pub(crate) pragmas: Vec<Pragma>,
    /// Lines that C rpcgen trips over.
    pub(crate) odd_lines: Vec<OddLine>,
}

/// A line that is passed over here, and not by C rpcgen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OddLine {
    pub(crate) span: Span,
    pub(crate) kind: Oddity,
}

/// What is odd about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// There is something before its `%`.
    Indented,
    /// It begins with `%` and ends with a backslash.
    Continued,
    /// It is a header or footer of an RFC.
    PageMark,
}

/// A text with errors that the preprocessor finds.
#[derive(Debug)]
pub(crate) struct Damaged {
    /// At least one.
    pub(crate) errors: Vec<Diagnostic>,
    /// What is left, if it lacks nothing but definitions.
    pub(crate) rest: Option<Box<Preprocessed>>,
}

/// Preprocesses the file whose text is at `root` in `sources`; the files it includes are added there.
pub(crate) fn preprocess(
    options: &PreprocessOptions,
    loader: &dyn Loader,
    sources: &mut SourceMap,
    root: Span,
) -> Result<Preprocessed, Damaged> {
    let mut state = State::new(options, loader, sources);
    let path = state.sources.file_at(root.start).map(|file| file.path.clone()).unwrap_or_default();
    state.roots = include::roots(&state, &path);
    state.open_files.push(include::identity(&state, &path));
    lines::read_file(&mut state, root, &path);
    directives::write_waiting_constants(&mut state);
    let State { out: text, for_c, pragmas, odd_lines, diagnostics: errors, .. } = state;
    let rest = Preprocessed { text, for_c, pragmas, odd_lines };
    if errors.is_empty() {
        return Ok(rest);
    }
    let is_readable = errors.iter().all(only_hides_definitions);
    Err(Damaged { errors, rest: is_readable.then(|| Box::new(rest)) })
}

/// Whether what stands around the place of an error reads as if it were not there.
fn only_hides_definitions(error: &Diagnostic) -> bool {
    use Code::{BadCondition, BadDirective, IncludeCycle, IncludeNotFound, IncludeOutside};
    matches!(error.code, BadCondition | BadDirective | IncludeCycle | IncludeNotFound | IncludeOutside)
}

struct State<'a> {
    options: &'a PreprocessOptions,
    loader: &'a dyn Loader,
    sources: &'a mut SourceMap,
    macros: Macros,
    /// The length of all replacements so far.
    expanded: usize,
    conditionals: Conditionals,
    boundary: Boundary,
    /// Constants defined inside another definition, to be written behind it.
    waiting_constants: Vec<directives::DefinedConstant>,
    /// The directories that hold all files that may be included.
    roots: Vec<PathBuf>,
    /// The files being read, innermost last.
    open_files: Vec<PathBuf>,
    /// The files read so far: each is included once.
    seen_files: HashSet<PathBuf>,
    for_c: Vec<ForC>,
    pragmas: Vec<Pragma>,
    odd_lines: Vec<OddLine>,
    out: Text,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> State<'a> {
    fn new(options: &'a PreprocessOptions, loader: &'a dyn Loader, sources: &'a mut SourceMap) -> Self {
        let mut macros = Macros::default();
        // What rpcgen defines while it makes a header: the output is types.
        macros.define("RPC_HDR", "1", None);
        for (name, value) in &options.defines {
            macros.define(name, value, None);
        }
        State {
            options,
            loader,
            sources,
            macros,
            expanded: 0,
            conditionals: Conditionals::default(),
            boundary: Boundary::default(),
            waiting_constants: Vec::new(),
            roots: Vec::new(),
            open_files: Vec::new(),
            seen_files: HashSet::new(),
            for_c: Vec::new(),
            pragmas: Vec::new(),
            odd_lines: Vec::new(),
            out: Text::default(),
            diagnostics: Vec::new(),
        }
    }
}
