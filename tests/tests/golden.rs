//! What the compiler makes of golden/CONSTRUCT/input.x is golden/CONSTRUCT/output.rs, to the letter. BLESS=1 writes the
//! outputs anew. That they compile without a warning is held by src/interfaces.rs.

use oncrpc_compiler::Compiler;
use oncrpc_tests::c::root;
use std::fs;
use std::path::Path;

/// The first line in which two texts differ, for a message that can be read.
fn difference(left: &str, right: &str) -> Option<String> {
    let mut lines = left.lines().chain(["(end)"]).zip(right.lines().chain(["(end)"])).enumerate();
    let (number, (left, right)) = lines.find(|(_, (left, right))| left != right)?;
    Some(format!("line {}:\n-{left}\n+{right}", number + 1))
}

/// A caller's options go before those of the folder.
fn compiler(name: &str) -> Compiler {
    match name {
        "verbatim_names" => Compiler::new().verbatim_names(true),
        "views" => Compiler::new().views(true),
        _ => Compiler::new(),
    }
}

fn check(folder: &Path) -> Result<(), String> {
    let name = folder.file_name().unwrap().to_string_lossy();
    let emitted = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden").join(&*name);
    fs::create_dir_all(&emitted).unwrap();
    let compiler = compiler(&name).out_dir(&emitted);
    let output = compiler.compile(folder.join("input.x")).into_result().map_err(|error| error.to_string())?;
    take_over(&folder.join("output.rs"), &output)
}

/// Whether the file at `place` is what was emitted to `output`; with BLESS it becomes so.
fn take_over(place: &Path, output: &Path) -> Result<(), String> {
    let output = fs::read_to_string(output).unwrap();
    if std::env::var_os("BLESS").is_some() {
        fs::write(place, output).unwrap();
        return Ok(());
    }
    let golden = fs::read_to_string(place).map_err(|error| format!("{}: {error}", place.display()))?;
    difference(&golden, &output).map_or(Ok(()), Err)
}

#[test]
fn outputs_are_as_they_were() {
    let folders = fs::read_dir(root().join("tests/golden")).unwrap().map(|entry| entry.unwrap().path());
    let results: Vec<_> = folders.map(|folder| (folder.display().to_string(), check(&folder))).collect();
    assert!(results.len() >= 17, "golden/ is there");
    let failed = |(name, result): (String, Result<(), String>)| result.err().map(|error| format!("{name}: {error}\n"));
    let failures: String = results.into_iter().filter_map(failed).collect();
    assert!(failures.is_empty(), "BLESS=1 takes the new outputs over\n{failures}");
}

/// What the runtime has committed of its own interfaces.
#[test]
fn the_runtime_has_the_newest_of_its_interfaces() {
    for name in ["portmap", "rpcbind"] {
        let emitted = Path::new(env!("CARGO_TARGET_TMPDIR")).join("runtime");
        fs::create_dir_all(&emitted).unwrap();
        let compiler = Compiler::new().out_dir(&emitted);
        let output = compiler.compile(root().join(format!("idl/{name}.x"))).into_result().unwrap();
        take_over(&root().join(format!("runtime/src/rpcbind/idl/{name}.rs")), &output).unwrap();
    }
}

#[test]
fn emitted_code_names_only_codegen() {
    for folder in fs::read_dir(root().join("tests/golden")).unwrap() {
        let path = folder.unwrap().path().join("output.rs");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let code = oncrpc_tests::source::without_comments_and_literals(&text);
        let others = code.matches("oncrpc::").count() - code.matches("oncrpc::codegen").count();
        assert_eq!(others, 0, "{}", path.display());
    }
}
