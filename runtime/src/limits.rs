mod memory;

pub use memory::{MemoryBound, MemoryTerm};

use crate::record;
use crate::session::server::replay::ReplayLimits;
use crate::xdr::DecodeLimits;
use std::time::Duration;

/// What a server lets a peer cost it.
///
/// Memory is bounded by them: [`Limits::memory_bound`] and [`ServerHandle::memory_bound`](crate::ServerHandle::memory_bound)
/// tell the figure and what it consists of. Change one as in `Limits { connections: 64, ..Limits::default() }`.
///
/// Each is counted when it stops somebody: [`metrics::Event`](crate::metrics::Event) has its name for a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What a peer may send as one record. Stops marks that announce gigabytes, and fragments without end.
    pub record: record::Limits,
    /// What decoding the arguments of one call may cost; 16 MiB of memory by default, and a depth of 100. Stops small messages that become large values.
    pub decode: DecodeLimits,
    /// Bytes of one reply over a stream; 4 MiB and 64 KiB by default, which is what clients take by default. A larger one becomes `SYSTEM_ERR`. Stops a call from making
    /// the server build a reply without end.
    pub reply_bytes: usize,
    /// Bytes of one reply in a datagram; 8,800 by default, the most that C peers take. A larger one becomes
    /// `SYSTEM_ERR`. Stops datagrams with a false sender from making the server flood somebody else.
    pub datagram_reply_bytes: usize,
    /// Connections at a time; 1,024 by default, and never more than four fifths of the descriptors that the process may
    /// open. A further one takes the place of the one that has been silent the longest. Stops a peer from using up
    /// descriptors.
    pub connections: usize,
    /// Bytes of replies that wait for a peer to take them; 4 MiB by default. From there on nothing more is read from that
    /// peer. Stops a peer that calls and never reads from filling the memory.
    pub output_bytes: usize,
    /// Bytes of memory for input that is not complete, over all connections: what has come of records, and what has come and
    /// is not looked at yet; 64 MiB by default. Each connection has its part of a quarter of it, at least 512 bytes. When a
    /// quarter is used up, of those that have more only the one whose record began first goes on, then the next one. When
    /// half is used up, those are closed that send nothing for a thousandth of `record_time`, and the one whose turn it is if
    /// the rest does not come within a three-hundredth. Stops many peers from filling the memory with parts of records.
    pub total_input_bytes: usize,
    /// Bytes of memory for replies that peers have not taken, over all connections; 128 MiB by default, and to be several times
    /// `reply_bytes`. The less is left, the earlier a peer that does not read is not read from. When three quarters are used
    /// up, the connection is closed that holds the most for the longest (bytes × time since a byte was taken). The last
    /// quarter is for replies that come later, on their way to their connection: the pool waits for room there, and a
    /// deferred reply that finds none within a second becomes `SYSTEM_ERR`. Stops many peers that call and do not read from
    /// filling the memory.
    pub total_output_bytes: usize,
    /// Calls of one connection that are being carried out elsewhere or deferred; 64 by default. From there on nothing
    /// more is read from it. Stops a peer from having all the work of the server done for itself.
    pub connection_calls: usize,
    /// Such calls in all; 1,024 by default, half of them for datagrams at most. From there on no more calls are read from
    /// connections that have one in flight, and datagrams are dropped. Stops peers from having the server keep work
    /// without end.
    pub calls: usize,
    /// Bytes of arguments of calls that wait for a thread of the pool; 64 MiB by default, which one further call may
    /// exceed. From there on it is as with too many `calls`. Stops few large calls from filling the memory.
    pub call_bytes: usize,
    /// Time in which a call that is carried out on the pool or [deferred](crate::Reply) must be answered; 600 s by
    /// default. Then it is answered `SYSTEM_ERR`, and what is sent later is dropped; a handler that runs is not
    /// interrupted. Stops calls that a handler loses or never finishes from using up `calls`.
    pub call_time: Duration,
    /// Time for a record from its first byte to its last; 30 s by default. Stops a peer that sends a byte now and then.
    pub record_time: Duration,
    /// Time in which a peer must take at least some of the replies that wait for it; 30 s by default. Stops a peer that
    /// holds replies in memory.
    pub write_time: Duration,
    /// Time without a byte after which a connection is closed; 300 s by default. Stops abandoned connections from
    /// piling up.
    pub idle_time: Duration,
    /// Time that a stopping server gives calls to be carried out and peers to take the replies; 10 s by default. Stops a
    /// handler or a peer from keeping the server from ending.
    pub stop_time: Duration,
    /// What may be remembered of calls that are [not to be carried out twice](crate::Server::at_most_once). Stops peers
    /// from filling the memory with replies.
    pub replay: ReplayLimits,
}

impl Limits {
    /// The limits of [`Limits::default`].
    pub const DEFAULT: Self = Self {
        record: record::Limits::DEFAULT,
        decode: DecodeLimits { memory: 16 << 20, ..DecodeLimits::DEFAULT },
        reply_bytes: record::Limits::DEFAULT.bytes,
        datagram_reply_bytes: 8_800,
        connections: 1_024,
        output_bytes: 4 << 20,
        total_input_bytes: 64 << 20,
        total_output_bytes: 128 << 20,
        connection_calls: 64,
        calls: 1_024,
        call_bytes: 64 << 20,
        call_time: Duration::from_secs(600),
        record_time: Duration::from_secs(30),
        write_time: Duration::from_secs(30),
        idle_time: Duration::from_secs(300),
        stop_time: Duration::from_secs(10),
        replay: ReplayLimits::DEFAULT,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
