use super::lent::Lent;
use super::socket::PeerSocket;
use crate::record::{Limits, Reader, Record, RecordError};
use std::io;
use std::time::Duration;

/// Bytes of one read. Memory is only touched as far as replies reach.
const SCRATCH: usize = 256 << 10;

/// From this length on, a reply is expected to be followed by one as large, which is read straight into its place.
const LARGE: usize = 32 << 10;

/// Bytes of a read where a large reply is expected: its mark, and as little as possible of what has to be copied.
const FRONT: usize = 4 << 10;

/// Bytes of a read into the place of a large reply. With all of it at once, the peer would wait for room meanwhile, and
/// what it has sent would have left the caches.
const PIECE: usize = 128 << 10;

/// What reading needs.
#[derive(Debug)]
pub(super) struct Input {
    scratch: Vec<u8>,
    reader: Reader,
    lent: Lent,
    /// The length of the last reply if it was large, else 0.
    expected: usize,
}

/// What one read has brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// Bytes that are in their place in a reply.
    placed: usize,
    /// Bytes behind these.
    rest: usize,
}

impl Input {
    pub(super) fn new(limits: Limits) -> Self {
        let lent = Lent::new(limits.bytes.saturating_mul(2));
        Self { scratch: vec![0; SCRATCH], reader: Reader::new(limits).reading_ahead(), lent, expected: 0 }
    }

    /// Starts over with another connection.
    pub(super) fn reset(&mut self, limits: Limits) {
        self.reader = Reader::new(limits).reading_ahead();
    }

    pub(super) fn is_mid_record(&self) -> bool {
        self.reader.is_mid_record()
    }

    /// Reads what is there, waiting for `wait` at most. `None` if nothing came.
    pub(super) fn receive(&mut self, socket: &PeerSocket, wait: Duration) -> io::Result<Option<Received>> {
        self.prepare();
        let between_large = self.expected > 0 && !self.reader.is_mid_record();
        let room = self.reader.room();
        let direct = room.len().min(PIECE);
        let most = match room.len() {
            left if left > direct => 0,
            0 if !between_large => SCRATCH,
            _ => FRONT,
        };
        let room = room.get_mut(..direct).unwrap_or_default();
        let scratch = self.scratch.get_mut(..most).unwrap_or_default();
        let received = socket.receive(room, scratch, wait)?;
        Ok(received.map(|count| Received { placed: count.min(direct), rest: count.saturating_sub(direct) }))
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
        let Self { scratch, reader, lent, expected } = self;
        if let Some(record) = reader.fill(received.placed) {
            handle(&record);
            *expected = record.as_slice().len();
            lent.add(record, reader);
        }
        let mut bytes = scratch.get(..received.rest).unwrap_or_default();
        while !bytes.is_empty()
            && let Some(record) = reader.next(&mut bytes)?
        {
            handle(&record);
            let length = record.as_slice().len();
            *expected = if length < LARGE { 0 } else { length };
            lent.add(record, reader);
        }
        Ok(())
    }

    /// Gets memory for the large reply that has begun, or that is expected, if some of one of its size has come back.
    fn prepare(&mut self) {
        let size = self.reader.announced().unwrap_or(self.expected);
        if size >= LARGE && !self.reader.has_memory_for(size) {
            self.lent.give_back(size, &mut self.reader);
        }
    }
}

impl Received {
    /// Nothing came, and nothing will.
    pub(super) fn is_end(self) -> bool {
        self.placed == 0 && self.rest == 0
    }
}
