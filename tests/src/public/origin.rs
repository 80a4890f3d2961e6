//! Published packages and their files, as the package managers bring them.

use crate::c::root;
use crate::process::{Output, run_for};
use crate::{missing, say};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Longer than a package manager takes.
const FETCH_TIME: Duration = Duration::from_secs(300);

/// Where a package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A Debian package, which tests/run installs.
    Debian(&'static str),
    /// A crate and its version, which cargo brings.
    Crate(&'static str, &'static str),
    /// A package of npm and its version, brought where npm is there.
    Npm(&'static str, &'static str),
}

impl Origin {
    /// The package's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debian(name) | Self::Crate(name, _) | Self::Npm(name, _) => name,
        }
    }

    /// The folder that its paths are below, with all its `.x` files; `None`, which is said, if it is not to be had.
    pub fn fetch(self) -> Option<(PathBuf, Vec<PathBuf>)> {
        match self {
            Self::Debian(name) => debian(name),
            Self::Crate(name, version) => {
                let folder = crates(&format!("{name}-{version}"))?;
                let files = interfaces_below(&folder);
                Some((folder, files))
            }
            Self::Npm(name, version) => {
                let folder = npm(name, version)?;
                let files = interfaces_below(&folder);
                Some((folder, files))
            }
        }
    }
}

fn debian(name: &str) -> Option<(PathBuf, Vec<PathBuf>)> {
    let listed = run("dpkg", &["-L", name], Path::new("/")).filter(|output| output.status.success());
    let Some(output) = listed else {
        missing(&format!("the Debian package {name}"));
        return None;
    };
    let files = output.lines().into_iter().filter(|line| line.ends_with(".x")).map(PathBuf::from).collect();
    Some((PathBuf::from("/"), files))
}

/// The sources of a crate of public/Cargo.toml, in cargo's own store.
fn crates(folder: &str) -> Option<PathBuf> {
    let place = scratch("crates");
    fs::copy(root().join("tests/public/Cargo.toml"), place.join("Cargo.toml")).unwrap();
    fs::write(place.join("nothing.rs"), "").unwrap();
    // Of what they depend on only what this platform needs is brought.
    let host = host();
    let arguments = ["metadata", "--format-version=1", "--quiet", "--filter-platform", &host];
    let output = run(env!("CARGO"), &arguments, &place).filter(|output| output.status.success());
    let Some(output) = output else {
        let why = format!("NOT TRIED: the crate {folder}, for which cargo needs its registry");
        assert!(std::env::var_os("CI").is_none(), "{why}");
        say(&why);
        return None;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let end = format!("/{folder}/Cargo.toml");
    let manifest = text.split('"').find(|text| text.ends_with(&end)).expect("a dependency is in the metadata");
    Path::new(manifest).parent().map(Path::to_owned)
}

fn host() -> String {
    let output = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo knows its host").to_owned()
}

fn npm(name: &str, version: &str) -> Option<PathBuf> {
    let place = scratch("npm");
    let package = place.join("package");
    let packed = run("npm", &["pack", "--silent", &format!("{name}@{version}")], &place);
    if !packed.is_some_and(|output| output.status.success()) {
        say(&format!("NOT TRIED: {name} {version}, for which npm and its registry are needed"));
        return None;
    }
    let unpacked = run("tar", &["-xzf", &format!("{name}-{version}.tgz")], &place).expect("tar is there");
    assert!(unpacked.status.success(), "{}", unpacked.stderr);
    Some(package)
}

/// `None` if there is no such program.
fn run(program: &str, arguments: &[&str], place: &Path) -> Option<Output> {
    Command::new(program).arg("--version").output().ok()?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(place);
    Some(run_for(FETCH_TIME, command, &[]))
}

/// An empty folder of that name.
pub(super) fn scratch(name: &str) -> PathBuf {
    let target = Path::new(env!("OUT_DIR")).join("public").join(name);
    let _ = fs::remove_dir_all(&target);
    fs::create_dir_all(&target).unwrap();
    target
}

fn interfaces_below(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            match entry.path() {
                path if entry.file_type().unwrap().is_dir() => open.push(path),
                path if path.extension().is_some_and(|extension| extension == "x") => found.push(path),
                _ => {}
            }
        }
    }
    found
}
