use bytes::{Bytes, BytesMut};

/// What has come of a record that comes in pieces.
///
/// The buffer is initialised to its whole length, which may be that of an earlier record: what is read straight into
/// it needs no clearing before.
#[derive(Debug, Default)]
pub(super) struct Body {
    buffer: BytesMut,
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

    pub(super) fn append(&mut self, piece: &[u8]) {
        if !self.discarded {
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

    /// The next `length` bytes, to be filled.
    pub(super) fn room(&mut self, length: usize) -> &mut [u8] {
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
        buffer.truncate(length);
        Some(buffer.freeze())
    }

    /// Takes the buffer out, with whatever is in it.
    pub(super) fn take_buffer(&mut self) -> BytesMut {
        core::mem::take(&mut self.buffer)
    }

    /// Uses `buffer` for what comes, if it is the larger one. To be called while nothing is kept.
    pub(super) fn reuse(&mut self, buffer: BytesMut) {
        if buffer.capacity() > self.buffer.capacity() {
            self.buffer = buffer;
        }
    }
}
