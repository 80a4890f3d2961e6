//! The contract of all programs of the benchmark.

use crate::address;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::io::{self, Read, Write};

/// Says where the server listens, and ends the process when its standard input does.
pub fn announce(address: &str) -> io::Result<()> {
    writeln!(io::stdout(), "listening {address}")?;
    io::stdout().flush()?;
    std::thread::spawn(end_with_input);
    Ok(())
}

/// Lets this process open as many descriptors as it may.
pub fn raise_descriptors() -> io::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}

fn end_with_input() {
    // An error is an end as well.
    let _ = io::stdin().read_to_end(&mut Vec::new());
    address::remove_path();
    std::process::exit(0);
}
