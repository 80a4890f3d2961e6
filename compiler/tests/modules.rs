//! Several files in one run, as a build script and as the command compile them.

#![cfg(feature = "cli")]

use oncrpc_compiler::{CompileError, Compiler};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const BASE: &str = "struct thing { int a; };\n";
const USER: &str = "#include \"base.x\"\nstruct user { thing one; };\n";

/// A directory of its own for a test, with base.x and user.x in it.
fn directory(name: &str, base: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("modules").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("base.x"), base).unwrap();
    fs::write(path.join("user.x"), USER).unwrap();
    path
}

fn oncrpc(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oncrpc")).args(arguments).current_dir(directory).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_library_and_the_command_write_the_same() {
    let here = directory("same", BASE);
    let compiler = Compiler::new().out_dir(&here);
    let outputs = compiler.compile_all([here.join("user.x"), here.join("base.x")]).into_result().unwrap();
    assert_eq!(outputs, [here.join("user.rs"), here.join("base.rs")]);
    let user = fs::read_to_string(&outputs[0]).unwrap();
    assert!(user.contains("pub one: base::Thing,") && !user.contains("struct Thing"), "{user}");
    assert!(oncrpc(&here, &["gen", "--out-dir", "wire", "user.x", "base.x"]).status.success());
    for name in ["user.rs", "base.rs"] {
        assert_eq!(fs::read(here.join(name)).unwrap(), fs::read(here.join("wire").join(name)).unwrap());
    }
    let alone = oncrpc(&here, &["gen", "--check", "user.x"]);
    assert_eq!(alone.status.code(), Some(1), "it would have everything in it");
    let together = &["gen", "--check", "user.x", "base.x"];
    assert!(oncrpc(&here, together).status.success());
    fs::write(here.join("user.rs"), "old").unwrap();
    assert!(stderr(&oncrpc(&here, together)).contains("run `oncrpc gen user.x base.x` with"));
}

#[test]
fn the_command_takes_the_paths_of_modules() {
    let here = directory("paths", BASE);
    let arguments = ["gen", "user.x", "base.x", "--module", "base=crate::wire::base", "--out-dir", "."];
    assert!(oncrpc(&here, &arguments).status.success());
    assert!(fs::read_to_string(here.join("user.rs")).unwrap().contains("use crate::wire::base;"));
    let elsewhere = oncrpc(&here, &["gen", "user.x", "--module", "base=types::base", "-o", "-"]);
    let user = String::from_utf8(elsewhere.stdout).unwrap();
    assert!(user.contains("use types::base;") && !user.contains("struct Thing"), "{user}");
    for wrong in ["base", "base=", "base=a b", "base=Vec<u8>"] {
        assert_eq!(oncrpc(&here, &["gen", "user.x", "--module", wrong]).status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn an_error_is_told_once_and_nothing_is_written() {
    let here = directory("errors", "struct thing { nosuch a; };\n");
    fs::write(here.join("other.x"), "#include \"base.x\"\nconst X = Y;\n").unwrap();
    let output = oncrpc(&here, &["gen", "user.x", "base.x", "other.x"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert_eq!(said.matches("`nosuch` is not a type\n --> base.x:1:16\n").count(), 1, "{said}");
    assert_eq!(said.matches("error[E0103]").count(), 1, "{said}");
    assert!(said.contains("--> other.x:2:11"), "{said}");
    assert!(!here.join("user.rs").exists() && !here.join("other.rs").exists());

    let paths = ["user.x", "base.x", "other.x"].map(|name| here.join(name));
    match Compiler::new().out_dir(&here).compile_all(paths).into_result() {
        Err(CompileError::Rejected { report, errors: 2 }) => {
            assert_eq!(report.matches("error[").count(), 2, "{report}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!here.join("user.rs").exists() && !here.join("other.rs").exists());
}

#[test]
fn a_build_script_is_told_of_a_path_that_is_none() {
    let here = directory("wrong_path", BASE);
    let compiler = Compiler::new().out_dir(&here).module_path("base", "crate::a b");
    match compiler.compile(here.join("user.x")).into_result() {
        Err(CompileError::NoModulePath { name, path }) => assert_eq!((&*name, &*path), ("base", "crate::a b")),
        other => panic!("{other:?}"),
    }
}
