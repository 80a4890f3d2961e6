//! The library as a build script uses it.

use oncrpc_compiler::{CompileError, Compiler};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("library").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn output_is_named_after_the_input() {
    let here = directory("name");
    fs::write(here.join("a.b.x"), "const A = N;").unwrap();
    let compiler = Compiler::new().define("N", "7").out_dir(&here);
    let output = compiler.compile(here.join("a.b.x")).into_result().unwrap();
    assert_eq!(output, here.join("a.b.rs"));
    assert!(fs::read_to_string(output).unwrap().contains("= 7;"));
}

#[test]
fn includes_are_found_in_the_directories_given() {
    let here = directory("include");
    fs::create_dir(here.join("common")).unwrap();
    fs::write(here.join("a.x"), "#include \"base.x\"\nstruct s { base b; };").unwrap();
    fs::write(here.join("common/base.x"), "typedef int base;").unwrap();
    assert!(Compiler::new().out_dir(&here).compile(here.join("a.x")).into_result().is_err());
    let compiler = Compiler::new().out_dir(&here).include_dir(here.join("common"));
    assert!(compiler.compile(here.join("a.x")).into_result().is_ok());
}

#[test]
fn several_files_must_not_overwrite_each_other() {
    let here = directory("several");
    for name in ["a.x", "b.x", "b.y"] {
        fs::write(here.join(name), "const C = 1;").unwrap();
    }
    let compiler = Compiler::new().out_dir(here.join("out"));
    fs::create_dir(here.join("out")).unwrap();
    let outputs = compiler.compile_all([here.join("a.x"), here.join("b.x")]).into_result().unwrap();
    assert_eq!(outputs, [here.join("out/a.rs"), here.join("out/b.rs")]);
    fs::remove_file(here.join("out/b.rs")).unwrap();
    match compiler.compile_all([here.join("b.x"), here.join("b.y")]).into_result() {
        Err(CompileError::SameStem { first, second }) => {
            assert_eq!((first, second), (here.join("b.x"), here.join("b.y")));
        }
        other => panic!("{other:?}"),
    }
    assert!(!here.join("out/b.rs").exists());
}

#[test]
fn errors_say_who_erred() {
    let here = directory("errors");
    fs::write(here.join("wrong.x"), "struct s { nosuch a; nix b; };").unwrap();
    fs::write(here.join("right.x"), "struct s { int a; };").unwrap();
    let compiler = Compiler::new().out_dir(&here);
    match compiler.compile(here.join("wrong.x")).into_result() {
        Err(error @ CompileError::Rejected { errors: 2, .. }) => {
            let text = error.to_string();
            assert!(text.contains("error[E0103]: `nosuch` is not a type"), "{text}");
            assert!(text.ends_with("error: nothing emitted due to 2 errors"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!here.join("wrong.rs").exists());
    let missing = compiler.compile(here.join("missing.x")).into_result().unwrap_err();
    assert!(matches!(missing, CompileError::Read { .. }) && missing.source().is_some());
    let unwritable = Compiler::new().out_dir(here.join("no/such")).compile(here.join("right.x")).into_result();
    assert!(matches!(unwritable, Err(CompileError::Write { .. })));
}

#[test]
fn a_type_named_from_elsewhere_is_used_unless_the_file_defines_it() {
    let here = directory("extern");
    let own = here.join("own.x");
    fs::write(&own, "typedef opaque netobj<1024>; struct lock { netobj cookie; };").unwrap();
    fs::write(here.join("other.x"), "struct lock { netobj cookie; };").unwrap();
    let compiler = Compiler::new().out_dir(&here).extern_type("netobj", "nfs::NetObj");
    let outputs = compiler.compile_all([own.as_path(), &here.join("other.x")]).into_result().unwrap();
    let [own, other] = [0, 1].map(|index: usize| fs::read_to_string(&outputs[index]).unwrap());
    assert!(own.contains("pub type Netobj = rpc::Bytes;") && !own.contains("nfs::"), "{own}");
    assert!(other.contains("pub cookie: nfs::NetObj,") && !other.contains("Netobj"), "{other}");
    let views = compiler.views(true).compile(here.join("other.x")).into_result().unwrap();
    let views = fs::read_to_string(views).unwrap();
    assert!(views.contains("pub cookie: <nfs::NetObj as rpc::XdrView>::View<'a>,"), "{views}");
    let wrong = Compiler::new().out_dir(&here).extern_type("netobj", "super::NetObj");
    match wrong.compile(here.join("other.x")).into_result() {
        Err(CompileError::NoExternType { name, path }) => assert_eq!((&*name, &*path), ("netobj", "super::NetObj")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_type_named_from_elsewhere_cannot_be_a_discriminant() {
    let here = directory("extern-discriminant");
    let file = here.join("answer.x");
    fs::write(&file, "union answer switch (nfsstat3 status) { case 0: int value; default: void; };").unwrap();
    let compiler = Compiler::new().out_dir(&here).extern_type("nfsstat3", "nfs::Status");
    let Err(CompileError::Rejected { report, .. }) = compiler.compile(&file).into_result() else { panic!() };
    assert!(report.contains("error[E0130]") && report.contains("write `int`"), "{report}");
}

/// An import that nothing uses is a warning in the user's build, one that is missing an error.
#[test]
fn the_runtime_is_imported_where_it_is_named() {
    let here = directory("runtime");
    fs::write(here.join("my_rpc.x"), "struct other { int a; };").unwrap();
    let texts = [
        "const A = 1;",
        "const A = \"rpc::\"; /* rpc::x */ typedef int b;",
        "typedef opaque b<4>;",
        "typedef string b<>;",
        "enum e { A = 1 };",
        "struct s { int a; };",
        "union u switch (int a) { default: void; };",
        "program P { } = 5;",
        "program P { version V { } = 1; } = 5;",
        "program P { version V { void F(void) = 1; } = 1; } = 5;",
        "#include \"my_rpc.x\"\ntypedef other b;",
    ];
    for text in texts {
        fs::write(here.join("a.x"), text).unwrap();
        let compiler = Compiler::new().out_dir(&here);
        let outputs = compiler.compile_all([here.join("a.x"), here.join("my_rpc.x")]).into_result().unwrap();
        let emitted = fs::read_to_string(&outputs[0]).unwrap();
        let code: Vec<&str> = emitted.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
        let names = |line: &&str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "rpc");
        let (imports, others): (Vec<&str>, Vec<&str>) =
            code.into_iter().filter(names).partition(|line| line.ends_with(" as rpc;"));
        let used = others.iter().any(|line| !line.contains("\"rpc::\""));
        assert_eq!(imports.len(), usize::from(used), "{text}: {emitted}");
    }
}
