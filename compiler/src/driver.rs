//! The whole pipeline: a file and what it includes become Rust.

#[cfg(test)]
mod tests;

use crate::diagnostic::{Diagnostic, Severity};
#[cfg(feature = "cli")]
use crate::json;
use crate::lint::{self, Levels, Subject};
use crate::model::{self, Resolved, types::Model};
use crate::preprocess::for_c::{self, ForC};
use crate::preprocess::{self, Loader, PreprocessOptions, Preprocessed};
#[cfg(feature = "cli")]
use crate::rust::sample::{self, Sample};
use crate::rust::{self, EmitError, EmitOptions, ExternTypes, Spelling};
use crate::source::SourceMap;
use crate::syntax::{self, ast::Specification};
use crate::text::Text;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What the user chose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) preprocess: PreprocessOptions,
    /// Names as in the `.x` file instead of idiomatic ones.
    pub(crate) verbatim_names: bool,
    /// A view for every type, and handlers that take views.
    pub(crate) views: bool,
    /// What stands for types that no `.x` file defines.
    pub(crate) extern_types: ExternTypes,
    pub(crate) lints: Levels,
    pub(crate) stage: Stage,
}

impl Options {
    fn resolve(&self, parsed: &Parsed, loader: &dyn Loader, sources: &SourceMap) -> Result<Resolved, Failure> {
        let extern_types = self.extern_types.keys().map(String::as_str).collect();
        model::resolve(&parsed.specification, &extern_types).map_err(|mut errors| {
            for_c::explain(&mut errors, &parsed.for_c, loader, sources);
            Failure::Rejected(errors)
        })
    }

    fn emit(&self, path: &Path) -> EmitOptions {
        EmitOptions {
            source_name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            verbatim_names: self.verbatim_names,
            views: self.views,
            extern_types: self.extern_types.clone(),
        }
    }
}

/// After which stage to stop and print what there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    Ast,
    Model,
    #[default]
    Rust,
    /// The model for other programs.
    #[cfg(feature = "cli")]
    Json,
    /// Not the Rust of the file but a program around it; nothing where the file defines none to serve or call.
    #[cfg(feature = "cli")]
    Sample(Sample),
}

/// The outcome for one file, with the files that were read, by which errors are shown.
#[derive(Debug)]
pub(crate) struct Compilation {
    pub(crate) sources: SourceMap,
    pub(crate) result: Result<String, Failure>,
    /// What there is to say although there is output.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Why there is no output.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The file itself cannot be read.
    Read(io::Error),
    /// The file is wrong.
    Rejected(Vec<Diagnostic>),
    /// The compiler is wrong.
    Internal(EmitError),
}

/// The model of one file.
pub(crate) fn model_of(
    options: &Options,
    loader: &dyn Loader,
    path: &Path,
    sources: &mut SourceMap,
) -> Result<Model, Failure> {
    let parsed = parse(options, loader, path, sources)?;
    options.resolve(&parsed, loader, sources).map(|resolved| resolved.model)
}

/// Compiles one file; every stage needs the one before it to have found no error.
pub(crate) fn compile_source(options: &Options, loader: &dyn Loader, path: &Path) -> Compilation {
    let mut sources = SourceMap::default();
    let mut warnings = Vec::new();
    let result = run(options, loader, path, &mut sources, &mut warnings);
    Compilation { sources, result, warnings }
}

fn run(
    options: &Options,
    loader: &dyn Loader,
    path: &Path,
    sources: &mut SourceMap,
    warnings: &mut Vec<Diagnostic>,
) -> Result<String, Failure> {
    let parsed = parse(options, loader, path, sources)?;
    if options.stage == Stage::Ast {
        return Ok(format!("{:#?}\n", parsed.specification));
    }
    let resolved = options.resolve(&parsed, loader, sources)?;
    *warnings = lint(options, &parsed, &resolved)?;
    let model = resolved.model;
    if options.stage == Stage::Model {
        return Ok(format!("{model:#?}\n"));
    }
    let emit = options.emit(path);
    match options.stage {
        #[cfg(feature = "cli")]
        Stage::Json => Ok(json::model(&model, &emit.source_name)),
        #[cfg(feature = "cli")]
        Stage::Sample(which) => sample::sample(&model, &emit, which).map(Option::unwrap_or_default),
        _ => rust::emit(&model, &emit),
    }
    .map_err(Failure::Internal)
}

/// The warnings, unless one of them is an error.
fn lint(options: &Options, parsed: &Parsed, resolved: &Resolved) -> Result<Vec<Diagnostic>, Failure> {
    let spelling = Spelling::of(options.verbatim_names);
    let subject = Subject { text: &parsed.text, specification: &parsed.specification, resolved, spelling };
    let found = lint::check(&subject, &options.lints);
    let denied = found.iter().any(|finding| finding.severity == Severity::Error);
    if denied { Err(Failure::Rejected(found)) } else { Ok(found) }
}

/// The syntax of a file and its includes, with lines for C that may explain what it lacks.
struct Parsed {
    text: Text,
    specification: Specification,
    for_c: Vec<ForC>,
}

fn parse(options: &Options, loader: &dyn Loader, path: &Path, sources: &mut SourceMap) -> Result<Parsed, Failure> {
    let bytes = loader.load(path).map_err(Failure::Read)?;
    let root = sources.add(path, &bytes, None);
    let Preprocessed { text, for_c } =
        preprocess::preprocess(&options.preprocess, loader, sources, root).map_err(Failure::Rejected)?;
    let specification = syntax::parse(&text).map_err(Failure::Rejected)?;
    Ok(Parsed { text, specification, for_c })
}

impl Compilation {
    /// The files that were read, the one the user named first.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.sources.files().iter().map(|file| &file.path)
    }
}

/// Reads files from the disk.
#[derive(Debug)]
pub(crate) struct Disk;

/// No interface file is larger, in bytes; a device that never ends is not read to its end.
const MAX_FILE: u64 = 64 << 20;

impl Loader for Disk {
    fn load(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        if u64::try_from(read).is_ok_and(|read| read <= MAX_FILE) {
            Ok(bytes)
        } else {
            Err(io::ErrorKind::FileTooLarge.into())
        }
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }
}
