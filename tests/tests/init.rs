//! `oncrpc init` makes a package that builds without a warning, whose server answers its client; it overwrites nothing.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::process::{Guard, Output, free_port, run, run_command, wait_for_port};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn command() -> PathBuf {
    build(root(), &["-p", "oncrpc-compiler", "--features", "cli"]).join("oncrpc")
}

/// An empty folder.
fn folder(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("init").join(name);
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).unwrap();
    place
}

fn init(place: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(command());
    command.current_dir(place).arg("init").args(arguments);
    run_command(command, &[])
}

#[test]
fn the_package_builds_and_runs() {
    let place = folder("builds");
    let output = init(&place, &["my-greeter", "--path-dependencies", root().to_str().unwrap()]);
    assert!(output.status.success(), "{}", output.stderr);
    let package = place.join("my-greeter");
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    // It lies below our own workspace, of which it is no part, and is held to more than it has to be.
    let stricter = manifest.replace("[lints.rust]\n", "[lints.rust]\nwarnings = \"deny\"\n") + "\n[workspace]\n";
    fs::write(package.join("Cargo.toml"), stricter).unwrap();
    fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
    let programs = build(&package, &[]);

    let port = free_port();
    let address = format!("tcp://127.0.0.1:{port}");
    let mut server = Command::new(programs.join("server"));
    let server = server.arg(&address).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _server = Guard(server);
    wait_for_port(port);
    let output = run(programs.join("client"), &[&address], &[]);
    assert_eq!(output.lines(), ["hello, Ada (#1)", "hello, Bo, hello, Cy"]);
    is_formatted(&package);
}

/// As rustfmt has it for those who say nothing, where it is installed.
fn is_formatted(package: &Path) {
    fs::write(package.join("rustfmt.toml"), "").unwrap();
    let fmt = |arguments: &[&str]| {
        let mut fmt = Command::new("cargo");
        fmt.current_dir(package).arg("fmt").args(arguments);
        run_command(fmt, &[])
    };
    if fmt(&["--version"]).status.success() {
        let output = fmt(&["--check"]);
        assert!(output.status.success(), "{:?}", output.lines());
    }
}

#[test]
fn nothing_is_overwritten() {
    let place = folder("there");
    fs::create_dir_all(place.join("there/src")).unwrap();
    fs::write(place.join("there/src/lib.rs"), "mine").unwrap();
    let output = init(&place, &["there"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.contains("`there/src/lib.rs` is there already"), "{}", output.stderr);
    assert_eq!(fs::read_to_string(place.join("there/src/lib.rs")).unwrap(), "mine");
    assert_eq!(fs::read_dir(place.join("there")).unwrap().count(), 1, "nothing else is written either");
}

#[test]
fn dependencies_are_where_the_command_comes_from_or_in_the_registry() {
    let place = folder("registry");
    assert!(init(&place, &["some/where/else"]).status.code() == Some(2), "`else` is a keyword");
    assert!(init(&place, &["here", "--path-dependencies", "."]).stderr.contains("no sources of oncrpc"));
    assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
    assert!(init(&place, &["beside"]).status.success());
    let manifest = fs::read_to_string(place.join("beside/Cargo.toml")).unwrap();
    let runtime = root().canonicalize().unwrap().join("runtime");
    assert!(manifest.contains(&format!("\noncrpc = {{ path = {runtime:?} }}\n")), "{manifest}");

    assert!(init(&place, &["some/where/there", "--registry"]).status.success());
    let manifest = fs::read_to_string(place.join("some/where/there/Cargo.toml")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(manifest.contains(&format!("\noncrpc = \"{version}\"\n")), "{manifest}");
    let compiler = format!("\noncrpc-compiler = {{ version = \"{version}\", default-features = false }}\n");
    assert!(manifest.contains(&compiler), "{manifest}");
}
