//! The server's side of RPC (RFC 5531 §9): messages in, replies out. No sockets, no clocks.
//!
//! [`Programs`] holds what is served and answers one message; [`ServerStream`] takes the bytes of one connection.

mod allowance;
mod answer;
mod programs;
pub mod replay;
mod stream;

pub use programs::Programs;
pub use stream::ServerStream;
