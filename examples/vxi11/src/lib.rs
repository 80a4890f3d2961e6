//! VXI-11, how measuring instruments are talked to over a network: an [instrument] that is simulated, and a [client](scope) for it
//! and for real ones.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod instrument;
pub mod scope;

/// What `build.rs` made of `idl/vxi11.x`.
pub mod idl {
    oncrpc::include_idl!("vxi11");
}
