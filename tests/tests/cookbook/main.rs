//! The files that docs/cookbook.md shows are a package that builds without a warning, and do what it says.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::document::{files, package};
use oncrpc_tests::process::run;
use std::fs;
use std::path::Path;

#[test]
fn the_recipes_work() {
    let document = fs::read_to_string(root().join("docs/cookbook.md")).unwrap();
    let mut files = files(&document);
    assert_eq!(files.len(), 18);
    files.push(("src/main.rs", include_str!("guest.rs").to_owned()));
    let place = package(Path::new(env!("CARGO_TARGET_TMPDIR")), "cookbook", &files);
    let program = build(&place, &[]).join("cookbook");
    let output = run(program, &[], &[]);
    assert_eq!(output.lines(), include_str!("guest.expected").lines().collect::<Vec<_>>());
}
