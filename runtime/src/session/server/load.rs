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
}

impl Load {
    pub(super) fn is_full(&self, limits: &Limits) -> bool {
        self.calls.load(Ordering::Relaxed) >= limits.calls.max(1)
            || self.bytes.load(Ordering::Relaxed) >= limits.call_bytes.max(1)
    }
}
