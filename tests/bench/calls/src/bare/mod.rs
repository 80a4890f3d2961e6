//! The limit: the bytes of calls and replies through sockets and an event loop, and nothing else. Of a
//! record only its end is looked for; the server sends for each the reply that the driver has told it.

mod datagrams;
mod hello;
mod inlet;
mod peer;
mod records;
mod server;

pub use hello::Hello;
pub use inlet::{Came, Inlet};
pub use records::Records;

use std::io;

/// Serves `transport` until the process ends.
pub fn serve(transport: &str) -> io::Result<()> {
    if transport == "udp" { datagrams::serve() } else { server::serve(transport) }
}
