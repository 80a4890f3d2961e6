//! ONC RPC (RFC 5531) and XDR (RFC 4506): the runtime under the code that `oncrpc-compiler` emits from `.x` files.
#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "net"), no_std)]

extern crate alloc;
// What the compiler emits names the runtime so, here as elsewhere.
#[cfg(feature = "net")]
extern crate self as oncrpc;

#[cfg(feature = "net")]
mod address;
#[cfg(feature = "net")]
mod call;
#[cfg(feature = "net")]
pub mod capture;
#[cfg(feature = "net")]
mod client;
#[doc(hidden)]
pub mod codegen;
#[cfg(any(feature = "arbitrary", feature = "serde"))]
mod derive;
#[cfg(feature = "net")]
mod dispatch;
#[cfg(feature = "net")]
mod error;
#[cfg(feature = "net")]
pub mod layers;
#[cfg(feature = "net")]
mod limits;
#[cfg(feature = "net")]
pub mod metrics;
#[cfg(feature = "net")]
mod net;
#[cfg(feature = "net")]
mod procedure;
pub mod record;
#[cfg(feature = "net")]
mod reply;
pub mod rpc;
#[cfg(feature = "net")]
pub mod rpcbind;
#[cfg(feature = "net")]
mod server;
#[cfg(feature = "net")]
pub mod session;
#[cfg(feature = "net")]
mod trace;
pub mod xdr;

#[cfg(feature = "net")]
pub use crate::{
    address::{Address, AddressFault, Transport},
    call::{Call, Extensions, Peer, UnixCredentials},
    client::{Client, ClientOptions, Pending, broadcast},
    error::{Error, Result},
    limits::{Limits, MemoryBound, MemoryTerm},
    net::ConnectionInfo,
    procedure::Procedure,
    reply::Reply,
    server::{Listener, RunningServer, Server, ServerHandle},
    session::server::replay::ReplayLimits,
};
pub use bytes::Bytes;
pub use rpc::{AuthSys, Credential};
pub use xdr::Text;

/// The examples of the document are compiled.
#[cfg(all(doctest, feature = "net"))]
#[doc = include_str!("../../docs/observability.md")]
mod observability {}

/// The examples of the document are compiled.
#[cfg(all(doctest, feature = "net"))]
#[doc = include_str!("../../docs/security.md")]
mod security {}

/// Includes what `build.rs` made of `NAME.x`: `oncrpc::include_idl!("calc");`.
///
/// The definitions land in the module where it stands.
#[macro_export]
macro_rules! include_idl {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}
