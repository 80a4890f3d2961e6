//! The command `oncrpc`.

fn main() -> std::process::ExitCode {
    oncrpc_compiler::cli::main()
}
