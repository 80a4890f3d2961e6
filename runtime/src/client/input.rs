use super::lent::Lent;
use super::socket::PeerSocket;
use crate::record::{Limits, MARK, Reader, Record, RecordError};
use bytes::BytesMut;
use std::io::{self, IoSliceMut};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of one read. Memory is only touched as far as replies reach.
const SCRATCH: usize = 256 << 10;

/// From this length on, a reply is expected to be followed by one as large, which is read straight into its place.
const LARGE: usize = 16 << 10;

/// Bytes of a read where a large reply is expected that has no place yet, or behind one: a mark, and as little as possible of
/// what has to be copied.
const FRONT: usize = 4 << 10;

/// Bytes of a read into the place of a large reply. With all of it at once, the peer would wait for room meanwhile, and
/// what it has sent would have left the caches.
const PIECE: usize = 128 << 10;

/// What reading needs.
#[derive(Debug)]
pub(super) struct Input {
    socket: Arc<PeerSocket>,
    scratch: Vec<u8>,
    /// The place of a reply that is expected, and its mark, if it was read there.
    place: BytesMut,
    mark: [u8; MARK],
    replies: Replies,
}

/// What one read has brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// Bytes of the mark of a reply that was expected.
    mark: usize,
    /// Bytes that are in their place in a reply.
    placed: usize,
    /// Bytes behind these.
    rest: usize,
}

/// What puts replies together.
#[derive(Debug)]
struct Replies {
    reader: Reader,
    lent: Lent,
    /// The length of the last reply if it was large, else 0.
    expected: usize,
}

impl Input {
    pub(super) fn new(socket: Arc<PeerSocket>, limits: Limits) -> Self {
        let lent = Lent::new(limits.bytes.saturating_mul(2));
        let replies = Replies { reader: Reader::new(limits).reading_ahead(), lent, expected: 0 };
        Self { socket, scratch: vec![0; SCRATCH], place: BytesMut::new(), mark: [0; MARK], replies }
    }

    /// Starts over with another connection.
    pub(super) fn reset(&mut self, socket: Arc<PeerSocket>, limits: Limits) {
        self.socket = socket;
        self.replies.reader = Reader::new(limits).reading_ahead();
    }

    pub(super) fn is_mid_record(&self) -> bool {
        self.replies.reader.is_mid_record()
    }

    /// Reads what is there, waiting for `wait` at most. `None` if nothing came.
    #[inline]
    pub(super) fn receive(&mut self, wait: Duration) -> io::Result<Option<Received>> {
        if self.replies.expected > 0 || self.is_mid_record() {
            return self.receive_large(wait);
        }
        let received = self.socket.receive(&mut [IoSliceMut::new(&mut self.scratch)], wait)?;
        Ok(received.map(|count| Received::new(count, 0, 0)))
    }

    /// As [`Input::receive`], straight into the place of a large reply that has begun or is expected.
    #[inline(never)]
    fn receive_large(&mut self, wait: Duration) -> io::Result<Option<Received>> {
        self.replies.prepare();
        if let Some(place) = self.replies.take_place() {
            return self.receive_expected(place, wait);
        }
        let between_large = self.replies.expected > 0 && !self.is_mid_record();
        let room = self.replies.reader.room();
        let direct = room.len().min(PIECE);
        let most = match room.len() {
            left if left > direct => 0,
            0 if !between_large => SCRATCH,
            _ => FRONT,
        };
        let room = room.get_mut(..direct).unwrap_or_default();
        let scratch = self.scratch.get_mut(..most).unwrap_or_default();
        let received = match direct {
            0 => self.socket.receive(&mut [IoSliceMut::new(scratch)], wait)?,
            _ => self.socket.receive(&mut [room, scratch].map(IoSliceMut::new), wait)?,
        };
        Ok(received.map(|count| Received::new(count, 0, direct)))
    }

    /// Reads a mark, and the reply behind it, which is expected to have the length of `place`.
    fn receive_expected(&mut self, mut place: BytesMut, wait: Duration) -> io::Result<Option<Received>> {
        let length = self.replies.expected.min(PIECE);
        let behind = if length < self.replies.expected { 0 } else { FRONT };
        let room = place.get_mut(..length).unwrap_or_default();
        let scratch = self.scratch.get_mut(..behind).unwrap_or_default();
        let received = self.socket.receive(&mut [&mut self.mark[..], room, scratch].map(IoSliceMut::new), wait);
        match received {
            Ok(Some(1..)) => self.place = place,
            _ => self.replies.reader.lend(place),
        }
        Ok(received?.map(|count| Received::new(count, MARK, length)))
    }

    /// The bytes of a datagram.
    pub(super) fn datagram(&self, received: Received) -> &[u8] {
        self.scratch.get(..received.rest).unwrap_or_default()
    }

    /// Shows the messages that are complete to `handle`.
    ///
    /// # Errors
    /// The stream is out of step.
    pub(super) fn read(&mut self, received: Received, mut handle: impl FnMut(&Record<'_>)) -> Result<(), RecordError> {
        let Received { mark, placed, rest } = received;
        if mark > 0 {
            let place = mem::take(&mut self.place);
            self.replies.read_expected(self.mark.get(..mark).unwrap_or_default(), place, placed, &mut handle)?;
        } else {
            self.replies.fill(placed, &mut handle);
        }
        self.replies.read(self.scratch.get(..rest).unwrap_or_default(), &mut handle)
    }
}

impl Replies {
    /// Gets memory for the large reply that has begun, or that is expected, if some of one of its size has come back.
    fn prepare(&mut self) {
        let size = self.reader.announced().unwrap_or(self.expected);
        if size >= LARGE && !self.reader.has_memory_for(size) {
            self.lent.give_back(size, &mut self.reader);
        }
    }

    /// Memory for a large reply that is expected and has not begun, as long as that is, if there is some.
    fn take_place(&mut self) -> Option<BytesMut> {
        if self.expected == 0 || self.reader.is_mid_record() || !self.reader.has_memory_for(self.expected) {
            return None;
        }
        let mut place = self.reader.take_back();
        place.resize(place.len().max(self.expected), 0);
        Some(place)
    }

    /// Takes a mark, or a part of one, and `placed` bytes that came behind it into `place`. If they are of the reply that it
    /// announces, they stay there.
    fn read_expected(
        &mut self,
        mark: &[u8],
        mut place: BytesMut,
        placed: usize,
        handle: &mut impl FnMut(&Record<'_>),
    ) -> Result<(), RecordError> {
        if let Some(record) = self.reader.take_placed(mark, &mut place, placed)? {
            drop(place);
            self.hand_over(record, handle);
            return Ok(());
        }
        self.read(mark, handle)?;
        if self.reader.adopt(&mut place, placed) {
            self.fill(placed, handle);
            return Ok(());
        }
        let outcome = self.read(place.get(..placed).unwrap_or_default(), handle);
        self.reader.lend(place);
        outcome
    }

    /// Takes bytes that are in their place.
    fn fill(&mut self, count: usize, handle: &mut impl FnMut(&Record<'_>)) {
        if let Some(record) = self.reader.fill(count) {
            self.hand_over(record, handle);
        }
    }

    fn read(&mut self, mut bytes: &[u8], handle: &mut impl FnMut(&Record<'_>)) -> Result<(), RecordError> {
        while !bytes.is_empty()
            && let Some(record) = self.reader.next(&mut bytes)?
        {
            self.hand_over(record, handle);
        }
        Ok(())
    }

    fn hand_over(&mut self, record: Record<'_>, handle: &mut impl FnMut(&Record<'_>)) {
        handle(&record);
        let length = record.as_slice().len();
        self.expected = if length < LARGE { 0 } else { length };
        self.lent.add(record, &mut self.reader);
    }
}

impl Received {
    /// Of `count` bytes those of a mark come first, then `direct` in their place, and the rest behind.
    fn new(count: usize, mark: usize, direct: usize) -> Self {
        let behind_mark = count.saturating_sub(mark);
        Self { mark: count.min(mark), placed: behind_mark.min(direct), rest: behind_mark.saturating_sub(direct) }
    }

    /// Nothing came, and nothing will.
    pub(super) fn is_end(self) -> bool {
        self.mark == 0 && self.placed == 0 && self.rest == 0
    }
}
