//! A calculator and a user directory: one server, two programs, and a client that calls all of it.
//!
//! ```text
//! cargo run -p calculator                        server and client in one process
//! cargo run -p calculator -- server [ADDRESS]    the server, on tcp://127.0.0.1:4045 and UDP if nothing else is said
//! cargo run -p calculator -- client [ADDRESS]    the client
//! ```
#![forbid(unsafe_code)]

mod calculator;
mod client;
mod users;

/// What `build.rs` made of `idl/calculator.x`.
mod idl {
    oncrpc::include_idl!("calculator");
}

use calculator::Calculator;
use idl::{calculator_v1, calculator_v2, users_v1};
use oncrpc::{Result, Server};
use std::process::ExitCode;
use users::Users;

/// Where server and client meet if nothing else is said.
const ADDRESS: &str = "127.0.0.1:4045";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        [] => demo(),
        ["server"] => serve(&[&format!("tcp://{ADDRESS}"), &format!("udp://{ADDRESS}")]),
        ["server", address] => serve(&[address]),
        ["client"] => client::run(&format!("tcp://{ADDRESS}")),
        ["client", address] => client::run(address),
        _ => {
            eprintln!("usage: calculator [server [ADDRESS] | client [ADDRESS]]");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("calculator: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Two programs, one of them in two versions, on one server.
fn server() -> Server {
    Server::new()
        .serve(calculator_v1::server(Calculator))
        .serve(calculator_v2::server(Calculator))
        .serve(users_v1::server(Users::default()))
}

fn serve(addresses: &[&str]) -> Result<()> {
    addresses.iter().try_fold(server(), |server, address| server.listen(address))?.run()
}

/// The server on a free port of this machine, the client against it.
fn demo() -> Result<()> {
    let running = server().listen("tcp://127.0.0.1:0")?.start()?;
    for address in running.addresses() {
        client::run(&address.to_string())?;
    }
    running.stop()
}
