use bytes::{Bytes, BytesMut};

/// The largest buffer that any record may have.
const SMALL: usize = 4 << 10;

/// What has come of a record that comes in pieces.
///
/// The buffer is initialised to its whole length, which may be that of an earlier record: what is read straight into
/// it needs no clearing before.
#[derive(Debug, Default)]
pub(super) struct Body {
    buffer: BytesMut,
    /// For a record that is large enough for it.
    spare: BytesMut,
    /// What of `buffer` has come.
    length: usize,
    /// Whether what comes is only counted.
    discarded: bool,
}

impl Body {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// What has come.
    pub(super) fn as_slice(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// From now on what comes is only counted, until it is [taken](Self::take).
    pub(super) fn discard(&mut self) {
        self.discarded = true;
    }

    pub(super) fn is_discarded(&self) -> bool {
        self.discarded
    }

    /// `left` bytes and the piece are known to be still to come.
    pub(super) fn append(&mut self, piece: &[u8], left: usize) {
        if !self.discarded {
            self.prepare(piece.len(), left);
            self.keep(piece);
        }
        self.length += piece.len();
    }

    fn keep(&mut self, piece: &[u8]) {
        let space = self.buffer.get_mut(self.length..).unwrap_or_default();
        let (inside, beyond) = piece.split_at_checked(space.len()).unwrap_or((piece, &[]));
        if let Some(space) = space.get_mut(..inside.len()) {
            space.copy_from_slice(inside);
        }
        self.buffer.extend_from_slice(beyond);
    }

    /// Uses the spare buffer for what does not fit if it is of the right size for the record, as far as it is known.
    fn prepare(&mut self, length: usize, left: usize) {
        let end = self.length.saturating_add(length);
        let all = end.max(self.length.saturating_add(left));
        if self.buffer.capacity() >= end || !self.spare_fits(end, all) {
            return;
        }
        let mut spare = core::mem::take(&mut self.spare);
        if spare.len() < self.length {
            spare.resize(self.length, 0);
        }
        let come = self.as_slice();
        if let Some(front) = spare.get_mut(..come.len()) {
            front.copy_from_slice(come);
        }
        self.buffer = spare;
    }

    /// Uses `memory`, and what is in it, for a record of `all` bytes of which nothing has come, if it is of the right size.
    pub(super) fn adopt(&mut self, memory: &mut BytesMut, all: usize) -> bool {
        let fits = !self.discarded && Self::suits(memory, all);
        if fits {
            self.buffer = core::mem::take(memory);
        }
        fits
    }

    /// Whether `memory` is not far larger than a record of `all` bytes, which takes it along wherever it is kept.
    pub(super) fn suits(memory: &BytesMut, all: usize) -> bool {
        memory.capacity() <= all.max(SMALL).saturating_mul(2)
    }

    /// Whether the spare buffer holds `length` bytes and is not far larger than a record of `all` bytes.
    fn spare_fits(&self, length: usize, all: usize) -> bool {
        (length..=all.max(SMALL).saturating_mul(2)).contains(&self.spare.capacity())
    }

    /// Whether a record of `length` bytes takes no further memory.
    pub(super) fn has_memory_for(&self, length: usize) -> bool {
        self.buffer.capacity() >= length || self.spare_fits(length, length)
    }

    /// Bytes for which there is room that needs no clearing, taking the spare buffer if `left` bytes are still to come.
    pub(super) fn at_hand(&mut self, left: usize) -> usize {
        self.prepare(left, left);
        self.buffer.len().saturating_sub(self.length)
    }

    /// The next `length` bytes, to be filled, of `left` that are known to be still to come.
    pub(super) fn room(&mut self, length: usize, left: usize) -> &mut [u8] {
        self.prepare(length, left);
        let end = self.length.saturating_add(length);
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        self.buffer.get_mut(self.length..end).unwrap_or_default()
    }

    /// `count` bytes were put into the room.
    pub(super) fn fill(&mut self, count: usize) {
        self.length = self.length.saturating_add(count).min(self.buffer.len());
    }

    /// What has come, unless it was discarded; nothing is left.
    pub(super) fn take(&mut self) -> Option<Bytes> {
        let length = core::mem::take(&mut self.length);
        if core::mem::take(&mut self.discarded) {
            return None;
        }
        let mut buffer = self.take_buffer();
        // Dividing it takes the memory for a count of its users now, which it keeps: to share and reuse it takes none.
        Some(buffer.split_to(length.min(buffer.len())).freeze())
    }

    fn take_buffer(&mut self) -> BytesMut {
        core::mem::take(&mut self.buffer)
    }

    /// Keeps `buffer` for a record that is large enough for it, if it is larger than the former one.
    pub(super) fn reuse(&mut self, buffer: BytesMut) {
        if buffer.capacity() > self.spare.capacity() {
            self.spare = buffer;
        }
    }

    /// Takes the spare buffer out, with whatever is in it; that of the record as well, if `is_done` with it.
    pub(super) fn take_spare(&mut self, is_done: bool) -> BytesMut {
        if is_done {
            let buffer = self.take_buffer();
            self.reuse(buffer);
        }
        core::mem::take(&mut self.spare)
    }

    /// Memory for what has come.
    pub(super) fn memory(&self) -> usize {
        self.buffer.capacity()
    }

    /// Moves what has come to a buffer of its size, if the one it is in is far larger.
    pub(super) fn fit(&mut self) {
        if self.buffer.capacity() / 2 > self.length.max(SMALL) {
            let fitting = BytesMut::from(self.as_slice());
            let buffer = core::mem::replace(&mut self.buffer, fitting);
            self.reuse(buffer);
        }
    }
}
