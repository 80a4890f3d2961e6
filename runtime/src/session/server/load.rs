use super::waiting::Waiting;
use crate::limits::Limits;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is in flight in a server as a whole.
#[derive(Debug, Default)]
pub(super) struct Load {
    pub(super) calls: AtomicUsize,
    /// Bytes of arguments of calls that wait for a thread.
    pub(super) bytes: AtomicUsize,
    pub(super) waiting: Waiting,
    /// Bytes of memory of replies on their way to where they are to be sent.
    pub(super) replies: AtomicUsize,
}

impl Load {
    /// Whether the arguments of calls take as much as they may.
    #[inline]
    pub(super) fn is_heavy(&self, limits: &Limits) -> bool {
        self.bytes.load(Ordering::Relaxed) >= limits.call_bytes.max(1)
    }

    /// Whether there may be one more call in flight.
    #[inline]
    pub(super) fn has_place(&self, limits: &Limits) -> bool {
        self.calls.load(Ordering::Relaxed) < limits.calls.max(1)
    }

    /// Whether there is room for a reply of `bytes`; for one at least if there is none on its way.
    pub(super) fn has_room(&self, limits: &Limits, bytes: usize) -> bool {
        let under_way = self.replies.load(Ordering::Relaxed);
        under_way == 0 || under_way.saturating_add(bytes) <= limits.total_output_bytes / 4
    }
}
