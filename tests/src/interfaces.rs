//! What the compiler makes of idl/*.x and interfaces/*.x.

/// idl/calculator.x
pub mod calculator {
    oncrpc::include_idl!("calculator");
}

/// idl/blob.x
pub mod blob {
    oncrpc::include_idl!("blob");
}

/// idl/kitchen_sink.x
pub mod kitchen_sink {
    oncrpc::include_idl!("kitchen_sink");
}

/// interfaces/hostile.x
pub mod hostile {
    oncrpc::include_idl!("hostile");
}
