//! What the servers and drivers of calls share. A server is a process that prints `listening ADDRESS` and ends with its
//! standard input; a driver is one that calls it for a while and prints `figure VALUE`.

pub mod address;
pub mod bare;
pub mod figure;
pub mod ours;
pub mod process;
pub mod raw;
pub mod scenario;
pub mod wire;

/// What went wrong: it ends the process, and with it the benchmark.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

pub type Result<T> = std::result::Result<T, Error>;
