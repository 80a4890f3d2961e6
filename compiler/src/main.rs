//! The command `oncrpc`.
fn main() {}
