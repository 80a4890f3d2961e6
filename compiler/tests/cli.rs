//! The command line: exit statuses, where output goes, and that nothing is written when something is wrong.

#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const RIGHT: &str = "/* A pair. */\nstruct pair { int a; int b; };\n";
const WRONG: &str = "struct pair { nosuch a; };\n";

/// A directory of its own for a test.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn oncrpc(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oncrpc")).args(arguments).current_dir(directory).output().unwrap()
}

fn files(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn output_goes_next_to_the_input_unless_told_otherwise() {
    let here = directory("places");
    fs::create_dir(here.join("idl")).unwrap();
    fs::write(here.join("idl/pair.x"), RIGHT).unwrap();
    fs::write(here.join("idl/two.x"), "const TWO = 2;").unwrap();
    assert!(oncrpc(&here, &["gen", "idl/pair.x"]).status.success());
    assert_eq!(files(&here.join("idl")), ["pair.rs", "pair.x", "two.x"]);
    assert!(oncrpc(&here, &["gen", "idl/pair.x", "-o", "named.rs"]).status.success());
    assert!(oncrpc(&here, &["gen", "idl/pair.x", "idl/two.x", "--out-dir", "new/out"]).status.success());
    assert_eq!(files(&here.join("new/out")), ["pair.rs", "two.rs"]);
    let printed = oncrpc(&here, &["gen", "idl/pair.x", "-o", "-"]);
    assert!(printed.stderr.is_empty());
    for written in ["idl/pair.rs", "named.rs", "new/out/pair.rs"] {
        assert_eq!(fs::read(here.join(written)).unwrap(), printed.stdout, "{written}");
    }
    assert!(String::from_utf8(printed.stdout).unwrap().contains("pub struct Pair"));
    assert_eq!(files(&here), ["idl", "named.rs", "new"]);
}

#[test]
fn errors_in_a_file_are_status_1_and_nothing_is_written() {
    let here = directory("errors");
    fs::write(here.join("wrong.x"), WRONG).unwrap();
    fs::write(here.join("right.x"), RIGHT).unwrap();
    fs::write(here.join("wrong.rs"), "old").unwrap();
    let output = oncrpc(&here, &["gen", "right.x", "wrong.x"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).starts_with("error[E0103]: `nosuch` is not a type\n --> wrong.x:1:15\n"), "{output:?}");
    assert!(!stderr(&output).contains('\x1b'), "colour without a terminal");
    assert!(output.stdout.is_empty());
    assert_eq!(files(&here), ["right.x", "wrong.rs", "wrong.x"]);
    assert_eq!(fs::read_to_string(here.join("wrong.rs")).unwrap(), "old");
    assert_eq!(oncrpc(&here, &["check", "wrong.x"]).status.code(), Some(1));
}

#[test]
fn wrong_usage_and_unreadable_files_are_status_2() {
    let here = directory("usage");
    fs::write(here.join("a.x"), RIGHT).unwrap();
    fs::write(here.join("a.y"), RIGHT).unwrap();
    fs::create_dir(here.join("other")).unwrap();
    fs::write(here.join("other/a.x"), RIGHT).unwrap();
    let status = |arguments: &[&str]| oncrpc(&here, arguments).status.code();
    for arguments in [
        &["gen"][..],
        &["gen", "nosuch.x"],
        &["gen", "a.x", "nosuch.x"],
        &["check", "nosuch.x"],
        &["check", "other"],
        &["check", "/dev/zero"],
        &["gen", "a.x", "other/a.x", "-o", "out.rs"],
        &["gen", "a.x", "other/a.x", "--out-dir", "out"],
        &["gen", "a.x", "-o", "out.rs", "--out-dir", "out"],
        &["gen", "a.x", "-o", "no/such/directory/out.rs"],
        &["gen", "a.x", "-D", "1=2"],
        &["gen", "a.x", "--emit", "c"],
        &["gen", "a.x", "--check", "-o", "-"],
        &["gen", "a.x", "-o", "a.x"],
        &["gen", "a.x", "a.y"],
        &["make", "a.x"],
    ] {
        assert_eq!(status(arguments), Some(2), "{arguments:?}");
    }
    let missing = stderr(&oncrpc(&here, &["gen", "nosuch.x"]));
    assert!(missing.contains("cannot read `nosuch.x`"), "{missing}");
    assert_eq!(files(&here), ["a.x", "a.y", "other"]);
    assert_eq!(fs::read_to_string(here.join("a.x")).unwrap(), RIGHT);
    assert_eq!(status(&["check", "a.x"]), Some(0));
}

#[test]
fn check_compares_and_writes_nothing() {
    let here = directory("check");
    fs::write(here.join("pair.x"), RIGHT).unwrap();
    let output = oncrpc(&here, &["gen", "--check", "pair.x"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`pair.rs` is not up to date"), "{output:?}");
    assert_eq!(files(&here), ["pair.x"]);
    assert!(oncrpc(&here, &["gen", "pair.x"]).status.success());
    assert!(oncrpc(&here, &["gen", "--check", "pair.x"]).status.success());
    fs::write(here.join("pair.x"), RIGHT.replace("int b", "hyper b")).unwrap();
    assert_eq!(oncrpc(&here, &["gen", "--check", "pair.x"]).status.code(), Some(1));
}

#[test]
fn an_output_that_is_up_to_date_is_not_touched() {
    let here = directory("unchanged");
    fs::write(here.join("pair.x"), RIGHT).unwrap();
    let time = || fs::metadata(here.join("pair.rs")).unwrap().modified().unwrap();
    assert!(oncrpc(&here, &["gen", "pair.x"]).status.success());
    let first = time();
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert!(oncrpc(&here, &["gen", "pair.x"]).status.success());
    assert_eq!(time(), first);
    fs::write(here.join("pair.x"), RIGHT.replace("int b", "hyper b")).unwrap();
    assert!(oncrpc(&here, &["gen", "pair.x"]).status.success());
    assert!(time() > first);
    assert_eq!(files(&here), ["pair.rs", "pair.x"]);
}

#[test]
fn includes_and_defines_come_from_the_command_line() {
    let here = directory("options");
    fs::create_dir(here.join("common")).unwrap();
    fs::write(here.join("common/base.x"), "typedef opaque handle[SIZE];").unwrap();
    fs::write(here.join("a.x"), "#include \"base.x\"\n#ifdef LOCKS\nstruct lock { handle h; };\n#endif\n").unwrap();
    assert_eq!(oncrpc(&here, &["check", "a.x"]).status.code(), Some(1));
    let output = oncrpc(&here, &["gen", "a.x", "-I", "common", "-DSIZE=8", "-D", "LOCKS", "--emit", "model"]);
    let model = String::from_utf8(output.stdout).unwrap();
    assert!(model.contains("FixedOpaque(\n") && model.contains("\"lock\""), "{model}");
    assert_eq!(files(&here), ["a.x", "common"]);
}

#[test]
fn names_can_stay_as_they_are() {
    let here = directory("verbatim");
    fs::write(here.join("a.x"), "struct some_pair { int a; };").unwrap();
    let output = oncrpc(&here, &["gen", "a.x", "--verbatim-names", "-o", "-"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("pub struct some_pair"));
}

#[test]
fn codes_are_explained() {
    let here = directory("explain");
    let page = oncrpc(&here, &["explain", "E0103"]);
    assert!(String::from_utf8(page.stdout.clone()).unwrap().starts_with("# E0103: a name that is not a type\n"));
    assert_eq!(oncrpc(&here, &["--explain", "e0103"]).stdout, page.stdout);
    let list = String::from_utf8(oncrpc(&here, &["explain"]).stdout).unwrap();
    assert!(list.lines().any(|line| line == "E0103: a name that is not a type"), "{list}");
    let unknown = oncrpc(&here, &["--explain", "E9999"]);
    assert_eq!((unknown.status.code(), unknown.stdout.len()), (Some(2), 0));
    assert_eq!(oncrpc(&here, &[]).status.code(), Some(2));
}

#[test]
fn messages_come_in_the_format_asked_for() {
    let here = directory("formats");
    fs::write(here.join("wrong.x"), WRONG).unwrap();
    fs::write(here.join("right.x"), RIGHT).unwrap();
    let shown = |arguments: &[&str]| stderr(&oncrpc(&here, arguments));
    assert_eq!(
        shown(&["check", "wrong.x", "--message-format", "short"]),
        "wrong.x:1:15: error[E0103]: `nosuch` is not a type\n"
    );
    let json = shown(&["gen", "--message-format=json", "wrong.x", "nosuch.x"]);
    let lines: Vec<&str> = json.lines().collect();
    let [error, missing] = lines.as_slice() else { panic!("{json}") };
    let start = r#"{"version":1,"severity":"error","code":"E0103","message":"`nosuch` is not a type","span":{"file":"wrong.x","#;
    assert!(error.starts_with(start), "{error}");
    assert!(
        error.contains(r#""start":{"line":1,"column":15,"byte":14},"end":{"line":1,"column":21,"byte":20}"#),
        "{error}"
    );
    assert!(missing.starts_with(r#"{"version":1,"severity":"error","code":null,"message":"cannot read `nosuch.x`"#));
    let stale = shown(&["gen", "--message-format=json", "--check", "right.x"]);
    assert!(stale.contains("is not up to date") && stale.lines().all(|line| line.starts_with("{\"version\":1,")));
    let human = shown(&["check", "wrong.x"]);
    assert!(human.ends_with("note: `oncrpc explain E0103` tells more about such an error\n"), "{human}");
}

#[test]
fn colours_come_when_asked_for() {
    let here = directory("colours");
    fs::write(here.join("wrong.x"), WRONG).unwrap();
    let coloured = |arguments: &[&str]| stderr(&oncrpc(&here, arguments)).contains('\x1b');
    assert!(coloured(&["check", "wrong.x", "--color", "always"]));
    assert!(!coloured(&["check", "wrong.x", "--color", "never"]));
    assert!(!coloured(&["check", "wrong.x", "--color=auto"]));
    assert!(!coloured(&["check", "wrong.x", "--color", "always", "--message-format", "json"]));
}

#[test]
fn types_and_constants_of_c_headers_are_named_on_the_command_line() {
    let here = directory("extern");
    let text = "struct lock { cookie_t cookie; struct cookie_t *owner; u_long pid; string host<NAME_MAX>; };
        program LOCKS { version LOCKS_1 { cookie_t LOCK(lock, cookie_t) = 1; } = 1; } = 99;";
    fs::write(here.join("lock.x"), text).unwrap();
    let without = stderr(&oncrpc(&here, &["check", "lock.x"]));
    assert!(without.contains("`--extern-type cookie_t=PATH`"), "{without}");
    assert!(without.contains("`-D NAME_MAX=VALUE`"), "{without}");
    let gen_with = |path: &str| {
        let extern_type = format!("--extern-type=cookie_t={path}");
        oncrpc(&here, &["gen", "lock.x", "-o", "-", "-DNAME_MAX=255", &extern_type, "--extern-type", "unused=u32"])
    };
    let output = gen_with("crate::nfs::NetObj");
    assert!(output.status.success(), "{}", stderr(&output));
    let rust = String::from_utf8(output.stdout).unwrap();
    for part in [
        "pub cookie: crate::nfs::NetObj,",
        "pub owner: Option<crate::nfs::NetObj>,",
        "rpc::encode::<rpc::Optional<crate::nfs::NetObj>>(&value.owner, out)?;",
        "rpc::encode::<rpc::Str<255>>(&value.host, out)?;",
        "argument2: crate::nfs::NetObj",
    ] {
        assert!(rust.contains(part), "{part} is not in\n{rust}");
    }
    for wrong in ["super::NetObj", "self::NetObj", "not a path", ""] {
        assert_eq!(gen_with(wrong).status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn headers_of_interfaces_are_followed_where_names_are_missing() {
    let here = directory("headers");
    fs::create_dir_all(here.join("rpcsvc")).unwrap();
    fs::create_dir_all(here.join("sys")).unwrap();
    // Its own header, one that has no interface, one of another folder, and one that goes round.
    let back = "%#include <stdio.h>\n%#include <sys/base.h>\n%#include \"back.h\"\n  %#include <rpcsvc/object.h>\n";
    fs::write(here.join("rpcsvc/back.x"), format!("{back}struct back {{ object *entries; name n; }};\n")).unwrap();
    let object = "%#include <rpcsvc/back.h>\n%#include \"xdr/name.h\"\nstruct object { name owner; };\n";
    fs::write(here.join("rpcsvc/object.x"), object).unwrap();
    fs::write(here.join("rpcsvc/name.x"), "typedef string name<64>;").unwrap();
    fs::write(here.join("rpcsvc/base.x"), "#error not <sys/base.h>\n").unwrap();
    let output = oncrpc(&here.join("rpcsvc"), &["gen", "back.x", "-o", "-"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let rust = String::from_utf8(output.stdout).unwrap();
    let found = ["pub struct Back", "pub struct Object", "pub type Name"].map(|part| rust.matches(part).count());
    assert_eq!(found, [1; 3], "{rust}");
    // An -I names the folder that the header's own folder is in.
    fs::write(here.join("sys/user.x"), "%#include <rpcsvc/name.h>\nstruct user { name n; };").unwrap();
    assert_eq!(oncrpc(&here, &["check", "sys/user.x"]).status.code(), Some(1));
    assert!(oncrpc(&here, &["check", "-I", ".", "sys/user.x"]).status.success());
}

#[test]
fn headers_of_interfaces_are_followed_without_need_when_asked() {
    let here = directory("headers_asked");
    fs::write(here.join("name.x"), "typedef string name<64>;").unwrap();
    fs::write(here.join("user.x"), "%#include \"name.hpp\"\nstruct user { int id; };").unwrap();
    for (options, wanted) in [(&["-o", "-"][..], false), (&["-o", "-", "--follow-c-includes"], true)] {
        let output = oncrpc(&here, &[&["gen", "user.x"], options].concat());
        assert_eq!(String::from_utf8(output.stdout).unwrap().contains("pub type Name"), wanted);
    }
}

#[test]
fn following_headers_to_more_errors_is_no_help() {
    let here = directory("headers_worse");
    fs::write(here.join("name.x"), "typedef string name<A>; typedef string other<B>; typedef lost found;").unwrap();
    fs::write(here.join("user.x"), "%#include \"name.h\"\nstruct user { name n; };").unwrap();
    let worse = stderr(&oncrpc(&here, &["check", "user.x", "--message-format", "short"]));
    assert_eq!(worse, "user.x:2:15: error[E0103]: `name` is not a type\n");
    // With as many, those say what is left to do.
    fs::write(here.join("name.x"), "typedef string name<A>;").unwrap();
    let left = stderr(&oncrpc(&here, &["check", "user.x", "--message-format", "short"]));
    assert_eq!(left, "name.x:1:21: error[E0104]: `A` is not a constant\n");
}

#[test]
fn a_header_inside_a_definition_is_not_followed() {
    let here = directory("headers_inside");
    fs::write(here.join("b.x"), "typedef int b;").unwrap();
    fs::write(here.join("a.x"), "struct a {\n%#include \"b.h\"\n    b x;\n};\n").unwrap();
    let output = oncrpc(&here, &["check", "--follow-c-includes", "a.x"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("write `#include \"b.x\"`"), "{}", stderr(&output));
}

#[test]
fn lints_are_listed_and_their_levels_chosen() {
    let here = directory("lints");
    let list = String::from_utf8(oncrpc(&here, &["lints"]).stdout).unwrap();
    assert!(list.lines().any(|line| line == "name-clash   warn   names that are the same in Rust"), "{list}");
    fs::write(here.join("a.x"), "struct a_b { string s<>; }; struct aB { int i; };").unwrap();
    let by_default = oncrpc(&here, &["gen", "a.x"]);
    assert!(by_default.status.success() && here.join("a.rs").exists());
    assert!(stderr(&by_default).starts_with("warning[name-clash]: the types `a_b` and `aB` are both `AB` in Rust\n"));
    assert!(oncrpc(&here, &["gen", "a.x", "--allow", "name-clash"]).stderr.is_empty());
    let denied = oncrpc(&here, &["check", "a.x", "--deny", "unbounded", "--message-format", "short"]);
    assert_eq!(denied.status.code(), Some(1));
    let lines = "a.x:1:14: error[unbounded]: the string `s` has no bound\n\
                 a.x:1:36: warning[name-clash]: the types `a_b` and `aB` are both `AB` in Rust\n";
    assert_eq!(stderr(&denied), lines);
    assert_eq!(oncrpc(&here, &["check", "a.x", "--warn", "nosuch"]).status.code(), Some(2));
}

const ASKED: &str = "program P { version V { int ASK(void) = 1; } = 1; } = 0x20000001;\n";

#[test]
fn samples_of_several_files_go_to_a_directory() {
    let here = directory("samples");
    let program = |number: u32| ASKED.replace("0x20000001", &number.to_string());
    for (name, text) in [("one.x", program(1)), ("two.x", program(2)), ("types.x", RIGHT.to_owned())] {
        fs::write(here.join(name), text).unwrap();
    }
    let inputs = ["gen", "--sample", "server", "one.x", "types.x", "two.x"];
    let mixed = oncrpc(&here, &inputs);
    assert_eq!((mixed.status.code(), mixed.stdout.len()), (Some(2), 0));
    assert!(stderr(&mixed).contains("need --out-dir"), "{}", stderr(&mixed));
    let to_folder = [&inputs[..], &["--out-dir", "bin"]].concat();
    assert!(oncrpc(&here, &to_folder).status.success());
    assert_eq!(files(&here.join("bin")), ["one_server.rs", "two_server.rs"]);
    let alone = oncrpc(&here, &["gen", "--sample", "server", "two.x"]);
    assert_eq!(fs::read(here.join("bin/two_server.rs")).unwrap(), alone.stdout);
    // One that is there keeps the others from being written.
    fs::remove_file(here.join("bin/one_server.rs")).unwrap();
    let again = oncrpc(&here, &to_folder);
    assert_eq!(again.status.code(), Some(1));
    assert!(stderr(&again).contains("`bin/two_server.rs` is there already"), "{}", stderr(&again));
    assert_eq!(files(&here.join("bin")), ["two_server.rs"]);
}

/// The proof against C says what it has to say of a file as the other commands do.
#[test]
fn interop_takes_the_options_of_messages_and_lints() {
    let here = directory("interop");
    fs::write(here.join("wrong.x"), WRONG).unwrap();
    fs::write(here.join("unbounded.x"), "struct s { string a<>; };\n").unwrap();
    let said = |arguments: &[&str]| {
        let output = oncrpc(&here, &[&["interop"], arguments].concat());
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        stderr(&output)
    };
    let json = said(&["wrong.x", "--message-format", "json"]);
    assert!(json.starts_with('{') && json.contains("\"E0103\""), "{json}");
    assert!(said(&["wrong.x", "--message-format", "short"]).starts_with("wrong.x:1:15: error[E0103]: "));
    assert!(said(&["wrong.x", "--color", "always"]).contains("\u{1b}["));
    assert!(!said(&["wrong.x"]).contains("\u{1b}["));
    assert!(said(&["unbounded.x", "--deny", "unbounded"]).contains("error[unbounded]"));
}
