//! `oncrpc interop`: says "same" of interfaces that both sides take, "different" when rpcgen's output is tampered with, and
//! what is in the way when it cannot say either.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::missing;
use oncrpc_tests::process::{Output, run_for};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

/// Longer than both sides take to compile anywhere.
const BUILD_TIME: Duration = Duration::from_secs(900);

/// One at a time: all tests build in one folder, so that the runtime is compiled once.
static RUNNING: Mutex<()> = Mutex::new(());

fn oncrpc() -> PathBuf {
    build(root(), &["-p", "oncrpc-compiler", "--bin", "oncrpc"]).join("oncrpc")
}

/// A folder of this test's own.
fn place(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop_command").join(name);
    fs::create_dir_all(&place).unwrap();
    place
}

/// Runs the command on `arguments`; `None` where C peers cannot be built and need not be.
fn interop(arguments: &[&str], path: Option<&Path>) -> Option<Output> {
    let _one = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut command = Command::new(oncrpc());
    command.current_dir(root()).arg("interop").args(["--keep", place("work").to_str().unwrap()]).args(arguments);
    if let Some(first) = path {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let folders = [first.to_owned()].into_iter().chain(std::env::split_paths(&rest));
        command.env("PATH", std::env::join_paths(folders).unwrap());
    }
    let output = run_for(BUILD_TIME, command, &[]);
    if output.stderr.contains("C peers cannot be built") {
        missing(output.stderr.lines().nth(1).unwrap_or_default().trim());
        return None;
    }
    Some(output)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The row of the table for a type, as words.
fn row<'a>(table: &'a str, name: &str) -> Vec<&'a str> {
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.into_iter().find(|row| row.first() == Some(&name)).unwrap_or_else(|| panic!("no {name} in\n{table}"))
}

#[test]
fn both_sides_are_the_same() {
    let mut files = vec!["idl/kitchen_sink.x", "idl/calculator.x"];
    let system = ["nfs_prot", "mount", "yp", "klm_prot"].map(|name| format!("/usr/include/rpcsvc/{name}.x"));
    files.extend(system.iter().map(String::as_str).filter(|path| Path::new(path).exists()));
    let Some(output) = interop(&[&files[..], &["--values", "300", "--seed", "7"]].concat(), None) else { return };
    let table = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{table}{}", output.stderr);
    assert_eq!(row(&table, "every_form")[..5], ["every_form", "300", "300", "300", "300"]);
    // No bytes are known to be judged otherwise for a structure of two numbers.
    assert_eq!(row(&table, "point"), ["point", "300", "300", "300", "300", "300", "0", "same"]);
    // Arguments, which rpcgen puts into a structure, and strings without a type of their own, too.
    for file in files {
        assert!(table.contains(&format!("\n{file}: same: ")), "{file} in\n{table}");
    }
    assert!(table.contains("a number that is no enumerator: Rust refuses it, C takes it"), "{table}");
    assert!(!table.contains("DIFFERENT"), "{table}");
}

/// A folder with an rpcgen that does what the real one does and then runs `edit`, a sed script, over its output.
fn tampered(name: &str, edit: &str) -> PathBuf {
    let folder = place(name);
    let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("rpcgen"))
        .find(|path| path.exists())
        .unwrap_or_else(|| "/usr/bin/rpcgen".into());
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && exec {0} --version\n{0} \"$@\" || exit 1\nexec sed -i '{edit}' \"$4\"\n",
        real.display()
    );
    fs::write(folder.join("rpcgen"), script).unwrap();
    let mut chmod = Command::new("chmod");
    chmod.arg("+x").arg(folder.join("rpcgen"));
    assert!(run_for(BUILD_TIME, chmod, &[]).status.success());
    folder
}

const TAMPERED: &str = "\
enum colour { RED = 1, BLUE = 2 };
struct person { string name<8>; int age; unsigned int weight; };
union answer switch (colour which) { case RED: hyper wide; case BLUE: opaque few<5>; };
struct node { int value; node *next; };
";

/// Each of these changes to C must be found, in the type that it is made to and in those that hold it.
#[test]
fn a_difference_is_found() {
    let folder = place("sources");
    let source = folder.join("tampered.x");
    fs::write(&source, TAMPERED).unwrap();
    let faults = [
        ("none", "", &[][..], ""),
        ("bound", "s/&objp->name, 8/\\&objp->name, 9/", &["person"][..], "broken bytes are judged differently"),
        ("size", "s/xdr_int (xdrs, &objp->age)/xdr_short (xdrs, \\&objp->age)/", &["person"], "is not written as"),
        ("arm", "s/xdr_quad_t/xdr_int/", &["answer"], "is not written as it was read"),
        ("refusal", "s/few_len, 5/few_len, 4/", &["answer"], "C:    refused"),
        // The bytes stay the same: only the members tell.
        (
            "swap",
            "s/objp->age/objp->other/; s/objp->weight/objp->age/; s/objp->other/objp->weight/",
            &["person"],
            "a value is not the same, member by member",
        ),
        ("death", "s/!xdr_pointer (/(abort(), 0) || !xdr_pointer (/", &["node"], "C:    the program died: signal"),
    ];
    for (name, edit, wrong, shown) in faults {
        let Some(output) = interop(&[source.to_str().unwrap(), "--values", "300"], Some(&tampered(name, edit))) else {
            return;
        };
        let table = stdout(&output);
        assert_eq!(output.stderr, "", "{name}");
        for kind in ["colour", "person", "answer", "node"] {
            let verdict = if wrong.contains(&kind) { "DIFFERENT" } else { "same" };
            assert_eq!(row(&table, kind).last(), Some(&verdict), "{name}: {kind} in\n{table}{}", output.stderr);
        }
        assert!(table.contains(shown), "{name}: {table}");
        let status = if wrong.is_empty() { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(status), "{name}: {table}");
    }
}

#[test]
fn the_same_seed_makes_the_same_report() {
    let arguments = ["idl/calculator.x", "--values", "50", "--seed"];
    let report = |seed: &'static str| interop(&[&arguments[..], &[seed]].concat(), None).map(|it| stdout(&it));
    let (Some(one), Some(again), Some(other)) = (report("1"), report("1"), report("2")) else { return };
    assert_eq!(one, again);
    assert_ne!(one, other.replace("(seed 2)", "(seed 1)"));
}

#[test]
fn includes_and_defines_reach_both_sides() {
    let folder = place("includes");
    fs::create_dir_all(folder.join("common")).unwrap();
    fs::write(folder.join("common/base.x"), "typedef opaque handle[SIZE];\n").unwrap();
    let text = "#include \"base.x\"\n#ifdef LOCKS\nstruct lock { handle h; quadruple q; };\n#endif\nstruct two { handle h[2]; };\n";
    fs::write(folder.join("includes.x"), text).unwrap();
    let (file, common) = (folder.join("includes.x"), folder.join("common"));
    let arguments =
        [file.to_str().unwrap(), "-I", common.to_str().unwrap(), "-DSIZE=6", "-D", "LOCKS", "--values", "9"];
    let Some(output) = interop(&arguments, None) else { return };
    let table = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{table}{}", output.stderr);
    assert_eq!(row(&table, "two")[1..4], ["9", "9", "9"]);
    assert!(table.contains("  lock: it holds a quadruple, for which libtirpc has no codec\n"), "{table}");
}

#[test]
fn what_only_headers_have_can_be_away() {
    let folder = place("headless");
    let file = folder.join("headless.x");
    // A codec called like one of libtirpc's own must not get in its way.
    let text = "%#include \"project/away.h\"\n%#include <errno.h>\ntypedef hyper int64_t;\n\
                struct sized { opaque data[ID_LEN]; int64_t when; };\nstruct holds { project_id id; };\n";
    fs::write(&file, text).unwrap();
    let mut arguments = vec![file.to_str().unwrap(), "--values", "50"];
    arguments.extend(["-D", "ID_LEN=6", "--extern-type", "project_id=crate::ProjectId"]);
    let Some(output) = interop(&arguments, None) else { return };
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{said}\n{}", output.stderr);
    assert_eq!(row(&said, "sized").last(), Some(&"same"), "{said}");
    assert!(said.contains("\n  holds: it holds a type that only a C header defines\n"), "{said}");
    assert!(said.contains("without which the C program is built: \"project/away.h\"\n"), "{said}");
}

#[test]
fn what_cannot_be_said_is_status_2() {
    let folder = place("refused");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let cases = [
        (file("wrong.x", "struct s { nosuch a; };"), "`nosuch` is not a type"),
        (file("wider.x", "struct s { struct { int x; } inner; };"), "error: rpcgen refuses"),
        (file("header.x", "%#error no header\nstruct s { int a; };"), "no header"),
        (file("empty.x", "const A = 1;"), "nothing is proved"),
        ("nosuch.x".to_owned(), "cannot read `nosuch.x`"),
    ];
    for (path, message) in &cases {
        let Some(output) = interop(&[path], None) else { return };
        assert!(output.stderr.contains(message), "{path}: {}", output.stderr);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{path}");
    }
    // The others are tried nevertheless.
    let right = file("right.x", "struct s { int a; };");
    let Some(output) = interop(&[&cases[0].0, &right, "--values", "5"], None) else { return };
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(row(&stdout(&output), "s").last(), Some(&"same"));
}

#[test]
fn missing_tools_are_named_with_their_packages() {
    let mut command = Command::new(oncrpc());
    command.current_dir(root()).args(["interop", "idl/calculator.x"]).env("PATH", place("nothing"));
    let output = run_for(BUILD_TIME, command, &[]);
    assert_eq!(output.status.code(), Some(2));
    for (tool, package) in [("rpcgen", "rpcsvc-proto"), ("gcc", "gcc"), ("libtirpc", "libtirpc-dev")] {
        let line = format!("  {tool} is missing: Debian package {package}\n");
        assert!(output.stderr.contains(&line), "{}", output.stderr);
    }
}

#[test]
fn the_report_in_the_documentation_is_real() {
    let Some(output) = interop(&["idl/calculator.x"], None) else { return };
    let path = root().join("docs/interop.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("```text\n").unwrap();
    let (found, after) = rest.split_once("```\n").unwrap();
    let real = stdout(&output);
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, format!("{before}```text\n{real}```\n{after}")).unwrap();
    } else {
        assert_eq!(found, real, "BLESS=1 writes it anew");
    }
}
