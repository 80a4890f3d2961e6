//! A crate that holds what the compiler makes of public interfaces, each in every way it can be asked to.

use super::Interface;
use super::origin::scratch;
use crate::c::root;
use crate::process::run_for;
use oncrpc_compiler::model::types::Model;
use oncrpc_compiler::{CompileError, Compiler};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The ways: names as Rust has them, views as well, names as in the file.
const WAYS: [(&str, bool, bool); 3] = [("plain", false, false), ("views", true, false), ("verbatim", false, true)];

/// Longer than the crate takes to check.
const CHECK_TIME: Duration = Duration::from_secs(600);

/// The file as Rust, in all ways.
///
/// # Errors
/// The compiler refuses it.
pub fn generate(interface: &Interface, file: &Path, package: &mut Vec<(String, PathBuf)>) -> Result<(), CompileError> {
    for (way, views, verbatim) in WAYS {
        let out_dir = scratch(&format!("{way}/{}", interface.module()));
        let output = compiler(interface).views(views).verbatim_names(verbatim).out_dir(out_dir).compile(file);
        package.push((format!("{way}_{}", interface.module()), output.into_result()?));
    }
    Ok(())
}

/// What the file says.
///
/// # Errors
/// The compiler refuses it.
pub fn model(interface: &Interface, file: &Path) -> Result<Model, CompileError> {
    compiler(interface).model(file).into_result()
}

/// A compiler with what the file needs.
fn compiler(interface: &Interface) -> Compiler {
    let mut compiler = Compiler::new();
    for (name, value) in interface.defines {
        compiler = compiler.define(*name, *value);
    }
    for (name, path) in interface.extern_types {
        compiler = compiler.extern_type(*name, *path);
    }
    compiler
}

/// Compiles a crate of all modules under the strictest lints that a user may have, those of clippy among them.
///
/// # Panics
/// With what the compiler says, if it says anything.
pub fn check(modules: &[(String, PathBuf)]) {
    let place = scratch("package");
    let root = root();
    let headers = Compiler::new().views(true).out_dir(&place).compile(root.join("tests/public/headers.x"));
    let headers = headers.into_result().unwrap_or_else(|error| panic!("{error}"));
    let mut library =
        "//! Public interfaces.\n#![deny(warnings, missing_docs, unreachable_pub, clippy::all)]\n".to_owned();
    for (name, path) in [("headers".to_owned(), headers)].iter().chain(modules) {
        // Clippy says more about what nobody else can use.
        let visibility = if name.starts_with("verbatim") { "" } else { "pub " };
        library += &format!("/// {name}\n{visibility}mod {name} {{ include!({path:?}); }}\n");
    }
    fs::write(place.join("lib.rs"), library).unwrap();
    let manifest = format!(
        "[package]\nname = \"public-interfaces\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
         [dependencies]\noncrpc = {{ path = {:?} }}\n\n[workspace]\n",
        root.join("runtime")
    );
    fs::write(place.join("Cargo.toml"), manifest).unwrap();
    // The same versions as ours, so that all is there.
    fs::copy(root.join("Cargo.lock"), place.join("Cargo.lock")).unwrap();
    // OUT_DIR is TARGET/debug/build/PACKAGE/out.
    let target = Path::new(env!("OUT_DIR")).ancestors().nth(4).unwrap();
    let has_clippy =
        Command::new(env!("CARGO")).args(["clippy", "--version"]).output().is_ok_and(|it| it.status.success());
    if !has_clippy {
        crate::missing("clippy");
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&place).args([
        if has_clippy { "clippy" } else { "check" },
        "--offline",
        "--quiet",
        "--target-dir",
    ]);
    cargo.arg(target);
    let output = run_for(CHECK_TIME, cargo, &[]);
    assert!(output.status.success(), "{}", output.stderr);
}
