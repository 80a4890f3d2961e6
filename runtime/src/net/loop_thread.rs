use std::cell::Cell;

thread_local! {
    static RUNS_LOOP: Cell<bool> = const { Cell::new(false) };
}

/// As long as this is there, the thread runs a loop.
#[derive(Debug)]
pub(super) struct LoopThread(());

impl LoopThread {
    /// This thread is one from now on.
    pub(super) fn enter() -> Self {
        RUNS_LOOP.set(true);
        Self(())
    }

    /// Whether this thread is one.
    pub(super) fn is_this() -> bool {
        RUNS_LOOP.get()
    }
}

impl Drop for LoopThread {
    fn drop(&mut self) {
        RUNS_LOOP.set(false);
    }
}
