//! The four shapes of gRPC's methods: unary, client streaming, server streaming, and both at once.
//!
//! ```text
//! cargo run -p streaming                       server and client in one process
//! cargo run -p streaming -- server ADDRESS     the server
//! cargo run -p streaming -- client ADDRESS     the client
//! ```
#![forbid(unsafe_code)]

mod client;
mod station;

/// What `build.rs` made of `idl/station.x`.
mod idl {
    oncrpc::include_idl!("station");
}

use idl::station_v1::{self, procedure};
use oncrpc::{Result, Server};
use station::Station;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        [] => demo(),
        ["server", address] => server().listen(address).and_then(Server::run),
        ["client", address] => client::run(address),
        _ => {
            eprintln!("usage: streaming [server ADDRESS | client ADDRESS]");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("streaming: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Streams to a caller wait for it: they belong on the pool.
fn server() -> Server {
    Server::new().serve(station_v1::server(Station::default())).on_pool([procedure::WATCH, procedure::FOLLOW])
}

fn demo() -> Result<()> {
    let server = server().listen("tcp://127.0.0.1:0")?.start()?;
    client::run(&server.addresses()[0])?;
    server.stop()
}
