//! Compiles the interface; errors in it come out as rustc prints its own.

fn main() {
    oncrpc_compiler::compile("idl/station.x").unwrap_or_exit();
}
