//! Compiles the interfaces; errors in them come out as rustc prints its own.

fn main() {
    oncrpc_compiler::compile("../../idl/nfs3.x").unwrap_or_exit();
    oncrpc_compiler::compile("../../idl/mount3.x").unwrap_or_exit();
}
