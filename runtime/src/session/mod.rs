//! The state of a peer without sockets, clocks or threads: bytes and the time come in as arguments, bytes go out.

mod client;
mod client_results;
mod client_retransmit;
pub mod server;

pub use client::{ClientConfig, ClientSession};
pub use client_results::Results;
pub use client_retransmit::Retransmission;
