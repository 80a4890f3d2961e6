//! One quirk of real interface files a file: `dialect/NAME.x` with `dialect/NAME.expect`, which says `ok` or the codes of
//! the errors. `BLESS=1 cargo test` writes what is found now.

use oncrpc_compiler::{CompileError, Compiler};
use std::fs;
use std::path::Path;

#[test]
fn every_quirk_is_accepted_or_refused_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialect");
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dialect");
    fs::create_dir_all(&output).unwrap();
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "x") {
            seen += 1;
            wrong.extend(check(&path, &output));
        }
    }
    assert!(seen >= 107, "the folder is not complete: {seen} files");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(path: &Path, output: &Path) -> Option<String> {
    let found = match Compiler::new().out_dir(output).compile(path).into_result() {
        Ok(_) => "ok".to_owned(),
        Err(CompileError::Rejected { report, .. }) => codes(&report),
        Err(error) => error.to_string(),
    };
    let recorded = path.with_extension("expect");
    if std::env::var_os("BLESS").is_some() {
        fs::write(recorded, format!("{found}\n")).unwrap();
        return None;
    }
    let expected = fs::read_to_string(&recorded).unwrap_or_default();
    (found != expected.trim_end()).then(|| format!("{}: expected {expected}, found {found}", path.display()))
}

/// `error[E0103]: ...` and so on as `E0103 E0104`.
fn codes(report: &str) -> String {
    let codes = report.lines().filter_map(|line| Some(line.strip_prefix("error[")?.split_once(']')?.0));
    codes.collect::<Vec<_>>().join(" ")
}
