//! The files that README.md shows are a package that builds without a warning, and server and client do what it says; so
//! are those of docs/modules.md.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::process::{Guard, free_port, run, wait_for_port};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The port in README.md.
const PORT: &str = "4045";

/// The code blocks that stand behind a line with nothing but a path in backquotes: path and text.
fn files(readme: &str) -> Vec<(&str, String)> {
    let mut files = Vec::new();
    let mut lines = readme.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let block: String =
                lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            let path = before.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
            files.extend(path.map(|path| (path, block)));
        }
        if !line.is_empty() {
            before = line;
        }
    }
    files
}

/// Writes the package to a folder of its own. The port is one that is free.
fn package(name: &str, files: &[(&str, String)], port: u16) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&place);
    for (path, text) in files {
        let path = place.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace(PORT, &port.to_string())).unwrap();
    }
    let root = root().display();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\noncrpc = {{ path = \"{root}/runtime\" }}\n\n\
         [build-dependencies]\noncrpc-compiler = {{ path = \"{root}/compiler\", default-features = false }}\n\n\
         [lints.rust]\nwarnings = \"deny\"\n\n[workspace]\n"
    );
    fs::write(place.join("Cargo.toml"), manifest).unwrap();
    // The same versions as ours, so that all is there and most of it is compiled.
    fs::copy(format!("{root}/Cargo.lock"), place.join("Cargo.lock")).unwrap();
    place
}

#[test]
fn the_first_ten_minutes() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let files = files(&readme);
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    assert_eq!(paths, ["idl/hello.x", "build.rs", "src/lib.rs", "src/bin/server.rs", "src/bin/client.rs"]);

    let port = free_port();
    let programs = build(&package("hello", &files, port), &[]);
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
    build(&package("shapes", &files, 0), &[]);
}

#[test]
fn blocks_are_found_by_the_line_before() {
    let text =
        "Words, and `code`:\n```rust\nno();\n```\n\n`a/b.rs`\n\n```rust\nyes();\n\nand();\n```\n\n    indented\n";
    assert_eq!(files(text), [("a/b.rs", "yes();\n\nand();\n".to_owned())]);
}
