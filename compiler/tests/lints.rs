//! Lints as a build script chooses them.

use oncrpc_compiler::{CompileError, Compiler, Lint};
use std::fs;
use std::path::Path;

#[test]
fn warnings_never_fail_a_build_unless_denied() {
    let here = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lints");
    fs::create_dir_all(&here).unwrap();
    let file = here.join("a.x");
    fs::write(&file, "struct a_b { string s<>; opaque t<>; }; struct aB { int i; };").unwrap();
    let compiler = Compiler::new().out_dir(&here).warn(Lint::Unbounded);
    assert_eq!(compiler.compile(&file).into_result().unwrap(), here.join("a.rs"));
    match compiler.clone().deny(Lint::Unbounded).compile(&file).into_result() {
        Err(CompileError::Rejected { report, errors: 2 }) => {
            assert!(report.contains("error[unbounded]: the opaque data `t` has no bound"), "{report}");
            assert!(report.contains("warning[name-clash]"), "{report}");
        }
        other => panic!("{other:?}"),
    }
    assert!(compiler.deny(Lint::Unbounded).allow(Lint::Unbounded).compile(&file).into_result().is_ok());
}
