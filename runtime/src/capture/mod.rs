//! The last calls and replies of a server, to be looked at with Wireshark.
//!
//! Off until it is [started](Capture::start), and at no cost then. What is kept is bounded; older messages make room.

mod packet;
mod pcap;

use bytes::{Bytes, BytesMut};
use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What a message costs beside its bytes.
const OVERHEAD: usize = 128;

/// Keeps the last messages that a server received and sent, while it is on.
#[derive(Debug, Default)]
pub struct Capture {
    on: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    messages: VecDeque<Message>,
    bytes: usize,
    most: usize,
    skipped: u64,
    /// The same moment as a clock and as a calendar have it.
    anchor: Option<(Instant, Duration)>,
}

/// A message, and how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When, since the beginning of 1970 (UTC).
    pub time: Duration,
    /// Which way.
    pub direction: Direction,
    /// Over what.
    pub route: Route,
    /// The message, without a record mark.
    pub bytes: Bytes,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the peer.
    Received,
    /// To the peer.
    Sent,
}

/// The two ends of a message's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Route {
    /// Whether it went as a record over a stream, not as a datagram.
    pub is_stream: bool,
    /// The peer's end; `None` for a UNIX socket.
    pub peer: Option<SocketAddr>,
    /// The server's end; `None` for a UNIX socket.
    pub local: Option<SocketAddr>,
    /// What tells connections without addresses apart.
    pub connection: u64,
}

/// What was captured, the oldest message first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recording {
    /// The messages.
    pub messages: Vec<Message>,
    /// Messages that were not kept since capturing was started, because one alone was larger than all may be.
    pub skipped: u64,
}

impl Capture {
    /// Forgets what was captured and captures from now on: the last messages that take `bytes` together, with 128 for
    /// each besides its own. Bounded so that it can be left on. It is `now`, which is `date` since the beginning of 1970.
    pub fn start(&self, bytes: usize, now: Instant, date: Duration) {
        *self.kept() = Kept { most: bytes, anchor: Some((now, date)), ..Kept::default() };
        self.on.store(true, Ordering::Relaxed);
    }

    /// Captures nothing more; what was captured stays.
    pub fn stop(&self) {
        self.on.store(false, Ordering::Relaxed);
    }

    /// Whether it captures.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Bytes that the messages may take together.
    pub fn capacity(&self) -> usize {
        self.kept().most
    }

    /// What was captured so far.
    pub fn recording(&self) -> Recording {
        let kept = self.kept();
        Recording { messages: kept.messages.iter().cloned().collect(), skipped: kept.skipped }
    }

    /// Keeps a message, whose bytes lie in `pieces`, if it is on.
    pub(crate) fn record<'a>(
        &self,
        now: Instant,
        direction: Direction,
        route: Route,
        pieces: impl Iterator<Item = &'a [u8]> + Clone,
    ) {
        if !self.is_on() {
            return;
        }
        let length = pieces.clone().fold(0_usize, |sum, piece| sum.saturating_add(piece.len()));
        let mut kept = self.kept();
        if kept.make_room(length) {
            let time = kept.date(now);
            let mut bytes = BytesMut::with_capacity(length);
            pieces.for_each(|piece| bytes.extend_from_slice(piece));
            kept.messages.push_back(Message { time, direction, route, bytes: bytes.freeze() });
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn date(&self, now: Instant) -> Duration {
        let (instant, date) = self.anchor.unwrap_or((now, Duration::ZERO));
        date.saturating_add(now.saturating_duration_since(instant))
    }

    /// Whether there is room for a message of that length, whose room is then taken.
    fn make_room(&mut self, length: usize) -> bool {
        let cost = length.saturating_add(OVERHEAD);
        if cost > self.most {
            self.skipped = self.skipped.saturating_add(1);
            return false;
        }
        while self.bytes.saturating_add(cost) > self.most {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(oldest.bytes.len().saturating_add(OVERHEAD));
        }
        self.bytes = self.bytes.saturating_add(cost);
        true
    }
}

#[cfg(test)]
mod tests;
