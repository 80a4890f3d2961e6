//! The compiler as a build script uses it.

use crate::driver::{self, Compilation, Disk, Options};
use crate::error::CompileError;
use crate::lint::{Level, Lint};
use crate::model::types::Model;
use crate::options::{Given, ProcedureOptions, Setting, TypeOptions};
use crate::output;
use crate::render::{self, Style};
use crate::rust;
use crate::rust::choices::{Enumerations, OpaqueType, StringType, UnknownDiscriminants};
use crate::source::SourceMap;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Compiles a `.x` file with default options to `$OUT_DIR/<stem>.rs`; see [`Compiler::compile`].
pub fn compile(path: impl AsRef<Path>) -> Outcome<PathBuf> {
    Compiler::new().compile(path)
}

/// Compiles `.x` files in a build script.
///
/// ```no_run
/// oncrpc_compiler::Compiler::new()
///     .include_dir("idl/common")
///     .define("WITH_LOCKS", "1")
///     .compile("idl/store.x")
///     .unwrap_or_exit();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Compiler {
    options: Options,
    out_dir: Option<PathBuf>,
}

impl Compiler {
    /// A compiler with default options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a directory in which `#include "x"` looks, after the directory of the including file.
    #[must_use]
    pub fn include_dir(mut self, path: impl AsRef<Path>) -> Self {
        self.options.preprocess.include_dirs.push(path.as_ref().to_owned());
        self
    }

    /// Defines a name, as `#define NAME VALUE` in the first line would, except that it is no constant in the output.
    #[must_use]
    pub fn define(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.preprocess.defines.push((name.into(), value.into()));
        self
    }

    /// Whether `%#include "name.h"`, a line for C, always includes `name.x` where there is one beside the file or in a
    /// directory given with [`Compiler::include_dir`]: interfaces often name each other by the headers made from them.
    /// Default: false, which is only where names are missing otherwise.
    #[must_use]
    pub fn follow_c_includes(mut self, follow: bool) -> Self {
        self.options.preprocess.follow_c_includes = follow;
        self
    }

    /// Whether to keep names as they are in the `.x` file instead of making them idiomatic. Default: false.
    #[must_use]
    pub fn verbatim_names(self, verbatim: bool) -> Self {
        self.given(None, Setting::VerbatimNames(verbatim))
    }

    /// Whether to emit views as well: types that borrow from the record, for handlers and for results, so that decoding
    /// allocates nothing. Handlers then take views of arguments that have any. Default: false.
    #[must_use]
    pub fn views(self, views: bool) -> Self {
        self.given(None, Setting::Views(views))
    }

    /// Whether enumerations keep numbers that they do not name, in a variant `Other`. Default: closed.
    #[must_use]
    pub fn enumerations(self, how: Enumerations) -> Self {
        self.given(None, Setting::Enumerations(how))
    }

    /// Whether unions without a default arm keep discriminants that no arm is for, in a variant `Unknown`. Default:
    /// refuse.
    #[must_use]
    pub fn unknown_discriminants(self, how: UnknownDiscriminants) -> Self {
        self.given(None, Setting::UnknownDiscriminants(how))
    }

    /// Derives further traits for all structures, unions and enumerations, given by their paths: `serde::Serialize`.
    /// Those of the standard library are passed over for types that cannot have them.
    #[must_use]
    pub fn derive<T: Into<String>>(self, traits: impl IntoIterator<Item = T>) -> Self {
        self.given(None, Setting::Derive(traits.into_iter().map(Into::into).collect()))
    }

    /// Whether to derive `PartialOrd`, and `Ord` where nothing is floating, for the types that can have them. Default:
    /// false.
    #[must_use]
    pub fn ord(self, ord: bool) -> Self {
        self.given(None, Setting::Ord(ord))
    }

    /// The Rust type of opaque data of variable or large length. Default: bytes.
    #[must_use]
    pub fn opaque(self, ty: OpaqueType) -> Self {
        self.given(None, Setting::Opaque(ty))
    }

    /// The Rust type of strings. Default: text.
    #[must_use]
    pub fn string(self, ty: StringType) -> Self {
        self.given(None, Setting::String(ty))
    }

    /// Options for one type, by its name in the `.x` file. They go before those for all.
    ///
    /// ```
    /// use oncrpc_compiler::{Compiler, Enumerations, TypeOptions};
    /// let handle = TypeOptions::new().rename("FileHandle").member("data", "bytes");
    /// let compiler = Compiler::new()
    ///     .type_options("nfs_fh3", handle)
    ///     .type_options("nfsstat3", TypeOptions::new().enumerations(Enumerations::Open));
    /// ```
    #[must_use]
    pub fn type_options(mut self, name: impl Into<String>, options: TypeOptions) -> Self {
        let name = name.into();
        let given = options.settings().into_iter().map(|setting| Given::Method(Some(name.clone()), setting));
        self.options.given.extend(given);
        self
    }

    /// Options for procedures: those called `NAME` in the `.x` file, in all versions, or one, given as `VERSION.NAME` or
    /// `PROGRAM.VERSION.NAME`. What names more goes before.
    ///
    /// ```
    /// use oncrpc_compiler::{Compiler, ProcedureOptions};
    /// let compiler = Compiler::new()
    ///     .procedure_options("GETATTR", ProcedureOptions::new().idempotent(true))
    ///     .procedure_options("NFS_V3.REMOVE", ProcedureOptions::new().at_most_once(true));
    /// ```
    #[must_use]
    pub fn procedure_options(mut self, name: impl Into<String>, options: ProcedureOptions) -> Self {
        let name = name.into();
        let given = options.settings().into_iter().map(|setting| Given::Method(Some(name.clone()), setting));
        self.options.given.extend(given);
        self
    }

    /// The file of options. Default: `oncrpc.toml` beside the `.x` file, if there is one.
    #[must_use]
    pub fn config(mut self, path: impl AsRef<Path>) -> Self {
        self.options.config = Some(path.as_ref().to_owned());
        self
    }

    /// Names the Rust type that stands for a type which no `.x` file defines: one of a C header, or of an interface that
    /// has a module of its own. A definition in the file goes before. For example `("netobj", "crate::NetObj")`.
    ///
    /// `path` must lead to the type from anywhere in the crate, so that it begins with `crate::` or the name of another
    /// crate, or is a primitive. The type must be `oncrpc::xdr::Xdr` with itself as the value, `Clone`, `Debug` and
    /// `PartialEq`; with [`Compiler::views`] also `oncrpc::xdr::XdrView` with views that are `Clone` and `Debug`. Since
    /// nothing else is known of it, what holds it is neither `Eq` nor `Default`.
    #[must_use]
    pub fn extern_type(mut self, name: impl Into<String>, path: impl Into<String>) -> Self {
        self.options.extern_types.insert(name.into(), path.into());
        self
    }

    /// Says in which module the output of a file is, for the outputs of files that include it. `name` is that of the
    /// file without `.x`, with folders before it where two files are called so: `v3/types`. Default: a module of that name next to the one that holds the referring output, so that
    /// `common.x` is `super::common`. `path` is `crate::...`, `super::...`, `self` where both outputs are in one module, or
    /// begins with the name of another crate.
    ///
    /// A file that is included and not among those that are compiled then becomes such a file as well, except that
    /// nothing is emitted for it: it has been, elsewhere, with the same options.
    #[must_use]
    pub fn module_path(mut self, name: impl Into<String>, path: impl Into<String>) -> Self {
        self.options.module_paths.insert(name.into(), path.into());
        self
    }

    /// Says nothing about findings of a lint.
    #[must_use]
    pub fn allow(self, lint: Lint) -> Self {
        self.lint(lint, Level::Allow)
    }

    /// Warns about findings of a lint: in a build script as cargo shows warnings. Warnings never fail a build.
    #[must_use]
    pub fn warn(self, lint: Lint) -> Self {
        self.lint(lint, Level::Warn)
    }

    /// Makes findings of a lint errors.
    #[must_use]
    pub fn deny(self, lint: Lint) -> Self {
        self.lint(lint, Level::Deny)
    }

    fn given(mut self, ty: Option<String>, setting: Setting) -> Self {
        self.options.given.push(Given::Method(ty, setting));
        self
    }

    fn lint(mut self, lint: Lint, level: Level) -> Self {
        self.options.lints.set(lint, level);
        self
    }

    /// Where to write the output. Default: the variable `OUT_DIR`, which cargo sets for build scripts.
    #[must_use]
    pub fn out_dir(mut self, path: impl AsRef<Path>) -> Self {
        self.out_dir = Some(path.as_ref().to_owned());
        self
    }

    /// Compiles a file to `<stem>.rs` in the output directory and returns the path of that file. Tells cargo to run the
    /// build script again when the file or one of its includes changes.
    pub fn compile(&self, path: impl AsRef<Path>) -> Outcome<PathBuf> {
        Outcome(self.run(&[path.as_ref()]).map(|mut outputs| outputs.pop().unwrap_or_default()))
    }

    /// Compiles several files; no two may have the same stem. Where one includes another, its output refers to that of
    /// the other, see [`Compiler::module_path`]. Nothing is written if one of them has errors.
    pub fn compile_all<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Outcome<Vec<PathBuf>> {
        let paths: Vec<P> = paths.into_iter().collect();
        let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
        Outcome(refuse_same_stem(&paths).and_then(|()| self.run(&paths)))
    }

    /// The model of a file, for programs that want to know what an interface says. Writes nothing, tells cargo nothing.
    pub fn model(&self, path: impl AsRef<Path>) -> Outcome<Model> {
        let (path, mut sources) = (path.as_ref(), SourceMap::default());
        if let Err(error) = self.check_paths() {
            return Outcome(Err(error));
        }
        let model = driver::model_of(&self.options, &Disk, path, &mut sources);
        Outcome(model.map_err(|failure| CompileError::new(path, failure, &sources, Style::Plain)))
    }

    fn check_paths(&self) -> Result<(), CompileError> {
        if let Some((name, path)) = self.options.extern_types.iter().find(|(_, path)| !rust::is_absolute_type(path)) {
            return Err(CompileError::NoExternType { name: name.clone(), path: path.clone() });
        }
        match self.options.module_paths.iter().find(|(_, path)| !rust::is_module_path(path)) {
            Some((name, path)) => Err(CompileError::NoModulePath { name: name.clone(), path: path.clone() }),
            None => Ok(()),
        }
    }

    fn run(&self, paths: &[&Path]) -> Result<Vec<PathBuf>, CompileError> {
        let out_dir = self.out_dir.clone().or_else(|| std::env::var_os("OUT_DIR").map(PathBuf::from));
        let out_dir = out_dir.ok_or(CompileError::NoOutDir)?;
        self.check_paths()?;
        let target = |path: &&Path| match output::rust_name(path) {
            Some(name) => Ok(out_dir.join(name)),
            None => Err(CompileError::NoFileName { path: (*path).to_owned() }),
        };
        let targets = paths.iter().map(target).collect::<Result<Vec<PathBuf>, CompileError>>()?;
        let compilations = driver::compile_all(&self.options, &Disk, paths);
        tell_cargo(paths, &compilations);
        let texts = texts(compilations)?;
        for (target, text) in targets.iter().zip(&texts) {
            let written = output::write_if_changed(target, text);
            written.map_err(|error| CompileError::Write { path: target.clone(), error })?;
        }
        Ok(targets)
    }
}

/// What the build depends on, and the warnings.
fn tell_cargo(paths: &[&Path], compilations: &[Compilation]) {
    let named = paths.iter().copied();
    let files: BTreeSet<&Path> = named.chain(compilations.iter().flat_map(|it| it.files().map(|it| &**it))).collect();
    for file in files {
        println!("cargo:rerun-if-changed={}", file.display());
    }
    for compilation in compilations {
        for line in render::short(&compilation.warnings, &compilation.sources).lines() {
            println!("cargo:warning={line}");
        }
    }
}

/// The outputs, or the errors of all files.
fn texts(compilations: Vec<Compilation>) -> Result<Vec<String>, CompileError> {
    let mut texts = Vec::new();
    let mut failed: Option<CompileError> = None;
    for Compilation { path, sources, result, .. } in compilations {
        match result {
            Ok(text) => texts.push(text),
            Err(failure) => {
                let error = CompileError::new(&path, failure, &sources, Style::Plain);
                failed = Some(match failed {
                    Some(before) => before.and(error),
                    None => error,
                });
            }
        }
    }
    failed.map_or(Ok(texts), Err)
}

/// Refuses inputs that would overwrite each other's output.
fn refuse_same_stem(paths: &[&Path]) -> Result<(), CompileError> {
    for (index, second) in paths.iter().enumerate() {
        let mut before = paths.iter().take(index);
        if let Some(first) = before.find(|first| first.file_stem() == second.file_stem()) {
            return Err(CompileError::SameStem { first: (*first).to_owned(), second: (*second).to_owned() });
        }
    }
    Ok(())
}

/// What came of a compilation. A build script ends with [`Outcome::unwrap_or_exit`]; other programs take the result.
#[derive(Debug)]
#[must_use = "errors in the .x file are in here"]
pub struct Outcome<T>(Result<T, CompileError>);

impl<T> Outcome<T> {
    /// The output, or the end of the process: the errors go to standard error as rustc prints its own, the exit status is 1.
    pub fn unwrap_or_exit(self) -> T {
        self.0.unwrap_or_else(|error| {
            eprintln!("{error}");
            std::process::exit(1)
        })
    }

    /// The output or the error.
    ///
    /// # Errors
    /// See [`CompileError`].
    pub fn into_result(self) -> Result<T, CompileError> {
        self.0
    }
}
