use core::sync::atomic::{AtomicU64, Ordering};

/// A number that one thread counts up and any thread reads.
///
/// As there is one writer it needs no locked instruction, which would cost several times as much as the rest of
/// recording a call.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    /// To be called by the one writer only.
    #[inline]
    pub(super) fn add(&self, count: u64) {
        self.set(self.get().wrapping_add(count));
    }

    /// As [`Counter::add`].
    #[inline]
    pub(super) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
