use super::lent::Lent;
use super::places::{Place, Places};
use crate::record::{Limits, Reader, Record, RecordError};
use bytes::BytesMut;

/// From this length on, a reply is expected to be followed by others as large, which are read straight into their places.
const LARGE: usize = 16 << 10;

/// What puts replies together.
#[derive(Debug)]
pub(super) struct Replies {
    reader: Reader,
    lent: Lent,
    /// The length of the last reply if it was large, else 0.
    expected: usize,
}

impl Replies {
    pub(super) fn new(limits: Limits) -> Self {
        let lent = Lent::new(limits.bytes.saturating_mul(2));
        Self { reader: Reader::new(limits).reading_ahead(), lent, expected: 0 }
    }

    /// Starts over with another connection.
    pub(super) fn reset(&mut self, limits: Limits) {
        self.reader = Reader::new(limits).reading_ahead();
    }

    pub(super) fn is_mid_record(&self) -> bool {
        self.reader.is_mid_record()
    }

    /// The small reply in `bytes`, if that is one record and nothing else. Not to be asked while one has begun.
    #[inline]
    pub(super) fn lone<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let (reply, rest) = self.reader.whole(bytes)?;
        (rest.is_empty() && reply.len() < LARGE).then_some(reply)
    }

    /// The length of a large reply that is expected behind the current one; 0 if none is.
    pub(super) fn expected(&self) -> usize {
        self.expected
    }

    /// Gets memory for the large reply that has begun, if some of one of its size has come back.
    pub(super) fn prepare(&mut self) {
        if let Some(size) = self.reader.announced().filter(|size| *size >= LARGE && !self.reader.has_memory_for(*size))
        {
            self.lent.give_back(size, &mut self.reader);
        }
    }

    /// Room for what is left of the reply that has begun, as [`Reader::room`].
    pub(super) fn room(&mut self) -> &mut [u8] {
        self.reader.room()
    }

    /// Has places for `most` of the replies that are expected, as far as there is memory that has come back, or all of them if it
    /// `takes_memory`. Returns how many there are.
    pub(super) fn provide(&mut self, places: &mut Places, most: usize, takes_memory: bool) -> usize {
        let Self { reader, lent, expected } = self;
        places.provide(most, *expected, || {
            if !reader.is_mid_record() && reader.has_memory_for(*expected) {
                return Some(reader.take_back());
            }
            lent.take(*expected).or_else(|| takes_memory.then(|| BytesMut::zeroed(*expected)))
        })
    }

    /// Takes `placed` bytes that have come into `place`, behind its mark or, if there are none, a part of that. If they are of the
    /// reply that it announces, they stay there.
    pub(super) fn read_expected(
        &mut self,
        place: Place,
        mark: usize,
        placed: usize,
        handle: &mut impl FnMut(&Record<'_>),
    ) -> Result<(), RecordError> {
        let Place { mark: bytes, mut memory } = place;
        let mark = bytes.get(..mark).unwrap_or_default();
        if let Some(record) = self.reader.take_placed(mark, &mut memory, placed)? {
            drop(memory);
            self.hand_over(record, handle);
            return Ok(());
        }
        self.read(mark, handle)?;
        if self.reader.adopt(&mut memory, placed) {
            self.fill(placed, handle);
            return Ok(());
        }
        let outcome = self.read(memory.get(..placed).unwrap_or_default(), handle);
        self.reader.lend(memory);
        outcome
    }

    /// Takes bytes that have come into the room.
    pub(super) fn fill(&mut self, count: usize, handle: &mut impl FnMut(&Record<'_>)) {
        if let Some(record) = self.reader.fill(count) {
            self.hand_over(record, handle);
        }
    }

    /// Takes bytes that are elsewhere.
    pub(super) fn read(&mut self, mut bytes: &[u8], handle: &mut impl FnMut(&Record<'_>)) -> Result<(), RecordError> {
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
