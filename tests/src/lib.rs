//! What the tests over the whole project share: C peers, child processes, wire bytes from the model, services.

pub mod c;
pub mod cargo;
pub mod document;
pub mod extern_types;
pub mod folder;
pub mod ganesha;
pub mod interfaces;
pub mod namespace;
pub mod nfs;
pub mod nfsd;
pub mod peers;
pub mod process;
pub mod proxy;
pub mod public;
pub mod raw;
pub mod rpcbind;
pub mod services;
pub mod source;
pub mod traffic;
pub mod wire;

use std::io::Write;

/// Says that a test is skipped because `what` is missing; where CI is set that is an error instead.
pub fn missing(what: &str) {
    let why = format!("{what} is missing; tests/run installs it");
    assert!(std::env::var_os("CI").is_none(), "{why}");
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    say(&format!("SKIPPED {name}: {why}"));
}

/// Says something that is to be read also where all goes well.
pub fn say(text: &str) {
    // Not eprintln!, which the test harness keeps to itself when a test passes.
    let _ = writeln!(std::io::stderr(), "{text}");
}
