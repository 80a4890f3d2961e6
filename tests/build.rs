//! Compiles the interfaces that the tests serve and call, and the inputs of the golden tests.

use std::fs;
use std::path::{Path, PathBuf};

const INTERFACES: &[&str] = &[
    "../idl/calculator.x",
    "../idl/blob.x",
    "../idl/kitchen_sink.x",
    "interfaces/hostile.x",
];

fn main() {
    oncrpc_compiler::Compiler::new()
        .compile_all(INTERFACES)
        .unwrap_or_exit();
    let out_dir = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    golden(&out_dir).expect("the folder golden is there and OUT_DIR can be written");
}

/// All golden outputs, each a module, so that they are compiled.
fn golden(out_dir: &Path) -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=golden");
    let mut modules = String::new();
    for entry in fs::read_dir("golden")? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let place = out_dir.join("golden").join(&name);
        fs::create_dir_all(&place)?;
        let compiler = oncrpc_compiler::Compiler::new()
            .out_dir(&place)
            .verbatim_names(name == "verbatim_names");
        let output = compiler.compile(folder.join("input.x")).unwrap_or_exit();
        modules += &format!("/// golden/{name}\npub mod r#{name} {{ include!({output:?}); }}\n");
    }
    fs::write(out_dir.join("golden.rs"), modules)
}
