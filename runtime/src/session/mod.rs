//! The state of a peer without sockets, clocks or threads: bytes and the time come in as arguments, bytes go out.

mod client;
pub mod server;

pub(crate) use client::XidMap;
pub use client::{CallTemplate, ClientConfig, ClientSession, NewCall, Results, Retransmission};
