use crate::record::Record;
use bytes::Bytes;
use std::collections::VecDeque;

/// What a record costs beside its bytes.
const OVERHEAD: usize = 64;

/// Records to be handled later, in their order.
#[derive(Debug)]
pub(crate) struct Postponed {
    records: VecDeque<Bytes>,
    bytes: usize,
    most: usize,
}

impl Postponed {
    /// None yet. With `most` bytes it is full, which one further record may exceed.
    pub(crate) fn new(most: usize) -> Self {
        Self { records: VecDeque::new(), bytes: 0, most }
    }

    pub(crate) fn push(&mut self, record: Record<'_>) {
        let record = match record {
            Record::Borrowed(bytes) => Bytes::copy_from_slice(bytes),
            Record::Owned(bytes) => bytes,
        };
        self.bytes = self.bytes.saturating_add(record.len()).saturating_add(OVERHEAD);
        self.records.push_back(record);
    }

    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        let record = self.records.pop_front()?;
        self.bytes = self.bytes.saturating_sub(record.len()).saturating_sub(OVERHEAD);
        if self.records.is_empty() {
            self.records = VecDeque::new();
        }
        Some(record)
    }

    /// Bytes of memory: a record's buffer is at most twice its size.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.saturating_mul(2)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= self.most
    }
}
