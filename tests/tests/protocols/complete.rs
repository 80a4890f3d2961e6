//! All files are there, compile without options, and none of them is complained about.

use super::PROTOCOLS;
use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::process::run_command;
use std::fs;
use std::process::Command;

#[test]
fn oncrpc_check_says_nothing() {
    let mut command = Command::new(build(root(), &["-p", "oncrpc-compiler", "--bin", "oncrpc"]).join("oncrpc"));
    command.current_dir(root().join("idl")).arg("check").args(PROTOCOLS);
    let output = run_command(command, &[]);
    assert!(output.status.success(), "{}", output.stderr);
    assert_eq!((output.stdout.as_slice(), output.stderr.as_str()), (&b""[..], ""));
}

/// Each file is in the list of idl/README.md, with where its protocol is specified.
#[test]
fn all_are_listed() {
    let readme = fs::read_to_string(root().join("idl/README.md")).unwrap();
    for entry in fs::read_dir(root().join("idl")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_listed = readme.lines().any(|line| line.starts_with(&format!("| `{name}` |")));
        assert!(is_listed || name == "README.md", "{name}");
    }
    for name in PROTOCOLS {
        assert!(root().join("idl").join(name).exists(), "{name}");
    }
}
