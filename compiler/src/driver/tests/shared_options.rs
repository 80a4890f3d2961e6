//! Options of files that are compiled together.

use super::modules::{BASE, USER, compile, outputs, said};
use crate::driver::Options;
use crate::options::{Given, Setting};
use crate::preprocess::PreprocessOptions;
use std::path::PathBuf;

fn flag(name: &str, value: &str) -> Options {
    Options { given: vec![Given::Flag(name.to_owned(), value.to_owned())], ..Options::default() }
}

const COLORS: (&str, &str) = ("colors.x", "enum color { RED };");
const SHAPES: (&str, &str) = ("shapes.x", "struct circle { int r; };");
const BOTH: [&str; 2] = ["shapes.x", "colors.x"];

#[test]
fn the_caller_names_a_type_of_any_file() {
    let found = outputs(&flag("color.enumerations", "open"), &[SHAPES, COLORS], &BOTH);
    assert!(found[1].contains("Other(i32)"), "{}", found[1]);
    let toml = ("oncrpc.toml", "[types.color]\nenumerations = \"open\"\n[types.circle]\nrename = \"Ring\"\n");
    let found = outputs(&Options::default(), &[SHAPES, COLORS, toml], &BOTH);
    assert!(found[1].contains("Other(i32)") && found[0].contains("pub struct Ring {"));
}

#[test]
fn a_type_that_no_file_has_is_told_of_once() {
    let expected = "(given):1:1: error[E0151]: none of the interfaces has a type `colour`\n";
    let options = flag("colour.ord", "true");
    assert_eq!(said(&options, &[SHAPES, COLORS], &BOTH), [expected, ""]);
    let compilations = compile(&options, &[SHAPES, COLORS], &BOTH);
    let similar = "a type of a similar name is `color`";
    assert!(format!("{:?}", compilations[0].result).contains(similar), "the other file's");
}

#[test]
fn a_file_with_errors_could_have_the_type() {
    let wrong = ("colors.x", "enum color { RED }");
    let found = said(&flag("color.enumerations", "open"), &[SHAPES, wrong], &BOTH);
    assert!(found[0].is_empty() && found[1].contains("error[E0001]"), "{found:?}");
}

#[test]
fn a_part_for_one_file_is_for_its_types_only() {
    let toml = ("oncrpc.toml", "[files.\"shapes.x\".types.color]\nenumerations = \"open\"\n");
    let expected = "oncrpc.toml:1:25: error[E0151]: the interface has no type `color`\n";
    assert_eq!(said(&Options::default(), &[SHAPES, COLORS, toml], &BOTH), [expected, ""]);
}

#[test]
fn a_part_for_no_file_is_told_of() {
    let toml = ("oncrpc.toml", "[files.\"color.x\"]\nord = true\n[files.\"other.x\"]\nord = true\n");
    let expected = "oncrpc.toml:1:8: error[E0151]: there is no file `color.x`\n";
    let other = ("other.x", "");
    assert_eq!(said(&Options::default(), &[SHAPES, COLORS, toml, other], &BOTH), [expected, ""]);
    let compilations = compile(&Options::default(), &[SHAPES, COLORS, toml, other], &BOTH);
    assert!(format!("{:?}", compilations[0].result).contains("a file of a similar name is `colors.x`"));
}

#[test]
fn what_is_said_of_a_type_is_said_where_it_is_emitted() {
    let user = ("app/user.x", "#include \"base/base.x\"\nstruct user { color c; };");
    let base = ("base/base.x", "enum color { RED };");
    let names = ["app/user.x", "base/base.x"];
    let options = |config: Option<&str>| {
        let preprocess = PreprocessOptions { include_dirs: vec![PathBuf::new()], ..PreprocessOptions::default() };
        Options { preprocess, config: config.map(PathBuf::from), ..Options::default() }
    };
    let open = "[types.color]\nenumerations = \"open\"\n";
    let toml = &format!("{open}rename = \"Paint\"\n");
    let expected =
        "app/oncrpc.toml:1:8: error[E0151]: `color` is emitted with `base/base.x`, of which this is not said\n";
    let there = ("base/oncrpc.toml", "[types.color]\nenumerations = \"open\"\nderive = [\"Hash\"]\n");
    let found = said(&options(None), &[user, base, there, ("app/oncrpc.toml", toml)], &names);
    assert_eq!(found, [expected, ""], "the name, but not that it is open");
    let found = outputs(&options(None), &[user, base, there, ("app/oncrpc.toml", open)], &names);
    assert!(found[1].contains("Other(i32)"));
    let found = outputs(&options(Some("all.toml")), &[user, base, ("all.toml", toml)], &names);
    assert!(found[1].contains("pub enum Paint") && found[0].contains("base::Paint"));
    let alone = outputs(&options(None), &[user, base, ("app/oncrpc.toml", toml)], &names[..1]);
    assert!(alone[0].contains("pub enum Paint"));
}

#[test]
fn views_need_those_of_what_they_hold() {
    let files = |toml| [USER, BASE, ("oncrpc.toml", toml)];
    let names = ["user.x", "base.x"];
    let found = said(&Options::default(), &files("[files.\"user.x\"]\nviews = true\n"), &names);
    let expected = "oncrpc.toml:2:1: error[E0153]: `user.x` has views but `base.x`, whose `thing` it uses, has none\n";
    assert_eq!(found, [expected, ""]);
    let found = outputs(&Options::default(), &files("[files.\"base.x\"]\nviews = true\n"), &names);
    assert!(found[1].contains("pub struct ThingView") && !found[0].contains("UserView"));
    let both = Options { given: vec![Given::Method(None, Setting::Views(true))], ..Options::default() };
    assert!(outputs(&both, &files(""), &names)[0].contains("base::ThingView"));
}

#[test]
fn views_of_what_needs_none_are_right() {
    let base = ("base.x", "typedef int id; const MAX = 4;");
    let user = ("user.x", "#include \"base.x\"\nstruct user { id one<MAX>; };\n%#pragma oncrpc views true");
    assert!(outputs(&Options::default(), &[user, base], &["user.x", "base.x"])[0].contains("UserView"));
}

#[test]
fn files_of_the_same_name_have_a_folder_each() {
    let files = [
        ("user.x", "#include \"a/types.x\"\n#include \"b/types.x\"\nstruct user { one a; two b; };"),
        ("a/types.x", "struct one { int a; };"),
        ("b/types.x", "struct two { int b; };"),
    ];
    let path = |name: &str, path: &str| (name.to_owned(), path.to_owned());
    let module_paths = [path("a/types", "crate::a::types"), path("types", "crate::rest")].into();
    let found = outputs(&Options { module_paths, ..Options::default() }, &files, &["user.x"]);
    assert!(found[0].contains("use crate::a::types;") && found[0].contains("use crate::rest;"), "{}", found[0]);
    assert!(found[0].contains("pub a: types::One,") && found[0].contains("pub b: rest::Two,"));
}

#[test]
fn the_caller_names_a_procedure_of_any_file() {
    let bank = ("bank.x", "program BANK { version V1 { void PAY(int) = 1; } = 1; } = 0x20000042;");
    let names = ["shapes.x", "bank.x"];
    let found = outputs(&flag("V1.PAY.at_most_once", "true"), &[SHAPES, bank], &names);
    assert!(found[1].contains(".at_most_once();"), "{}", found[1]);
    let expected = "(given):1:1: error[E0151]: there is no procedure `PAI`\n";
    assert_eq!(said(&flag("PAI.idempotent", "true"), &[SHAPES, bank], &names), [expected, ""]);
}
