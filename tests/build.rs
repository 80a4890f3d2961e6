//! Compiles the interfaces that the tests serve and call.

fn main() {
    let interfaces =
        ["../idl/calculator.x", "../idl/blob.x", "../idl/kitchen_sink.x", "interfaces/hostile.x"];
    oncrpc_compiler::Compiler::new().compile_all(interfaces).unwrap_or_exit();
}
