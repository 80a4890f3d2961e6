//! The state of a peer without sockets, clocks or threads: bytes and the time come in as arguments, bytes go out.

mod client;
mod client_results;
mod client_retransmit;
mod client_template;
pub mod server;

pub use client::{ClientConfig, ClientSession, NewCall};
pub use client_results::Results;
pub use client_retransmit::Retransmission;
pub use client_template::CallTemplate;
