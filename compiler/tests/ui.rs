//! Wrong files and what the compiler says about them: every `ui/NAME.x` has a `ui/NAME.stderr`. A file may begin with
//! options, as `/* oncrpc: --warn unbounded */`; one that is only warned about is accepted.
//! `BLESS=1 cargo test` writes what is said now.

#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn messages_are_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".x"))
        .collect();
    names.sort();
    assert!(names.len() >= 60, "the folder is not complete: {names:?}");
    let wrong: Vec<String> = names.iter().filter_map(|name| check(&folder, name)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The options a file asks for.
fn options(path: &Path) -> Vec<String> {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let options = text.strip_prefix("/* oncrpc: ").and_then(|rest| rest.split_once(" */"));
    options.map(|(options, _)| options.split(' ').map(str::to_owned).collect()).unwrap_or_default()
}

/// Says what is wrong with one case.
fn check(folder: &Path, name: &str) -> Option<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oncrpc"));
    let output = command.args(["check", name]).args(options(&folder.join(name))).current_dir(folder).output().unwrap();
    let found = String::from_utf8(output.stderr).unwrap();
    let warned = found.starts_with("warning[") && !found.lines().any(|line| line.starts_with("error"));
    let expected = i32::from(!warned);
    if output.status.code() != Some(expected) || !output.stdout.is_empty() {
        return Some(format!("{name}: not refused as it should be: {:?}\n{found}", output.status));
    }
    let recorded = folder.join(name).with_extension("stderr");
    if std::env::var_os("BLESS").is_some() {
        fs::write(recorded, found).unwrap();
        return None;
    }
    let expected = fs::read_to_string(recorded).unwrap_or_default();
    (found != expected).then(|| format!("{name}: expected\n{expected}\nfound\n{found}"))
}

#[test]
fn every_code_has_a_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let recorded = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let recorded = recorded.filter(|path| path.extension().is_some_and(|extension| extension == "stderr"));
    let all: String = recorded.map(|path| fs::read_to_string(path).unwrap()).collect();
    let listed = Command::new(env!("CARGO_BIN_EXE_oncrpc")).arg("explain").output().unwrap();
    let codes = String::from_utf8(listed.stdout).unwrap();
    let missing: Vec<&str> = codes
        .lines()
        .filter_map(|line| line.split_once(": ").map(|(code, _)| code))
        .filter(|code| !all.contains(&format!("error[{code}]")) && !all.contains(&format!("warning[{code}]")))
        .collect();
    assert!(codes.lines().count() > 40 && missing.is_empty(), "{missing:?}");
}
