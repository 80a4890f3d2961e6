//! Packages that tests build as a user would, in our own target folder.

use crate::process::{Output, run_for};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Longer than a package and its dependencies take to compile anywhere.
const BUILD_TIME: Duration = Duration::from_secs(900);

/// Builds the package in `place`, without the network, and returns the folder of its programs. Panics with what cargo
/// says if it does not build.
pub fn build(place: &Path, arguments: &[&str]) -> PathBuf {
    // OUT_DIR is TARGET/debug/build/PACKAGE/out.
    let target = Path::new(env!("OUT_DIR")).ancestors().nth(4).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(place).args(["build", "--offline", "--target-dir"]).arg(target).args(arguments);
    let output: Output = run_for(BUILD_TIME, cargo, &[]);
    assert!(output.status.success(), "{}", output.stderr);
    target.join("debug")
}
