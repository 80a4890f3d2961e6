//! ONC RPC (RFC 5531) and XDR (RFC 4506): the runtime under the code that `oncrpc-compiler` emits from `.x` files.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "net"), no_std)]

extern crate alloc;

pub mod record;
#[doc(hidden)]
pub mod codegen;
pub mod xdr;
