use super::Stop;
use crate::session::server::Work;
use std::collections::VecDeque;
use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a thread waits, at most, before it looks again whether there is room for a reply.
const ROOM: Duration = Duration::from_millis(2);

/// Threads that carry calls out, so that the loops need not. How much waits for them is bounded by what may be in
/// flight.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Work>,
    /// Threads that have not ended.
    threads: usize,
    closed: bool,
}

impl Pool {
    /// Starts `count` threads, which `stop` gets to know.
    ///
    /// # Errors
    /// The system has no thread left; those that were started end.
    pub(crate) fn start(self: &Arc<Self>, count: usize, stop: &Arc<Stop>) -> io::Result<()> {
        for number in 0..count {
            let (pool, stop) = (Arc::clone(self), Arc::clone(stop));
            let spawned = thread::Builder::new().name(format!("oncrpc-pool-{number}")).spawn(move || {
                stop.note_own_thread();
                pool.run();
            });
            if let Err(error) = spawned {
                self.close(None);
                return Err(error);
            }
            self.lock().threads += 1;
        }
        Ok(())
    }

    pub(super) fn submit(&self, work: Work) {
        let mut state = self.lock();
        if !state.closed {
            state.queue.push_back(work);
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Drops the work that nobody waits for any more.
    pub(super) fn forget(&self) {
        self.lock().queue.retain(Work::is_wanted);
    }

    /// Ends the threads; what has not begun is dropped. Waits until `end` for what has, and for nothing without one.
    pub(crate) fn close(&self, end: Option<Instant>) {
        let mut state = self.lock();
        state.closed = true;
        let dropped = mem::take(&mut state.queue);
        drop(state);
        drop(dropped);
        self.changed.notify_all();
        let mut state = self.lock();
        while state.threads > 0 {
            let left = end.map(|end| end.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero());
            let Some(left) = left else { return };
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn run(&self) {
        while let Some(work) = self.next() {
            // The handler's own panics are answered; this is about one in dropping what it left.
            let _ = catch_unwind(AssertUnwindSafe(|| work.run()));
        }
        let mut state = self.lock();
        state.threads = state.threads.saturating_sub(1);
        drop(state);
        self.changed.notify_all();
    }

    fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        while !state.closed {
            let has_room = state.queue.front().is_some_and(Work::has_room);
            if let Some(work) = has_room.then(|| state.queue.pop_front()).flatten() {
                return Some(work);
            }
            if !state.queue.is_empty() {
                let waited = self.changed.wait_timeout(state, ROOM);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
