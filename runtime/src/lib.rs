//! ONC RPC (RFC 5531) and XDR (RFC 4506): the runtime under the code that `oncrpc-compiler` emits from `.x` files.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "net"), no_std)]

extern crate alloc;

#[cfg(feature = "net")]
mod address;
#[doc(hidden)]
pub mod codegen;
#[cfg(feature = "net")]
mod error;
pub mod record;
pub mod rpc;
pub mod xdr;

#[cfg(feature = "net")]
pub use address::{Address, AddressFault, Transport};
#[cfg(feature = "net")]
pub use error::{Error, Result};
