//! Compiles the interfaces; errors in them come out as rustc prints its own.

use oncrpc_compiler::{Compiler, TypeOptions, compile};

fn main() {
    // Both ends of a change go into its reply, whatever came of it.
    let copied = TypeOptions::new().derive(["Copy"]);
    Compiler::new().type_options("wcc_data", copied).compile("../../idl/nfs3.x").unwrap_or_exit();
    compile("../../idl/mount3.x").unwrap_or_exit();
    // Two directories are locked in order.
    Compiler::new().ord(true).compile("handle.x").unwrap_or_exit();
}
