//! The whole pipeline: a file and what it includes become Rust.

mod asked;
mod c_constants;
mod c_types;
mod division;
mod following;
mod missing;
mod run;
mod salvage;
#[cfg(test)]
mod tests;
mod views;

use crate::diagnostic::Diagnostic;
use crate::lint::Levels;
use crate::model::{self, Resolved, types::Model};
use crate::options::{Chosen, Given};
use crate::preprocess::for_c::{self, ForC, Pragma};
use crate::preprocess::{self, Damaged, Loader, OddLine, PreprocessOptions, Preprocessed};
#[cfg(feature = "cli")]
use crate::rust::sample::Sample;
use crate::rust::{EmitError, EmitOptions, ExternTypes};
use crate::source::{SourceMap, Span};
use crate::syntax::{self, ast::Specification};
use crate::text::Text;
use asked::Asked;
use std::collections::BTreeMap;
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
    /// Where the outputs of other files are, by their names without `.x`, perhaps with the folders they are in: next to
    /// the output that refers to them if nothing else is said.
    pub(crate) module_paths: BTreeMap<String, String>,
    pub(crate) lints: Levels,
    pub(crate) stage: Stage,
}

impl Options {
    fn resolve(&self, parsed: &Parsed, loader: &dyn Loader, sources: &SourceMap) -> Result<Resolved, Failure> {
        let extern_types = self.extern_types.keys().map(String::as_str).collect();
        model::resolve(&parsed.specification, &extern_types).map_err(|mut errors| {
            for_c::explain(&mut errors, &parsed.for_c, loader, sources);
            missing::sum_up(&mut errors, sources);
            Failure::Rejected(errors)
        })
    }

    /// Where the output of a file is, if that is said; what names more of its folders counts more.
    fn module_path(&self, file: &Path) -> Option<&String> {
        let file = file.with_extension("");
        let named = self.module_paths.iter().filter(|(name, _)| file.ends_with(name));
        named.max_by_key(|(name, _)| Path::new(name).components().count()).map(|(_, path)| path)
    }

    fn emit<'a>(&'a self, path: &Path, chosen: &'a Chosen) -> EmitOptions<'a> {
        EmitOptions {
            source_name: file_name(path),
            verbatim_names: chosen.verbatim_names,
            views: chosen.views.is_some(),
            extern_types: &self.extern_types,
            choices: &chosen.choices,
        }
    }
}

/// The name of a file without its directory.
fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// After which stage to stop and print what there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    Ast,
    #[cfg(any(feature = "cli", test))]
    Model,
    #[default]
    Rust,
    /// All errors are found; there is nothing to print.
    #[cfg(feature = "cli")]
    Check,
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
    pub(crate) path: PathBuf,
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
    /// Another file of the run is wrong, and what is to be said is said there.
    Elsewhere,
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
    following::read(options, loader, path, sources).map(|(_, resolved)| resolved.model)
}

/// Compiles one file.
#[cfg(any(feature = "cli", test))]
pub(crate) fn compile_source(options: &Options, loader: &dyn Loader, path: &Path) -> Compilation {
    let nothing = || Compilation {
        path: path.to_owned(),
        sources: SourceMap::default(),
        result: Err(Failure::Elsewhere),
        warnings: Vec::new(),
    };
    compile_all(options, loader, &[path]).into_iter().next().unwrap_or_else(nothing)
}

/// Compiles several files, which refer to each other where one includes another; every stage needs the one before it to
/// have found no error. The outcomes are in the order of `paths`; behind them are those of files that the options say
/// are compiled somewhere else, whose output is not to be written.
pub(crate) fn compile_all(options: &Options, loader: &dyn Loader, paths: &[&Path]) -> Vec<Compilation> {
    let units = run::units(options, loader, paths);
    run::finish(options, loader, units)
}

/// A file on its way.
struct Unit {
    path: PathBuf,
    sources: SourceMap,
    state: Result<Analysed, Failure>,
    warnings: Vec<Diagnostic>,
}

/// How far it has come.
enum Analysed {
    /// Only the tree was asked for.
    Tree(String),
    Model(Box<Understood>),
}

/// A file without errors of its own, and what is asked for it.
struct Understood {
    parsed: Parsed,
    resolved: Resolved,
    asked: Asked,
    chosen: Chosen,
}

impl Unit {
    fn understood(&self) -> Option<&Understood> {
        match &self.state {
            Ok(Analysed::Model(it)) => Some(it),
            _ => None,
        }
    }

    fn understood_mut(&mut self) -> Option<&mut Understood> {
        match &mut self.state {
            Ok(Analysed::Model(it)) => Some(it),
            _ => None,
        }
    }

    fn resolved(&self) -> Option<&Resolved> {
        self.understood().map(|it| &it.resolved)
    }
}

/// The syntax of a file and its includes, with lines for C that may explain what it lacks.
struct Parsed {
    text: Text,
    specification: Specification,
    for_c: Vec<ForC>,
    pragmas: Vec<Pragma>,
    odd_lines: Vec<OddLine>,
    /// The text of the file itself.
    root: Span,
}

fn parse(options: &Options, loader: &dyn Loader, path: &Path, sources: &mut SourceMap) -> Result<Parsed, Failure> {
    let root = sources.add(path, &loader.load(path).map_err(Failure::Read)?, None);
    let (preprocessed, errors) = match preprocess::preprocess(&options.preprocess, loader, sources, root) {
        Ok(preprocessed) => (preprocessed, Vec::new()),
        Err(Damaged { errors, rest: Some(rest) }) => (*rest, errors),
        Err(Damaged { errors, rest: None }) => return Err(Failure::Rejected(errors)),
    };
    let Preprocessed { text, for_c, pragmas, odd_lines } = preprocessed;
    let mut specification = match syntax::parse(&text) {
        Ok(specification) if errors.is_empty() => specification,
        parsed => return Err(Failure::Rejected(salvage::all_errors(options, loader, sources, errors, parsed, &for_c))),
    };
    c_constants::add(&mut specification, &for_c);
    c_types::add(&mut specification, sources, options.extern_types.keys());
    Ok(Parsed { text, specification, for_c, pragmas, odd_lines, root })
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
        let file = File::open(path)?;
        let length = file.metadata().map_or(0, |found| found.len().min(MAX_FILE));
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        let read = file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
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
