//! Files that are compiled together.

use crate::driver::{Compilation, Failure, Options, Stage, compile_all};
use crate::lint::{Level, Lint};
use crate::options::{Given, Setting};
use crate::render::short;
use crate::testing::Memory;
use std::path::Path;

pub(super) fn compile(options: &Options, files: &[(&str, &str)], names: &[&str]) -> Vec<Compilation> {
    let paths: Vec<&Path> = names.iter().map(Path::new).collect();
    compile_all(options, &Memory(files), &paths)
}

/// The outputs of `names`, which must be right.
pub(super) fn outputs(options: &Options, files: &[(&str, &str)], names: &[&str]) -> Vec<String> {
    compile(options, files, names).into_iter().map(|it| it.result.unwrap()).collect()
}

/// What is said about each file, one a line.
pub(super) fn said(options: &Options, files: &[(&str, &str)], names: &[&str]) -> Vec<String> {
    let errors = |it: Compilation| match it.result {
        Ok(_) => "right".to_owned(),
        Err(Failure::Rejected(errors)) => short(&errors, &it.sources),
        Err(Failure::Elsewhere) => String::new(),
        Err(failure) => format!("{failure:?}"),
    };
    compile(options, files, names).into_iter().map(errors).collect()
}

fn mapped(name: &str, path: &str) -> Options {
    Options { module_paths: [(name.to_owned(), path.to_owned())].into(), ..Options::default() }
}

pub(super) const BASE: (&str, &str) = ("base.x", "typedef int id; struct thing { id a; string b<>; };");
pub(super) const USER: (&str, &str) = ("user.x", "#include \"base.x\"\nstruct user { thing one; thing *more; };");

#[test]
fn each_output_has_what_its_file_defines() {
    let outputs = outputs(&Options::default(), &[USER, BASE], &["user.x", "base.x"]);
    assert!(outputs[0].contains("    use super::super::base;\n") && outputs[0].contains("pub one: base::Thing,"));
    assert!(!outputs[0].contains("struct Thing") && outputs[1].contains("pub struct Thing {"));
    assert!(!outputs[1].contains("super::super"), "it refers to nothing");
}

#[test]
fn a_file_that_is_not_compiled_is_part_of_each_that_includes_it() {
    let alone = outputs(&Options::default(), &[USER, BASE], &["user.x"]);
    assert!(alone[0].contains("pub struct Thing {") && !alone[0].contains("super::super"));
    let files = [USER, BASE, ("other.x", "#include \"base.x\"\nstruct other { thing a; };")];
    let both = outputs(&Options::default(), &files, &["user.x", "other.x"]);
    assert!(both.iter().all(|it| it.contains("pub struct Thing {")));
}

#[test]
fn what_is_not_compiled_belongs_to_the_innermost_that_includes_it() {
    let middle = ("middle.x", "#include \"base.x\"\nstruct middle { thing a; };");
    // Whether user.x comes to base.x first by itself or by way of middle.x.
    for text in ["#include \"base.x\"\n#include \"middle.x\"\n", "#include \"middle.x\"\n#include \"base.x\"\n"] {
        let user = ("user.x", &*format!("{text}struct user {{ thing a; middle b; }};"));
        let outputs = outputs(&Options::default(), &[user, middle, BASE], &["user.x", "middle.x"]);
        assert!(outputs[0].contains("pub a: middle::Thing,") && !outputs[0].contains("struct Thing"));
        assert!(outputs[1].contains("pub struct Thing {"));
    }
}

#[test]
fn unrelated_files_may_use_the_same_names() {
    let files = [("a.x", "struct s { int a; };"), ("b.x", "struct s { hyper a; };")];
    let outputs = outputs(&Options::default(), &files, &["a.x", "b.x"]);
    assert!(outputs[0].contains("pub a: i32,") && outputs[1].contains("pub a: i64,"));
}

#[test]
fn names_clash_only_within_an_output() {
    let text = "struct Thing { int c; };\n#include \"base.x\"\nstruct user { thing a; Thing b; };";
    let compilations = compile(&Options::default(), &[("user.x", text), BASE], &["user.x", "base.x"]);
    assert!(compilations.iter().all(|it| it.warnings.is_empty()));
    let user = compilations[0].result.as_ref().unwrap();
    assert!(user.contains("pub a: base::Thing,") && user.contains("pub b: Thing,"));
}

#[test]
fn a_module_steps_aside_for_what_has_its_name() {
    let options = Options { given: vec![Given::Method(None, Setting::VerbatimNames(true))], ..Options::default() };
    let files = [("user.x", "#include \"base.x\"\nstruct base { thing a; };"), BASE];
    let outputs = outputs(&options, &files, &["user.x", "base.x"]);
    assert!(outputs[0].contains("use super::super::base as base2;") && outputs[0].contains("pub a: base2::thing,"));
}

#[test]
fn what_is_chosen_for_a_type_holds_wherever_it_is_named() {
    let base = "enum color { RED, GREEN };\nstruct thing { double d; };\nunion u switch (color c) { case RED: int a; };\n\
                %#pragma oncrpc rename thing Gadget\n%#pragma oncrpc enumerations open color\n";
    let config = "[files.\"base.x\".types.color.members]\nGREEN = \"Verdant\"\n[files.\"base.x\".types.u]\n\
                  unknown_discriminants = \"keep\"\n[files.\"user.x\"]\nord = true\n[files.\"user.x\".types.user]\nrename = \"Person\"\n";
    let user = "#include \"base.x\"\nstruct user { thing one; u two; };\nstruct own { int a; };\n\
                union v switch (color c) { case GREEN: thing a; default: void; };\n";
    let files = [("user.x", user), ("base.x", base), ("oncrpc.toml", config)];
    let outputs = outputs(&Options::default(), &files, &["user.x", "base.x"]);
    for expected in ["pub struct Gadget {", "Verdant", "Other(i32)"] {
        assert!(outputs[1].contains(expected), "{expected} in {}", outputs[1]);
    }
    for expected in ["pub struct Person {", "pub one: base::Gadget,", "base::Color::Verdant"] {
        assert!(outputs[0].contains(expected), "{expected} in {}", outputs[0]);
    }
    let derives = |name: &str| {
        outputs[0].split(&format!("pub struct {name} ")).next().unwrap().lines().rev().nth(1).unwrap().to_owned()
    };
    assert!(derives("Own").contains("Ord") && !derives("Person").contains("Ord"), "base.x gives its types no order");
}

#[test]
fn the_user_says_where_modules_are() {
    let import = |path| {
        let outputs = outputs(&mapped("base", path), &[USER, BASE], &["user.x", "base.x"]);
        let line = outputs[0].lines().find(|line| line.starts_with("    use ") && !line.contains("codegen")).unwrap();
        line.trim().to_owned()
    };
    for (path, expected) in [
        ("crate::wire::base", "use crate::wire::base;"),
        ("others::types", "use others::types;"),
        ("super::super::base", "use super::super::super::base;"),
        ("self::inner::base", "use super::inner::base;"),
        ("self", "use super::idl_base;"),
        ("super", "use super::super::idl_base;"),
        ("crate", "use crate::idl_base;"),
    ] {
        assert_eq!(import(path), expected);
    }
}

#[test]
fn a_file_with_a_module_elsewhere_is_not_emitted() {
    let outputs = outputs(&mapped("base", "types::base"), &[USER, BASE], &["user.x"]);
    assert!(outputs[0].contains("use types::base;") && !outputs[0].contains("struct Thing"));
    let wrong = ("base.x", "struct thing { nosuch a; };");
    let said = said(&mapped("base", "types::base"), &[USER, wrong], &["user.x"]);
    assert_eq!(said, ["", "base.x:1:16: error[E0103]: `nosuch` is not a type\n"]);
}

#[test]
fn an_error_is_told_once_where_it_is() {
    let wrong = ("base.x", "struct thing { nosuch a; };");
    let other = ("other.x", "#include \"base.x\"\nstruct other { nix a; };");
    let files = [USER, other, wrong];
    let nosuch = "base.x:1:16: error[E0103]: `nosuch` is not a type\n";
    let nix = "other.x:2:16: error[E0103]: `nix` is not a type\n";
    assert_eq!(said(&Options::default(), &files, &["user.x", "other.x", "base.x"]), ["", nix, nosuch]);
    assert_eq!(said(&Options::default(), &files, &["user.x", "other.x"]), [nosuch, nix]);
}

#[test]
fn a_finding_is_told_once_where_it_is() {
    let mut options = Options { stage: Stage::Model, ..Options::default() };
    options.lints.set(Lint::Unbounded, Level::Warn);
    let compilations = compile(&options, &[USER, BASE], &["user.x", "base.x"]);
    let warned: Vec<String> = compilations.iter().map(|it| short(&it.warnings, &it.sources)).collect();
    assert_eq!(warned, ["", "base.x:1:38: warning[unbounded]: the string `b` has no bound\n"]);
    options.lints.set(Lint::Unbounded, Level::Deny);
    let denied = "base.x:1:38: error[unbounded]: the string `b` has no bound\n";
    assert_eq!(said(&options, &[USER, BASE], &["user.x", "base.x"]), ["", denied]);
}

#[test]
fn a_file_must_read_the_same_wherever_it_is_included() {
    let base = ("base.x", "#ifdef WIDE\ntypedef hyper id;\n#else\ntypedef int id;\n#endif\nstruct s { id a; };");
    let user = ("user.x", "#define WIDE\n#include \"base.x\"\nstruct user { s a; };");
    let found = said(&Options::default(), &[user, base], &["user.x", "base.x"]);
    assert_eq!(found, ["base.x:2:15: error[E0018]: `id` is not what `base.x` defines\n", ""]);
    let mut options = Options::default();
    options.preprocess.defines.push(("WIDE".to_owned(), "1".to_owned()));
    assert_eq!(said(&options, &[user, base], &["user.x", "base.x"]), ["right", "right"]);
}

#[test]
fn comments_do_not_make_a_difference() {
    let user = ("user.x", "/* About user.x. */\n#include \"base.x\"\nstruct user { id a; };");
    let outputs = outputs(&Options::default(), &[user, BASE], &["user.x", "base.x"]);
    assert!(outputs.iter().all(|it| !it.contains("About user.x")));
}

#[test]
fn files_may_need_each_other_where_headers_do() {
    let a = ("a.x", "%#include \"b.h\"\nstruct a { int v; b *other; };");
    let b = ("b.x", "%#include \"a.h\"\nstruct b { int w; a *list<>; };");
    let mut options = Options::default();
    options.preprocess.follow_c_includes = true;
    let outputs = outputs(&options, &[a, b], &["a.x", "b.x"]);
    assert!(outputs[0].contains("pub other: Option<Box<b::B>>,"), "{}", outputs[0]);
    assert!(outputs[1].contains("Vec<Option<Box<a::A>>>,"), "{}", outputs[1]);
}
