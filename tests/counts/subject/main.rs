//! What is counted: nothing here counts or compares.
//!
//! ```text
//! subject codec OPERATION COUNT          one operation on values, so many times
//! subject compile FILE COUNT             an interface file to Rust, so many times
//! subject server INTERFACE ADDRESS       a server; says where it listens, and ends when its standard input does
//! subject client CALL DEPTH ADDRESS COUNT    so many calls, DEPTH at a time
//! ```

mod client;
mod codec;
mod compile;
mod sample;
mod server;

use std::process::ExitCode;

/// The benchmark's interface, with the default options.
mod bench {
    oncrpc::include_idl!("bench");
}

/// The benchmark's interface, with views.
mod bench_views {
    oncrpc::include_idl!("views/bench");
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["codec", operation, count] => count.parse().ok().and_then(|count| codec::run(operation, count)),
        ["compile", file, count] => count.parse().ok().and_then(|count| compile::run(file, count)),
        ["server", interface, address] => server::run(interface, address),
        ["client", call, depth, address, count] => depth
            .parse()
            .ok()
            .zip(count.parse().ok())
            .and_then(|(depth, count)| client::run(call, depth, address, count)),
        _ => None,
    };
    match done {
        Some(()) => ExitCode::SUCCESS,
        None => {
            eprintln!("subject: no such thing to count: {words:?}");
            ExitCode::from(2)
        }
    }
}
