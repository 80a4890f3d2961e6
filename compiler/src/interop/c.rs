//! The C side: what rpcgen writes for an interface, with a program around it.

use super::show::Function;
use super::subject::{Reason, Subject, Subtype};
use super::tools::{self, Tools};
use super::workplace::{self, Workplace};
use super::{CannotRun, Options, headers, show};
use crate::model::types::{Definition, Model};
use crate::rust::EmitError;
use askama::Template;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Template)]
#[template(path = "interop/harness.c.j2", escape = "none")]
struct HarnessView<'a> {
    header: &'a str,
    entries: &'a [Entry],
    functions: &'a [Function],
}

/// A type as the program knows it.
struct Entry {
    name: String,
    codec: String,
    /// What the codec fills.
    value: String,
    /// The function that shows a value, or `NULL`.
    show: String,
}

#[derive(Template)]
#[template(path = "interop/prelude.h.j2", escape = "none")]
struct PreludeView<'a> {
    /// Types that no `.x` file defines.
    extern_types: Vec<&'a str>,
}

/// The program around rpcgen's codecs: `header` is what it includes, `names` are the types in the order of their numbers.
///
/// # Errors
/// Only by a fault of the template.
pub fn harness(header: &str, names: &[&str]) -> Result<String, EmitError> {
    let entries: Vec<Entry> = names.iter().map(|name| Entry::of(name)).collect();
    Ok(HarnessView { header, entries: &entries, functions: &[] }.render()?)
}

impl Entry {
    fn of(name: &str) -> Self {
        Self { name: name.to_owned(), codec: format!("xdr_{name}"), value: name.to_owned(), show: "NULL".to_owned() }
    }

    fn of_subtype(it: &Subtype) -> Self {
        let entry = Self { show: show::function_name(&it.ty), ..Self::of(&it.name) };
        if it.is_lone_string {
            // It has no codec of its own.
            Self { codec: "xdr_wrapstring".to_owned(), value: "char *".to_owned(), ..entry }
        } else {
            entry
        }
    }
}

/// Builds the program `c-harness`. Types that rpcgen has no codec for are left out of the subject.
pub(super) fn build(
    options: &Options,
    tools: &Tools,
    place: &Workplace,
    subject: &mut Subject,
) -> Result<(), CannotRun> {
    let folder = place.folder(&subject.name)?;
    let (header, codecs) = (format!("{}.h", subject.name), format!("{}_xdr.c", subject.name));
    rpcgen(options, subject, "-h", &folder.join(&header))?;
    rpcgen(options, subject, "-c", &folder.join(&codecs))?;
    let declared = workplace::read(&folder.join(&header))?;
    subject.leave_out(Reason::NoCodec, |_, it| !it.is_lone_string && !declares(&declared, &it.name));
    let flags = flags(options, tools, subject);
    subject.missing_headers = headers::leave_out_missing(&folder, &[&header, &codecs], &flags, &subject.path)?;

    let entries: Vec<Entry> = subject.types.iter().map(Entry::of_subtype).collect();
    let harness = HarnessView { header: &header, entries: &entries, functions: &show::functions(subject) }
        .render()
        .map_err(CannotRun::emit)?;
    workplace::write(&folder.join("harness.c"), &harness)?;
    let prelude = PreludeView { extern_types: lacking_types(&subject.model) }.render().map_err(CannotRun::emit)?;
    workplace::write(&folder.join("prelude.h"), &prelude)?;
    // The user's own file comes first: it may bring what libtirpc lacks.
    let gcc = |prelude: &[&str]| {
        let mut gcc = Command::new("gcc");
        // A codec that is called like one of libtirpc's must not take its place within libtirpc.
        gcc.current_dir(&folder).args(["-std=gnu11", "-O1", "-w", "-fvisibility=hidden"]).args(prelude);
        gcc.args(["harness.c", &codecs, "-o", "c-harness"]).args(&flags);
        tools::succeed(gcc, "gcc", &subject.path)
    };
    let lacking = |error| gcc(&["-include", "prelude.h"]).map_err(|_| error);
    let headless = |error| gcc(&["-DHARNESS_EXTERN_TYPES", "-include", "prelude.h"]).map_err(|_| error);
    gcc(&[]).or_else(lacking).or_else(headless)
}

/// The types that no `.x` file defines.
pub(super) fn extern_types(model: &Model) -> impl Iterator<Item = &str> {
    let is_extern = |it: &&Definition| matches!(it, Definition::Extern(_));
    model.definitions.iter().filter(is_extern).map(Definition::name)
}

/// Those of them that no header of libtirpc's defines by a typedef.
fn lacking_types(model: &Model) -> Vec<&str> {
    extern_types(model).filter(|name| !matches!(*name, "des_block" | "netobj")).collect()
}

/// Whether rpcgen's header has `extern bool_t xdr_NAME (`.
fn declares(header: &str, name: &str) -> bool {
    header.contains(&format!(" xdr_{name} (")) || header.contains(&format!(" xdr_{name}("))
}

/// Runs rpcgen in the folder of the file, as it makes names from the path that it is given.
fn rpcgen(options: &Options, subject: &Subject, part: &str, output: &Path) -> Result<(), CannotRun> {
    // It does not write over a file that is there.
    let _ = fs::remove_file(output);
    let mut rpcgen = Command::new("rpcgen");
    // -N: a procedure may have several arguments.
    rpcgen.args(["-N", part, "-o"]).arg(output).args(defines(options));
    if let Some(folder) = subject.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        rpcgen.current_dir(folder);
    }
    // rpcgen has no option for this; the preprocessor that it runs takes it from here.
    if let Some(includes) = include_path(options) {
        rpcgen.env("CPATH", includes);
    }
    rpcgen.arg(subject.path.file_name().unwrap_or_default());
    tools::succeed(rpcgen, "rpcgen", &subject.path)?;
    // It may fail with status 0 and nothing written.
    if output.exists() { Ok(()) } else { Err(CannotRun::File { path: output.to_owned(), error: nothing() }) }
}

fn nothing() -> std::io::Error {
    std::io::Error::other("rpcgen writes nothing")
}

/// What gcc needs to know beside the files.
fn flags(options: &Options, tools: &Tools, subject: &Subject) -> Vec<OsString> {
    // A `%#include` is often of a file next to the interface.
    let beside = subject.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folders = beside.canonicalize().into_iter().chain(include_folders(options));
    let mut flags: Vec<OsString> = defines(options).map(OsString::from).chain(["-I.".into()]).collect();
    flags.extend(folders.flat_map(|folder| ["-I".into(), folder.into_os_string()]));
    flags.extend(tools.flags.iter().map(OsString::from));
    flags
}

fn defines(options: &Options) -> impl Iterator<Item = String> {
    options.compile.preprocess.defines.iter().map(|(name, value)| format!("-D{name}={value}"))
}

/// The folders for includes as both tools, which run elsewhere, find them.
fn include_folders(options: &Options) -> impl Iterator<Item = PathBuf> {
    let folders = options.compile.preprocess.include_dirs.iter();
    folders.map(|folder| folder.canonicalize().unwrap_or_else(|_| folder.clone()))
}

fn include_path(options: &Options) -> Option<OsString> {
    let mut folders: Vec<_> = include_folders(options).collect();
    if folders.is_empty() {
        return None;
    }
    folders.extend(std::env::var_os("CPATH").iter().flat_map(std::env::split_paths));
    std::env::join_paths(folders).ok()
}
