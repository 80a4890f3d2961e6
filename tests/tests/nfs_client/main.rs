//! examples/nfs against nfs-ganesha, our own nfsd, and a server that does what it may but hardly any does.

mod awkward;
mod commands;
mod contrary;
mod restarts;
mod servers;

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::process::{Output, run_command};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The program, built once.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build(root(), &["-p", "nfs"]).join("nfs"))
}

/// Runs it to its end.
fn nfs(arguments: &[impl AsRef<OsStr>]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments);
    run_command(command, &[])
}

/// The same where it must end well, saying nothing of its own. Returns what it wrote.
#[track_caller]
fn done(arguments: &[impl AsRef<OsStr>]) -> Vec<u8> {
    let output = nfs(arguments);
    assert!(output.status.success() && output.stderr.is_empty(), "{}: {}", output.status, output.stderr);
    output.stdout
}

/// The same where it must fail with this code; what it complains about.
#[track_caller]
fn refused(code: i32, arguments: &[impl AsRef<OsStr>]) -> String {
    let output = nfs(arguments);
    assert_eq!(output.status.code(), Some(code), "{}", output.stderr);
    output.stderr
}

/// Bytes without a pattern that a block could be put at a wrong place in.
fn content(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(word).take(length / 8 + 1).flatten().collect();
    bytes.truncate(length);
    bytes
}
