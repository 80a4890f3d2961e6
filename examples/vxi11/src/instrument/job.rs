//! A call that is to be carried out as soon as the instrument lets it.

use super::LONGEST_WAIT;
use super::bench::Bench;
use crate::idl::{
    CreateLinkResp, DeviceDocmdResp, DeviceError, DeviceErrorCode, DeviceReadResp, DeviceReadStbResp, DeviceWriteResp,
    VXI11_FLAG_WAITLOCK,
};
use oncrpc::Reply;
use std::task::Poll;
use std::time::{Duration, Instant};

/// What comes of a try: the results, an error, or that it is not yet possible.
pub(super) type Attempt<R> = Poll<Result<R, DeviceErrorCode>>;

/// What a call asks for, beside what it is to do.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) lid: Option<i32>,
    pub(super) lock: Lock,
    /// How long it may take once nobody else has locked the instrument.
    pub(super) io_timeout: Duration,
}

/// How a call goes about an instrument that another link has locked.
#[derive(Clone, Copy)]
pub(super) enum Lock {
    /// It does not matter.
    Ignored,
    /// It fails.
    Respected,
    /// It waits for so long.
    Awaited(Duration),
}

pub(super) struct Job {
    session: u64,
    terms: Terms,
    /// When it was tried first; before, others of its link are in front of it.
    began: Option<Instant>,
    /// When the lock was no obstacle.
    started: Option<Instant>,
    work: Box<dyn Work>,
}

trait Work: Send {
    /// Whether it is done, and answered.
    fn attempt(&mut self, bench: &mut Bench) -> bool;
    fn fail(&mut self, error: DeviceErrorCode);
}

struct Task<R, F> {
    reply: Option<Reply<R>>,
    attempt: F,
}

/// Results with an error number in them.
pub(super) trait Outcome {
    fn failed(error: DeviceErrorCode) -> Self;
}

impl Terms {
    /// Of a call that may have to wait.
    pub(super) fn new(lid: i32, flags: u32, lock_timeout: u32, io_timeout: u32) -> Self {
        let waits = flags & VXI11_FLAG_WAITLOCK != 0;
        let lock = if waits { Lock::Awaited(milliseconds(lock_timeout)) } else { Lock::Respected };
        Self { lid: Some(lid), lock, io_timeout: milliseconds(io_timeout) }
    }

    /// Of a call that locks are nothing to.
    pub(super) fn free(lid: impl Into<Option<i32>>) -> Self {
        Self { lid: lid.into(), lock: Lock::Ignored, io_timeout: LONGEST_WAIT }
    }
}

impl Job {
    /// A call of the connection `session`, which `attempt` tries to carry out until it is.
    pub(super) fn new<R: Outcome + Send + 'static>(
        session: u64,
        terms: Terms,
        reply: Reply<R>,
        attempt: impl FnMut(&mut Bench) -> Attempt<R> + Send + 'static,
    ) -> Self {
        let work = Box::new(Task { reply: Some(reply), attempt });
        Self { session, terms, began: None, started: None, work }
    }

    /// Tries; whether it is done, and answered.
    pub(super) fn attempt(&mut self, bench: &mut Bench, now: Instant) -> bool {
        let Terms { lid, lock, io_timeout } = self.terms;
        if lid.is_some_and(|lid| !bench.has(self.session, lid)) {
            return self.fail(DeviceErrorCode::InvalidLink);
        }
        let began = *self.began.get_or_insert(now);
        if self.started.is_none() && bench.is_locked_for(lid) {
            match lock {
                Lock::Respected => return self.fail(DeviceErrorCode::Locked),
                Lock::Awaited(time) if now >= began + time => return self.fail(DeviceErrorCode::Locked),
                Lock::Awaited(_) => return false,
                Lock::Ignored => {}
            }
        }
        let started = *self.started.get_or_insert(now);
        self.work.attempt(bench) || (now >= started + io_timeout && self.fail(DeviceErrorCode::IoTimeout))
    }

    /// Answers with an error.
    pub(super) fn fail(&mut self, error: DeviceErrorCode) -> bool {
        self.work.fail(error);
        true
    }

    /// When it fails if nothing happens.
    pub(super) fn due(&self) -> Option<Instant> {
        match (self.started, self.terms.lock) {
            (Some(started), _) => Some(started + self.terms.io_timeout),
            (None, Lock::Awaited(time)) => Some(self.began? + time),
            (None, _) => None,
        }
    }

    /// Calls over a link are carried out one after the other.
    pub(super) fn queue(&self) -> (u64, Option<i32>) {
        (self.session, self.terms.lid)
    }
}

impl<R: Outcome + Send, F: FnMut(&mut Bench) -> Attempt<R> + Send> Work for Task<R, F> {
    fn attempt(&mut self, bench: &mut Bench) -> bool {
        let Poll::Ready(outcome) = (self.attempt)(bench) else { return false };
        if let Some(reply) = self.reply.take() {
            reply.send(Ok(outcome.unwrap_or_else(R::failed)));
        }
        true
    }

    fn fail(&mut self, error: DeviceErrorCode) {
        if let Some(reply) = self.reply.take() {
            reply.send(Ok(R::failed(error)));
        }
    }
}

pub(super) fn milliseconds(time: u32) -> Duration {
    Duration::from_millis(time.into()).min(LONGEST_WAIT)
}

macro_rules! outcomes {
    ($($results:ident)*) => {
        $(impl Outcome for $results {
            fn failed(error: DeviceErrorCode) -> Self {
                Self { error, ..Self::default() }
            }
        })*
    };
}

outcomes!(CreateLinkResp DeviceDocmdResp DeviceReadResp DeviceReadStbResp DeviceWriteResp);

impl Outcome for DeviceError {
    fn failed(error: DeviceErrorCode) -> Self {
        Self { error }
    }
}
