//! The Rust side: what we emit for interfaces, each with a program around it, as one package.

use super::subject::Subject;
use super::tools;
use super::workplace::{self, Workplace};
use super::{CannotRun, Options};
use crate::model::types::{Definition, Model, Type};
use crate::own_sources;
use crate::rust::choices::Choices;
use crate::rust::{self, Elsewhere, EmitOptions};
use askama::Template;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Template)]
#[template(path = "interop/harness.rs.j2", escape = "none")]
struct HarnessView {
    codecs: Vec<String>,
}

#[derive(Template)]
#[template(path = "interop/package.toml.j2", escape = "none")]
struct PackageView {
    /// `version = "0.1.0"`
    dependency: String,
    bins: Vec<BinView>,
}

struct BinView {
    name: String,
    path: String,
}

/// Builds the program of each subject.
pub(super) fn build(options: &Options, place: &Workplace, subjects: &[Subject]) -> Result<(), CannotRun> {
    let Some(first) = subjects.first() else {
        return Ok(());
    };
    let mut bins = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        write_sources(place, subject)?;
        let path = quoted(&format!("{}/main.rs", subject.name));
        bins.push(BinView { name: bin_name(index), path });
    }
    let package = PackageView { dependency: dependency(options), bins }.render();
    workplace::write(&place.root().join("Cargo.toml"), &package.map_err(CannotRun::emit)?)?;
    compile(place, &first.path)
}

/// The program of the subject with that number.
pub(super) fn program(place: &Workplace, index: usize) -> PathBuf {
    place.root().join("target/debug").join(bin_name(index))
}

/// Any name will do for a file, not for a program.
fn bin_name(index: usize) -> String {
    format!("harness-{index}")
}

fn write_sources(place: &Workplace, subject: &Subject) -> Result<(), CannotRun> {
    let folder = place.folder(&subject.name)?;
    let extern_types = super::c::extern_types(&subject.model).map(|name| (name.to_owned(), "u32".to_owned())).collect();
    let options = EmitOptions {
        source_name: subject.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        verbatim_names: false,
        views: false,
        // Nor do options change what is on the wire.
        choices: &Choices::default(),
        // What stands for them is not here. Types that hold any are not tried.
        extern_types: &extern_types,
    };
    let model = without_versions(&subject.model);
    workplace::write(
        &folder.join("interface.rs"),
        &rust::emit(&model, &options, &Elsewhere::default()).map_err(CannotRun::emit)?,
    )?;
    let types: Vec<&Type> = subject.types.iter().map(|it| &it.ty).collect();
    let shown = rust::show::emit(&model, &options, &subject.reached()).map_err(CannotRun::emit)?;
    workplace::write(&folder.join("show.rs"), &shown)?;
    let codecs = rust::codec::codecs(&model, &options, &types, "interface::");
    workplace::write(&folder.join("main.rs"), &HarnessView { codecs }.render().map_err(CannotRun::emit)?)
}

/// Without client stubs and server skeletons, so that the runtime is built without sockets.
fn without_versions(model: &Model) -> Model {
    let mut model = model.clone();
    for definition in &mut model.definitions {
        if let Definition::Program(program) = definition {
            program.versions.clear();
        }
    }
    model
}

fn compile(place: &Workplace, about: &Path) -> Result<(), CannotRun> {
    // The network is for what is not there already.
    let mut offline = cargo(place, &["fetch"]);
    offline.arg("--offline");
    let offline = tools::succeed(offline, "cargo", about).is_ok();
    let mut build = cargo(place, &["build", "--quiet"]);
    build.args(offline.then_some("--offline"));
    build.arg("--target-dir").arg(place.root().join("target"));
    tools::succeed(build, "cargo", about)
}

fn cargo(place: &Workplace, arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(place.root()).args(arguments);
    // A caller that is cargo itself has its own idea of where output goes and for whom.
    cargo.env_remove("CARGO_BUILD_TARGET").env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo
}

/// The runtime: where the user says, next to this compiler's source if it is still there, or the released one.
fn dependency(options: &Options) -> String {
    let beside = own_sources::folder().map(|folder| folder.join("runtime"));
    let path = options.oncrpc_path.as_deref().or(beside.as_deref());
    match path {
        Some(path) => {
            let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            format!("path = {}", quoted(&path.to_string_lossy()))
        }
        None => format!("version = {}", quoted(env!("CARGO_PKG_VERSION"))),
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
