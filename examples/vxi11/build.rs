//! Compiles the interface; errors in it come out as rustc prints its own.

use oncrpc_compiler::{Compiler, ProcedureOptions};

/// What the instrument answers when it can: a device may take its time, and others are not to wait for it.
const DEFERRED: [&str; 16] = [
    "create_link",
    "device_write",
    "device_read",
    "device_readstb",
    "device_trigger",
    "device_clear",
    "device_remote",
    "device_local",
    "device_lock",
    "device_unlock",
    "device_enable_srq",
    "device_docmd",
    "destroy_link",
    "create_intr_chan",
    "destroy_intr_chan",
    "device_abort",
];

fn main() {
    let compiler = Compiler::new().procedure_options("device_intr_srq", ProcedureOptions::new().oneway(true));
    let defer = |compiler: Compiler, name| compiler.procedure_options(name, ProcedureOptions::new().deferred(true));
    DEFERRED.into_iter().fold(compiler, defer).compile("../../idl/vxi11.x").unwrap_or_exit();
}
