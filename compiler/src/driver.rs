//! The whole pipeline: a file and what it includes become Rust.

#[cfg(test)]
mod tests;

use crate::diagnostic::{Diagnostic, Severity};
#[cfg(feature = "cli")]
use crate::json;
use crate::lint::{self, Levels, Subject};
use crate::model::{self, Resolved, types::Model};
use crate::options::{self, Chosen, Given};
use crate::preprocess::for_c::{self, ForC, Pragma};
use crate::preprocess::{self, Loader, PreprocessOptions, Preprocessed};
#[cfg(feature = "cli")]
use crate::rust::sample::{self, Sample};
use crate::rust::{self, EmitError, EmitOptions, ExternTypes, Spelling};
use crate::source::{SourceMap, Span};
use crate::syntax::{self, ast::Specification};
use crate::text::Text;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What the user chose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) preprocess: PreprocessOptions,
    /// Where `oncrpc.toml` is, if not beside the file.
    pub(crate) config: Option<PathBuf>,
    /// Options of builder methods and flags.
    pub(crate) given: Vec<Given>,
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

    /// What all that is said of options comes to for a file.
    fn choose(
        &self,
        path: &Path,
        parsed: &Parsed,
        resolved: &Resolved,
        loader: &dyn Loader,
        sources: &mut SourceMap,
    ) -> Result<Chosen, Failure> {
        let (mut requests, mut errors) = (Vec::new(), Vec::new());
        options::read_pragmas(&parsed.pragmas, &mut requests, &mut errors);
        if let Some((path_of_config, bytes)) = self.load_config(path, loader)? {
            let span = sources.add(&path_of_config, &bytes, None);
            options::read_config(sources.text(span), span, &file_name(path), &mut requests, &mut errors);
        }
        options::read_given(&self.given, sources, &mut requests, &mut errors);
        let chosen = options::choose(&requests, resolved, sources, parsed.root);
        match (chosen, errors.is_empty()) {
            (Ok(chosen), true) => Ok(chosen),
            (chosen, _) => Err(Failure::Rejected([errors, chosen.err().unwrap_or_default()].concat())),
        }
    }

    /// The file that was named, or the one beside the interface if there is any.
    fn load_config(&self, path: &Path, loader: &dyn Loader) -> Result<Option<(PathBuf, Vec<u8>)>, Failure> {
        let beside = path.with_file_name("oncrpc.toml");
        let config = self.config.as_ref().unwrap_or(&beside);
        match loader.load(config) {
            Ok(bytes) => Ok(Some((config.clone(), bytes))),
            Err(error) if self.config.is_none() && error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::ReadConfig(config.clone(), error)),
        }
    }

    fn emit(&self, path: &Path, chosen: Chosen) -> EmitOptions {
        EmitOptions {
            source_name: file_name(path),
            verbatim_names: chosen.verbatim_names,
            views: chosen.views,
            extern_types: self.extern_types.clone(),
            choices: chosen.choices,
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
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
    /// The file of options cannot be read.
    ReadConfig(PathBuf, io::Error),
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
    let chosen = options.choose(path, &parsed, &resolved, loader, sources)?;
    *warnings = lint(options, &parsed, &resolved, &chosen)?;
    let mut model = resolved.model;
    if options.stage == Stage::Model {
        return Ok(format!("{model:#?}\n"));
    }
    #[cfg(feature = "cli")]
    if options.stage == Stage::Json {
        return Ok(json::model(&model, &file_name(path)));
    }
    chosen.apply(&mut model);
    let emit = options.emit(path, chosen);
    match options.stage {
        #[cfg(feature = "cli")]
        Stage::Sample(which) => sample::sample(&model, &emit, which).map(Option::unwrap_or_default),
        _ => rust::emit(&model, &emit),
    }
    .map_err(Failure::Internal)
}

/// The warnings, unless one of them is an error.
fn lint(options: &Options, parsed: &Parsed, resolved: &Resolved, chosen: &Chosen) -> Result<Vec<Diagnostic>, Failure> {
    let (spelling, choices) = (Spelling::of(chosen.verbatim_names), &chosen.choices);
    let subject = Subject { text: &parsed.text, specification: &parsed.specification, resolved, spelling, choices };
    let found = lint::check(&subject, &options.lints);
    let denied = found.iter().any(|finding| finding.severity == Severity::Error);
    if denied { Err(Failure::Rejected(found)) } else { Ok(found) }
}

/// The syntax of a file and its includes, with lines for C that may explain what it lacks.
struct Parsed {
    text: Text,
    specification: Specification,
    for_c: Vec<ForC>,
    pragmas: Vec<Pragma>,
    /// The text of the file itself.
    root: Span,
}

fn parse(options: &Options, loader: &dyn Loader, path: &Path, sources: &mut SourceMap) -> Result<Parsed, Failure> {
    let bytes = loader.load(path).map_err(Failure::Read)?;
    let root = sources.add(path, &bytes, None);
    let Preprocessed { text, for_c, pragmas } =
        preprocess::preprocess(&options.preprocess, loader, sources, root).map_err(Failure::Rejected)?;
    let specification = syntax::parse(&text).map_err(Failure::Rejected)?;
    Ok(Parsed { text, specification, for_c, pragmas, root })
}

impl Compilation {
    /// The files that were read, the one the user named first.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.sources.files().iter().filter(|file| !file.made_up).map(|file| &file.path)
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
