//! Sockets: the loop that waits for all of them, connections, datagrams.

mod bind;
mod connection;
mod connections;
mod datagrams;
mod descriptors;
mod event_loop;
mod listener;
#[cfg_attr(not(unix), path = "no_signals.rs")]
mod signals;
mod stop;

pub(crate) use bind::bind_tcp;
pub(crate) use event_loop::EventLoop;
pub(crate) use stop::Stop;

use std::time::{Duration, Instant};

/// Time that calls of one source are answered before others have their turn.
const SLICE: Duration = Duration::from_millis(1);

/// What is to be done with a source of events that had its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Nothing before its next event.
    Wait,
    /// It has more to do, after the others had their turn.
    Again,
    /// It is done with.
    Close,
}

/// The earlier of two points in time, either of which may be never.
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
