//! Server and client as our compiler makes them from `bench.x`, with what a user gets who changes nothing.

mod bulk;
mod driver;
mod server;

pub use driver::Ours;
pub use server::{Setting, serve};

use std::time::Duration;

/// How long a server or a client spins that does.
const SPIN: Duration = Duration::from_micros(100);
