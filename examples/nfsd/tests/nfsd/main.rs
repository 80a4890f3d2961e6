//! The server as a process, called with the client that our compiler emits.
#![forbid(unsafe_code)]

mod data;
mod escapes;
mod handles;
mod identity;
mod look;
mod make;
mod many;
mod names;
mod options;
mod server;
mod set;

/// What `build.rs` made of `nfs3.x` and `mount3.x`.
mod idl {
    oncrpc::include_idl!("nfs3");
    oncrpc::include_idl!("mount3");
}
