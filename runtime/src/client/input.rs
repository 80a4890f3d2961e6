use super::places::Places;
use super::replies::Replies;
use super::socket::PeerSocket;
use crate::address::Transport;
use crate::record::{Limits, MARK, Record, RecordError};
use std::array;
use std::io::{self, IoSliceMut};
use std::iter;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of one read. Memory is only touched as far as replies reach.
const SCRATCH: usize = 256 << 10;

/// Bytes of a read where a large reply is expected that has no place yet, or behind one: a mark, and as little as possible of
/// what has to be copied.
const FRONT: usize = 4 << 10;

/// Bytes of a read into the places of large replies: two of 64 KiB with their headers. A client that took them one by one would
/// be at the heels of the server, which would wake it for each. With all of a larger one at once, the peer would wait for room
/// meanwhile, and what it has sent would have left the caches.
const PIECE: usize = 132 << 10;

/// What one read goes into: the room of a reply that has begun, places and their marks, and the rest.
const PIECES: usize = 2 + 2 * Places::MOST;

/// What reading needs.
#[derive(Debug)]
pub(super) struct Input {
    socket: Arc<PeerSocket>,
    scratch: Vec<u8>,
    places: Places,
    replies: Replies,
    /// The last read has brought something that had no place.
    lacks_place: bool,
}

/// What one read has brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// Bytes.
    count: usize,
    parts: Parts,
}

/// What a read goes into, one after the other, but for the rest of what comes.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    /// Bytes of room for the reply that has begun.
    room: usize,
    /// Places of replies behind that.
    places: usize,
    /// Bytes of each place.
    length: usize,
}

impl Input {
    pub(super) fn new(socket: Arc<PeerSocket>, limits: Limits) -> Self {
        Self {
            socket,
            scratch: vec![0; SCRATCH],
            places: Places::default(),
            replies: Replies::new(limits),
            lacks_place: false,
        }
    }

    /// Starts over with another connection.
    pub(super) fn reset(&mut self, socket: Arc<PeerSocket>, limits: Limits) {
        self.socket = socket;
        self.replies.reset(limits);
    }

    pub(super) fn is_mid_record(&self) -> bool {
        self.replies.is_mid_record()
    }

    /// Whether no reply has begun, and no large one is expected.
    #[inline]
    pub(super) fn is_at_rest(&self) -> bool {
        self.replies.expected() == 0 && !self.is_mid_record()
    }

    /// Reads what is there, waiting for `wait` at most. `None` if nothing came.
    #[inline]
    pub(super) fn receive(&mut self, wait: Duration) -> io::Result<Option<Received>> {
        if self.is_at_rest() { self.receive_small(wait) } else { self.receive_large(wait) }
    }

    /// The message of a read [at rest](Input::is_at_rest), if it is a small one that has come as a whole, and nothing else.
    #[inline]
    pub(super) fn lone_reply(&self, received: Received, kind: Transport) -> Option<&[u8]> {
        let come = self.scratch.get(..received.count)?;
        match kind {
            Transport::Udp => Some(come),
            Transport::Tcp | Transport::Unix => self.replies.lone(come),
        }
    }

    /// As [`Input::receive`] [at rest](Input::is_at_rest).
    #[inline]
    pub(super) fn receive_small(&mut self, wait: Duration) -> io::Result<Option<Received>> {
        let count = self.socket.receive(&mut [IoSliceMut::new(&mut self.scratch)], wait)?;
        Ok(count.map(|count| Received { count, parts: Parts::default() }))
    }

    /// As [`Input::receive`], straight into the places of large replies that have begun or are expected.
    #[inline(never)]
    fn receive_large(&mut self, wait: Duration) -> io::Result<Option<Received>> {
        self.replies.prepare();
        let left = self.replies.room().len();
        if left == 0 && self.is_mid_record() {
            return self.receive_small(wait);
        }
        let (parts, behind) = self.choose(left);
        let room = self.replies.room().get_mut(..parts.room).unwrap_or_default();
        let places = self.places.parts(parts.places, parts.length);
        let scratch = self.scratch.get_mut(..behind).unwrap_or_default();

        let mut pieces: [_; PIECES] = array::from_fn(|_| IoSliceMut::new(&mut []));
        let mut used = 0;
        let wanted = iter::once(room).chain(places).chain([scratch]).filter(|bytes| !bytes.is_empty());
        for (piece, bytes) in pieces.iter_mut().zip(wanted) {
            *piece = IoSliceMut::new(bytes);
            used += 1;
        }
        let count = self.socket.receive(pieces.get_mut(..used).unwrap_or_default(), wait)?;
        Ok(count.map(|count| Received { count, parts }))
    }

    /// What to read into, where `left` bytes are left of the reply that has begun, and how many bytes behind that.
    fn choose(&mut self, left: usize) -> (Parts, usize) {
        let (room, expected) = (left.min(PIECE), self.replies.expected());
        if room < left {
            return (Parts { room, ..Parts::default() }, 0);
        }
        let length = expected.min(PIECE);
        let most = (PIECE - room).checked_div(length).unwrap_or(0);
        let takes_memory = self.lacks_place && length <= PIECE / 2;
        let places = self.replies.provide(&mut self.places, most, takes_memory);
        let behind = if places > 0 && length < expected { 0 } else { FRONT };
        (Parts { room, places, length }, behind)
    }

    /// The bytes of a datagram.
    pub(super) fn datagram(&self, received: Received) -> &[u8] {
        self.scratch.get(..received.count).unwrap_or_default()
    }

    /// Shows the messages that are complete to `handle`.
    ///
    /// # Errors
    /// The stream is out of step.
    pub(super) fn read(&mut self, received: Received, mut handle: impl FnMut(&Record<'_>)) -> Result<(), RecordError> {
        let Received { count: mut left, parts } = received;
        if parts.room > 0 {
            self.replies.fill(take(&mut left, parts.room), &mut handle);
        }
        for _ in 0..parts.places {
            if left > 0
                && let Some(place) = self.places.take()
            {
                let (mark, placed) = (take(&mut left, MARK), take(&mut left, parts.length));
                self.replies.read_expected(place, mark, placed, &mut handle)?;
            }
        }
        self.lacks_place = left > 0;
        self.replies.read(self.scratch.get(..left).unwrap_or_default(), &mut handle)
    }
}

impl Received {
    /// Nothing came, and nothing will.
    pub(super) fn is_end(self) -> bool {
        self.count == 0
    }
}

/// Takes `most` of `left`, or all if there are fewer.
fn take(left: &mut usize, most: usize) -> usize {
    let taken = most.min(*left);
    *left -= taken;
    taken
}
