use super::loop_thread::LoopThread;
use super::pool::Pool;
use super::seats::Seat;
use super::stream::Stream;
use crate::call::Peer;
use crate::session::server::{Delivery, Port, Work};
use mio::Waker;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long it takes a loop, as a rule, to look at its mail.
const MOMENT: Duration = Duration::from_millis(2);

/// How other threads reach a loop: what they have for it lies here until it looks.
#[derive(Debug)]
pub(crate) struct Mailbox {
    waker: Waker,
    /// `None` when the loop has ended.
    letters: Mutex<Option<Vec<Letter>>>,
    pool: Arc<Pool>,
}

/// What others have for a loop.
#[derive(Debug)]
pub(super) enum Letter {
    /// A reply that has come later.
    Reply(Delivery),
    /// A connection that another loop has accepted for this one.
    Connection(Stream, Peer, Seat),
    /// A descriptor is needed: the connection that has been silent the longest is to be closed.
    Evict,
    /// The connection of that key has calls to send, or others have less time than it knows of.
    Calls(usize),
}

impl Mailbox {
    pub(super) fn new(waker: Waker, pool: Arc<Pool>) -> Self {
        Self { waker, letters: Mutex::new(Some(Vec::new())), pool }
    }

    /// Has the loop look at its mail, and whether it is to stop.
    pub(super) fn wake(&self) {
        // It fails only if the loop is gone.
        let _ = self.waker.wake();
    }

    /// What has come. The loop is woken again for what comes later.
    pub(super) fn take(&self) -> Vec<Letter> {
        self.lock().as_mut().map(mem::take).unwrap_or_default()
    }

    /// Leaves `letter` for the loop; if that has ended, it is dropped.
    pub(super) fn send(&self, letter: Letter) {
        let mut letters = self.lock();
        let Some(waiting) = letters.as_mut() else { return };
        waiting.push(letter);
        let is_first = waiting.len() == 1;
        drop(letters);
        if is_first {
            self.wake();
        }
    }

    /// Nobody will look any more.
    pub(super) fn close(&self) {
        let letters = self.lock().take();
        drop(letters);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Letter>>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Port for Mailbox {
    fn deliver(&self, delivery: Delivery) {
        self.send(Letter::Reply(delivery));
    }

    fn submit(&self, work: Work) {
        self.pool.submit(work);
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn forget(&self) {
        self.pool.forget();
    }

    fn call_back(&self, key: usize) {
        self.send(Letter::Calls(key));
    }

    fn wait(&self) -> bool {
        let may_wait = self.may_wait();
        if may_wait {
            thread::sleep(MOMENT);
        }
        may_wait
    }

    fn may_wait(&self) -> bool {
        !LoopThread::is_this()
    }
}
