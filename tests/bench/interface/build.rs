//! Compiles bench.x as a user would, and once more with views.

use oncrpc_compiler::Compiler;
use std::path::PathBuf;

fn main() {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let views = out.join("views");
    if let Err(error) = std::fs::create_dir_all(&views) {
        eprintln!("{}: {error}", views.display());
        std::process::exit(1);
    }
    Compiler::new().compile("../bench.x").unwrap_or_exit();
    Compiler::new().views(true).out_dir(&views).compile("../bench.x").unwrap_or_exit();
}
