//! Our client and server with C peers (libtirpc, rpcgen) of the same interface, interfaces/peers.x.

mod asynchronous;
mod batching;
mod combinations;
mod dissected;
mod fragments;
mod restart;
mod script;
mod started;

use oncrpc_tests::c::PEERS_SERVER;
use std::path::{Path, PathBuf};

/// Our server, a program as the C one.
fn our_server() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_peers_server"))
}

/// The servers, with what a table calls them; the C one unless it cannot be built here.
fn servers() -> Vec<(&'static str, PathBuf)> {
    let c_server = PEERS_SERVER.build().map(|program| ("C", program));
    c_server.into_iter().chain([("ours", our_server().to_owned())]).collect()
}

/// What a server listens on.
const TRANSPORTS: [&str; 5] = ["tcp", "tcp6", "udp", "udp6", "unix"];

/// The streams among them without those over IPv6.
const STREAMS: [&str; 2] = ["tcp", "unix"];

/// The argument with which a server listens on that transport: UNIX sockets have a place that `name` tells from others.
fn listen(transport: &str, name: &str) -> String {
    match transport {
        "unix" => format!("unix:/tmp/oncrpc-{name}-{}", std::process::id()),
        transport => transport.to_owned(),
    }
}
