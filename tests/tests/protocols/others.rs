//! `oncrpc interop` with codecs that others wrote, or that rpcgen made of their interface file, in place of those that rpcgen
//! makes of ours: values go through both sides, byte by byte and member by member.

use oncrpc_compiler::model::types::{ConstantValue, Definition, Model};
use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::process::{Output, run_for};
use oncrpc_tests::{missing, wire};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

/// Longer than both sides take to compile anywhere.
const BUILD_TIME: Duration = Duration::from_secs(900);

/// One at a time: all build in one folder, so that the runtime is compiled once.
static RUNNING: Mutex<()> = Mutex::new(());

/// Another implementation of the protocol of one of our files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Other {
    /// Whose it is, as a name of a folder.
    pub(crate) whose: &'static str,
    /// Our file.
    pub(crate) ours: &'static str,
    /// What is written otherwise in it, which is not so on the wire.
    pub(crate) edits: &'static [(&'static str, &'static str)],
    /// Types of ours that it does not have.
    pub(crate) lacks: &'static [&'static str],
    /// What it calls a number of ours: a constant, an enumerator, a program, a version or a procedure; `None` if it has no name
    /// for it.
    pub(crate) number: fn(&str) -> Option<String>,
}

/// What takes the place of tools that `oncrpc interop` runs.
#[derive(Debug)]
pub(crate) struct Tools {
    /// A shell script for `rpcgen -N -h|-c -o OUTPUT ... FILE`.
    pub(crate) rpcgen: String,
    /// A shell script for `pkg-config`, if the C program needs another library than libtirpc.
    pub(crate) pkg_config: Option<String>,
}

impl Other {
    /// The folder of this comparison.
    pub(crate) fn place(&self) -> PathBuf {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("protocols").join(self.whose).join(self.stem());
        fs::create_dir_all(&place).unwrap();
        place
    }

    /// The name of our file, and so of the header that the C program includes.
    pub(crate) fn stem(&self) -> &'static str {
        self.ours.trim_end_matches(".x")
    }

    /// Our file as it is compared: its path.
    fn edited(&self) -> PathBuf {
        let mut text = fs::read_to_string(root().join("idl").join(self.ours)).unwrap();
        for (from, to) in self.edits {
            assert!(text.contains(from), "{} has no `{from}`", self.ours);
            text = text.replace(from, to);
        }
        let path = self.place().join(self.ours);
        fs::write(&path, text).unwrap();
        path
    }

    /// Assertions for the C compiler: their numbers are ours.
    pub(crate) fn assertions(&self) -> String {
        let model = wire::model(self.edited().to_str().unwrap());
        let mut text = String::new();
        for (name, number) in numbers(&model) {
            if let Some(theirs) = (self.number)(&name) {
                writeln!(text, "_Static_assert({theirs} == {number}, \"{name}\");").unwrap();
            }
        }
        text
    }

    /// Tries all types that it has.
    pub(crate) fn is_the_same(&self, tools: &Tools) {
        let file = self.edited();
        let Some(output) = interop(&self.place(), &file, tools) else { return };
        let report = String::from_utf8(output.stdout).unwrap();
        let model = wire::model(file.to_str().unwrap());
        let all: BTreeSet<&str> = wire::types(&model).into_iter().map(|(name, _)| name).collect();
        let lacks: BTreeSet<&str> = self.lacks.iter().copied().collect();
        let rows = rows(&report);
        let tried: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
        let message = format!("{} and {}:\n{report}{}", self.ours, self.whose, output.stderr);
        assert_eq!(tried, &all - &lacks, "{message}");
        for row in rows {
            // Values, those of the same bytes, those of the same members. What each makes of broken bytes is not compared.
            assert_eq!((row[2], row[3]), (row[1], row[1]), "{}: {message}", row[0]);
            assert_ne!(row[1], "0", "{message}");
        }
    }
}

/// All that has a name and a number.
fn numbers(model: &Model) -> Vec<(String, i128)> {
    let mut numbers = Vec::new();
    for definition in &model.definitions {
        match definition {
            Definition::Constant(it) => {
                if let ConstantValue::Integer(value) = it.value {
                    numbers.push((it.name.clone(), value));
                }
            }
            Definition::Enumeration(it) => {
                numbers.extend(it.enumerators.iter().map(|it| (it.name.clone(), i128::from(it.value))));
            }
            Definition::Program(it) => {
                numbers.push((it.name.clone(), i128::from(it.number)));
                for version in &it.versions {
                    numbers.push((version.name.clone(), i128::from(version.number)));
                    numbers.extend(version.procedures.iter().map(|it| (it.name.clone(), i128::from(it.number))));
                }
            }
            Definition::Structure(_) | Definition::Union(_) | Definition::Typedef(_) | Definition::Extern(_) => {}
        }
    }
    numbers
}

/// Runs `oncrpc interop` with these tools; `None` where C programs cannot be built and need not be.
fn interop(place: &Path, file: &Path, tools: &Tools) -> Option<Output> {
    let _one = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let bin = place.join("bin");
    fs::create_dir_all(&bin).unwrap();
    script(&bin.join("rpcgen"), &tools.rpcgen);
    if let Some(text) = &tools.pkg_config {
        script(&bin.join("pkg-config"), text);
    }
    let mut command = Command::new(build(root(), &["-p", "oncrpc-compiler", "--bin", "oncrpc"]).join("oncrpc"));
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop_command/work");
    command.arg("interop").arg(file).args(["--values", "300", "--seed", "7", "--keep"]).arg(work);
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([bin].into_iter().chain(std::env::split_paths(&rest))).unwrap();
    command.current_dir(root()).env("PATH", path);
    let output = run_for(BUILD_TIME, command, &[]);
    if output.stderr.contains("C peers cannot be built") {
        missing(output.stderr.lines().nth(1).unwrap_or_default().trim());
        return None;
    }
    Some(output)
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    let chmod = Command::new("chmod").arg("+x").arg(path).status();
    assert!(chmod.unwrap().success());
}

/// The rows of the report's table, as words.
fn rows(report: &str) -> Vec<Vec<&str>> {
    let table = report.lines().skip_while(|line| !line.starts_with("type ")).skip(1);
    table.take_while(|line| !line.is_empty()).map(|line| line.split_whitespace().collect()).collect()
}
