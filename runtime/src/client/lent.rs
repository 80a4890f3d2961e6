use crate::record::{Reader, Record};
use bytes::{Bytes, BytesMut};

/// Replies whose memory is looked after.
const MAX_REPLIES: usize = 8;

/// The smallest of them.
const MIN_LENGTH: usize = 16 << 10;

/// Replies that callers have, or had. The memory of one that is dropped is used for a later one of its size: neither
/// taking it from the system nor clearing it is for nothing where megabytes are read.
#[derive(Debug)]
pub(super) struct Lent {
    replies: Vec<Bytes>,
    /// Bytes of all of them at most.
    limit: usize,
}

impl Lent {
    pub(super) fn new(limit: usize) -> Self {
        Self { replies: Vec::new(), limit }
    }

    /// Looks after the memory of `record`, or gives it to `reader` at once if nobody has it.
    #[inline]
    pub(super) fn add(&mut self, record: Record<'_>, reader: &mut Reader) {
        if let Record::Owned(reply) = record {
            self.add_owned(reply, reader);
        }
    }

    fn add_owned(&mut self, reply: Bytes, reader: &mut Reader) {
        if reply.is_unique() {
            reader.recycle(Record::Owned(reply));
        } else if (MIN_LENGTH..=self.limit).contains(&reply.len()) {
            while self.replies.len() >= MAX_REPLIES || self.bytes() > self.limit - reply.len() {
                self.replies.remove(0);
            }
            self.replies.push(reply);
        }
    }

    /// Gives memory for a reply of `length` to `reader`, if some has come back.
    pub(super) fn give_back(&mut self, length: usize, reader: &mut Reader) {
        if let Some(memory) = self.take(length) {
            drop(reader.take_back());
            reader.lend(memory);
        }
    }

    /// Memory for a reply of `length`, if some has come back: what was used last, which caches may hold.
    pub(super) fn take(&mut self, length: usize) -> Option<BytesMut> {
        let is_fit = |reply: &Bytes| (length..=length.saturating_mul(2)).contains(&reply.len()) && reply.is_unique();
        let place = self.replies.iter().rposition(is_fit)?;
        self.replies.remove(place).try_into_mut().ok()
    }

    fn bytes(&self) -> usize {
        self.replies.iter().map(Bytes::len).sum()
    }
}
