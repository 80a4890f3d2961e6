//! One NFS server and one thing to ask of it: `nfs SERVER OPERATION SECONDS` prints `figure VALUE`.
//!
//! Server and client run in a network of their own, where port 111 is free, and on a folder in memory; the server has the
//! first processor, the client the second.

mod client;
mod export;
mod folder;
mod operation;
mod place;
mod server;

/// idl/mount3.x
mod mount3 {
    oncrpc::include_idl!("mount3");
}

/// idl/nfs3.x
mod nfs3 {
    oncrpc::include_idl!("nfs3");
}

use operation::Operation;
use server::{Kind, Server};
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let done = if place::is_inside() { run(&words) } else { place::enter(&words).map_err(Into::into) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("nfs {}: {error}", words.join(" "));
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), Box<dyn Error>> {
    let [kind, operation, seconds] = words else { return Err("wants SERVER OPERATION SECONDS".into()) };
    let (operation, seconds) = (Operation::from_word(operation)?, seconds.parse()?);
    folder::fill()?;
    let server = Server::start(Kind::from_word(kind)?)?;
    println!("figure {}", operation.measure(&server, seconds)?);
    Ok(())
}
