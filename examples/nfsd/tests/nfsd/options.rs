use std::process::Command;

/// What nfsd says on its way out, with these words.
fn refusal(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_nfsd")).args(words).output().unwrap();
    assert!(!output.status.success(), "{words:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_is_not_understood_is_named() {
    assert!(refusal(&[]).contains("which directory?"));
    assert!(refusal(&["--reed-only", "."]).contains("--reed-only"));
    assert!(refusal(&["--reed-only"]).contains("--reed-only"));
    assert!(refusal(&[".", "two"]).contains("two"));
    assert!(refusal(&["--port", "many", "."]).contains("many"));
    assert!(refusal(&[".", "--port"]).contains("--port"));
}
