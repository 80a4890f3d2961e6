use oncrpc_compiler::Compiler;

/// Compiles `file` so many times; `None` if it cannot be.
pub(crate) fn run(file: &str, count: u64) -> Option<()> {
    let folder = std::env::temp_dir().join(format!("oncrpc-counts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).ok()?;
    let compiler = Compiler::new().out_dir(&folder);
    let compiled = (0..count).try_for_each(|_| compiler.compile(file).into_result().ok().map(drop));
    std::fs::remove_dir_all(folder).ok()?;
    compiled
}
