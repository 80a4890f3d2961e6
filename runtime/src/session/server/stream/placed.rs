use super::ServerStream;
use crate::record::{Record, RecordError};
use crate::session::server::{Handled, Programs};
use crate::xdr::Encoder;
use bytes::BytesMut;

/// Records that are read straight into a place of their own.
impl ServerStream {
    /// Room to read the next bytes of a large record straight into; empty if they are to be [read](ServerStream::handle_input)
    /// elsewhere.
    pub fn room(&mut self) -> &mut [u8] {
        self.reader.room()
    }

    /// Whether none has begun, and a record of `length` bytes takes no further memory.
    pub fn has_memory_for(&self, length: usize) -> bool {
        !self.reader.is_mid_record() && self.reader.has_memory_for(length)
    }

    /// Takes `memory` as the place of the record whose mark has just come; see [`Reader::adopt`](crate::record::Reader::adopt).
    pub fn adopt(&mut self, memory: &mut BytesMut, count: usize) -> bool {
        self.reader.adopt(memory, count)
    }

    /// Takes `count` bytes that were read into the [room](Self::room); answers the record if they complete it, and tells
    /// what became of the call if it was one.
    pub fn handle_room(&mut self, programs: &Programs, count: usize, out: &mut Encoder) -> Option<Handled> {
        let record = self.reader.fill(count)?;
        self.handle_whole(programs, record, out)
    }

    /// Takes a record off the front of `memory`, if `mark` and `count` bytes there are all of it; see [`Reader::take_placed`].
    ///
    /// # Errors
    /// As [`ServerStream::handle_calls`].
    pub(crate) fn take_placed(
        &self,
        mark: &[u8],
        memory: &mut BytesMut,
        count: usize,
    ) -> Result<Option<Record<'static>>, RecordError> {
        self.reader.take_placed(mark, memory, count)
    }

    /// Answers a record that has come into a place of its own, and tells what became of the call if it was one.
    pub(crate) fn handle_whole(
        &mut self,
        programs: &Programs,
        record: Record<'_>,
        out: &mut Encoder,
    ) -> Option<Handled> {
        self.began = None;
        self.handle_record(programs, record, self.is_origin_full(), out)
    }

    /// Memory to put records together in; see [`Reader::lend`](crate::record::Reader::lend).
    pub fn lend(&mut self, buffer: BytesMut) {
        self.reader.lend(buffer);
    }

    /// Takes the memory back; see [`Reader::take_back`](crate::record::Reader::take_back).
    pub fn take_back(&mut self) -> BytesMut {
        self.reader.take_back()
    }
}
