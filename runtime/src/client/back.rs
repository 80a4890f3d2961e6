//! Calls of a server to its client, over the connection that the client made.

use super::Arguments;
use crate::error::{Error, Result};
use crate::session::server::Backchannel;
use crate::session::{NewCall, Results};
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

/// One connection of a server, for calls. The server's loop sends and reads; threads that wait are parked.
#[derive(Debug)]
pub(super) struct Back {
    backchannel: Arc<Backchannel>,
}

impl Back {
    pub(super) fn new(backchannel: Arc<Backchannel>) -> Self {
        Self { backchannel }
    }

    pub(super) fn peer(&self) -> &str {
        self.backchannel.peer()
    }

    /// Starts a call, as soon as there is room for it. Returns its xid.
    pub(super) fn start(&self, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<u32> {
        let begin = Instant::now();
        self.wait_for_room(begin, call)?;
        self.backchannel.start(begin, call, |out| arguments(out))
    }

    /// Sends a call that nobody waits for, as soon as there is room for it.
    pub(super) fn send(&self, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<()> {
        self.wait_for_room(Instant::now(), call)?;
        self.backchannel.send(call, |out| arguments(out))
    }

    /// Waits for a call that was started.
    pub(super) fn wait(&self, xid: u32) -> Result<Results> {
        if let Some(outcome) = self.look(xid) {
            return outcome;
        }
        if !self.backchannel.may_wait() {
            self.forget(xid);
            return Err(Error::WouldDeadlock);
        }
        let waker = Waker::from(Arc::new(Parked(thread::current())));
        loop {
            if let Some(outcome) = self.backchannel.poll(xid, Instant::now(), &waker) {
                return outcome;
            }
            // Without a deadline it has its outcome.
            let deadline = self.backchannel.deadline(xid);
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            thread::park_timeout(left.unwrap_or_default());
        }
    }

    pub(super) fn look(&self, xid: u32) -> Option<Result<Results>> {
        self.backchannel.take(xid, Instant::now())
    }

    pub(super) fn poll(&self, xid: u32, waker: &Waker) -> Option<Result<Results>> {
        self.backchannel.poll_timed(xid, Instant::now(), waker)
    }

    pub(super) fn forget(&self, xid: u32) {
        self.backchannel.forget(xid);
    }

    /// The loop sends without being asked to.
    pub(super) fn flush(&self) -> Result<()> {
        self.backchannel.check_open()
    }

    fn wait_for_room(&self, begin: Instant, call: NewCall<'_>) -> Result<()> {
        // It is never woken, but does not allocate either: there is room as a rule.
        if self.backchannel.poll_room(Waker::noop())? {
            return Ok(());
        }
        if !self.backchannel.may_wait() {
            return Err(Error::WouldDeadlock);
        }
        let waker = Waker::from(Arc::new(Parked(thread::current())));
        while !self.backchannel.poll_room(&waker)? {
            let left = call.timeout.saturating_sub(begin.elapsed());
            if left.is_zero() {
                let peer = self.backchannel.peer().clone();
                return Err(Error::TimedOut { peer, after: call.timeout });
            }
            thread::park_timeout(left);
        }
        Ok(())
    }
}

/// A thread that waits.
struct Parked(Thread);

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
