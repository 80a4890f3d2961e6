//! Compiles the interfaces that the tests serve and call.

fn main() {
    for interface in ["calculator", "blob", "kitchen_sink"] {
        oncrpc_compiler::compile(format!("../idl/{interface}.x")).unwrap_or_exit();
    }
}
