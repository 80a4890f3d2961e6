//! `bench.x`, as our compiler has it.

oncrpc::include_idl!("bench");

/// The same with views: types that borrow from the record.
pub mod views {
    oncrpc::include_idl!("views/bench");
}
