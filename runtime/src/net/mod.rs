//! Sockets: the loop that waits for all of them, connections, datagrams.

mod acceptor;
mod admission;
mod alarm;
mod bind;
mod budget;
mod clock;
mod connection;
mod connections;
mod datagram_socket;
mod datagrams;
mod deadlines;
mod descriptors;
mod ending;
mod event_loop;
mod idleness;
#[cfg(unix)]
mod inherited;
mod leisure;
mod letters;
mod listener;
#[cfg_attr(not(unix), path = "no_local.rs")]
mod local;
mod loop_thread;
mod mailbox;
#[cfg(unix)]
mod own_identity;
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "no_packet_info.rs")]
mod packet_info;
mod pool;
mod rationing;
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "no_readiness.rs")]
mod readiness;
mod roster;
mod seats;
mod shared;
#[cfg_attr(not(unix), path = "no_signals.rs")]
mod signals;
mod source;
mod stop;
mod stream;
mod tally;
mod turn_length;
mod waiting;
mod watched;

pub(crate) use acceptor::Acceptor;
pub(crate) use bind::{adopt_tcp, adopt_udp, bind_tcp, bind_udp};
pub(crate) use budget::Budget;
pub(crate) use descriptors::most_connections;
pub(crate) use event_loop::{Common, EventLoop};
#[cfg(unix)]
pub(crate) use inherited::{Inherited, release_standard_streams, standard_input};
#[cfg(unix)]
pub(crate) use local::adopt_unix;
pub(crate) use local::bind_unix;
pub(crate) use pool::Pool;
pub use roster::ConnectionInfo;
pub(crate) use roster::Roster;
pub(crate) use seats::Seats;
pub(crate) use stop::Stop;
pub(crate) use stream::Stream;

use crate::metrics::Event;
use std::time::{Duration, Instant};

/// Time in which everybody who is ready is to have had a turn.
const ROUND: Duration = Duration::from_millis(4);

/// The longest and the shortest turn. Shorter ones would be spent on reading and writing, not on calls.
const LONGEST_SLICE: Duration = Duration::from_millis(1);
const SHORTEST_SLICE: Duration = Duration::from_micros(50);

/// Time that calls of one source are answered before others have their turn, when so many are `ready`.
fn slice(ready: usize) -> Duration {
    if ready <= 1 {
        return LONGEST_SLICE;
    }
    let ready = u32::try_from(ready).unwrap_or(u32::MAX);
    ROUND.checked_div(ready).unwrap_or_default().clamp(SHORTEST_SLICE, LONGEST_SLICE)
}

/// What is to be done with a source of events that had its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Nothing before its next event.
    Wait,
    /// It has more to do, after the others had their turn.
    Again,
    /// It has more to do, as soon as the server has fewer calls in flight.
    Hold,
    /// It is done with, for that reason.
    Close(Event),
}

/// The earlier of two points in time, either of which may be never.
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::slice;

    #[test]
    fn the_more_are_ready_the_shorter_their_turns() {
        let slices = [0, 1, 4, 8, 40, 80, 1_000, usize::MAX].map(|ready| slice(ready).as_micros());
        assert_eq!(slices, [1_000, 1_000, 1_000, 500, 100, 50, 50, 50]);
    }
}
