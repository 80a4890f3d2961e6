//! The simulated instrument.
//!
//! ```text
//! cargo run -p vxi11 --bin instrument -- [--listen ADDRESS] [--portmapper]
//! ```
//!
//! With `--portmapper` it registers with the rpcbind of this machine, or takes its place on port 111 if there is none.
#![forbid(unsafe_code)]

use oncrpc::Result;
use std::process::ExitCode;
use vxi11::instrument::Instrument;

/// Where it listens if nothing else is said.
const ADDRESS: &str = "tcp://127.0.0.1:10111";

fn main() -> ExitCode {
    let (mut address, mut portmapper) = (ADDRESS.to_owned(), false);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match (word.as_str(), words.len()) {
            ("--portmapper", _) => portmapper = true,
            ("--listen", 1..) => address = words.next().unwrap_or_default(),
            _ => {
                eprintln!("usage: instrument [--listen ADDRESS] [--portmapper]");
                return ExitCode::from(2);
            }
        }
    }
    match run(&address, portmapper) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("instrument: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(address: &str, portmapper: bool) -> Result<()> {
    let Instrument { core, abort } = Instrument::listen(address)?;
    let core = if portmapper { core.register_or_serve_rpcbind() } else { core };
    core.run()?;
    abort.stop()
}
