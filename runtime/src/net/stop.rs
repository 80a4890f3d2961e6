use mio::Waker;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// How other threads stop a loop, also one that has not begun.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    asked: AtomicBool,
    waker: OnceLock<Waker>,
}

impl Stop {
    /// Asks the loop to stop.
    pub(crate) fn ask(&self) {
        self.asked.store(true, Ordering::Release);
        if let Some(waker) = self.waker.get() {
            // It fails only if the loop is gone.
            let _ = waker.wake();
        }
    }

    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    /// To be called before the loop looks at [`Stop::is_asked`] for the first time.
    pub(super) fn set_waker(&self, waker: Waker) {
        // There is one loop for each, so that it is not set yet.
        let _ = self.waker.set(waker);
    }
}
