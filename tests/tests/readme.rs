//! The files that README.md shows are a package that builds without a warning, and server and client do what it says; so
//! are those of docs/modules.md.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::document::{files, package};
use oncrpc_tests::process::{Guard, free_port, run, wait_for_port};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The port in README.md.
const PORT: &str = "4045";

/// Where packages are written to.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[test]
fn the_first_ten_minutes() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let files = files(&readme);
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    assert_eq!(paths, ["idl/hello.x", "build.rs", "src/lib.rs", "src/bin/server.rs", "src/bin/client.rs"]);

    let port = free_port();
    let files: Vec<_> = files.into_iter().map(|(path, text)| (path, text.replace(PORT, &port.to_string()))).collect();
    let programs = build(&package(Path::new(FOLDER), "hello", &files), &[]);
    let server = Command::new(programs.join("server")).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _server = Guard(server);
    wait_for_port(port);
    let output = run(programs.join("client"), &[], &[]);
    assert_eq!(output.lines(), ["hello, Ada (#1)", "hello, Bo hello, Cy"]);
}

#[test]
fn interfaces_in_several_files() {
    let text = fs::read_to_string(root().join("docs/modules.md")).unwrap();
    let files = files(&text);
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    assert_eq!(paths, ["idl/common.x", "idl/shapes.x", "build.rs", "src/lib.rs"]);
    build(&package(Path::new(FOLDER), "shapes", &files), &[]);
}

#[test]
fn blocks_are_found_by_the_line_before() {
    let text =
        "Words, and `code`:\n```rust\nno();\n```\n\n`a/b.rs`\n\n```rust\nyes();\n\nand();\n```\n\n    indented\n";
    assert_eq!(files(text), [("a/b.rs", "yes();\n\nand();\n".to_owned())]);
}
