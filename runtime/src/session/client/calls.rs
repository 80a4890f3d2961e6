use super::Results;
use super::xid_table::XidTable;
use crate::error::{Error, Result};
use bytes::Bytes;
use std::time::{Duration, Instant};

/// The calls that are pending, by their xids.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: XidTable<Call>,
    /// Bytes of results that have come and are not taken.
    kept: usize,
}

#[derive(Debug, Default)]
struct Call {
    /// `None` of a call that is not pending.
    waiting: Option<Waiting>,
    outcome: Option<Result<Results>>,
}

/// A call that has no outcome yet.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) deadline: Instant,
    pub(super) timeout: Duration,
    /// The record of a call that may be sent again.
    pub(super) record: Option<Bytes>,
    /// It was sent over a connection that is lost.
    pub(super) sent: bool,
    /// Somebody waits for it.
    pub(super) awaited: bool,
}

impl Calls {
    #[inline]
    pub(super) fn insert(&mut self, xid: u32, waiting: Waiting) {
        let call = self.calls.add(xid);
        call.waiting = Some(waiting);
    }

    /// Gives a call without an outcome what `outcome` makes; whether there is such a call. It fails if nobody waits for
    /// it and `limit` bytes are kept.
    #[inline]
    pub(super) fn complete(&mut self, xid: u32, limit: usize, outcome: impl FnOnce() -> Result<Results>) -> bool {
        let Some(call) = self.calls.get_mut(xid) else { return false };
        let Some(waiting) = &call.waiting else { return false };
        let is_dropped = self.kept >= limit && !waiting.awaited;
        let outcome = if is_dropped { Err(Error::ReplyDropped { limit }) } else { outcome() };
        self.kept = self.kept.saturating_add(bytes(&outcome));
        call.waiting = None;
        call.outcome = Some(outcome);
        true
    }

    /// Fails the calls without an outcome that `keep` does not keep.
    pub(super) fn fail(&mut self, error: &Error, mut keep: impl FnMut(u32, &mut Waiting) -> bool) {
        for (xid, call) in self.calls.iter_mut() {
            if let Some(waiting) = &mut call.waiting
                && !keep(xid, waiting)
            {
                call.waiting = None;
                call.outcome = Some(Err(error.clone()));
            }
        }
    }

    /// Takes out the outcome of a call that has one; its results are put into `results`.
    #[inline]
    pub(super) fn take(&mut self, xid: u32, results: &mut Results) -> Option<Result<()>> {
        let call = self.calls.get_mut(xid)?;
        match &mut call.outcome {
            None => None,
            Some(Ok(done)) => {
                self.kept = self.kept.saturating_sub(done.kept());
                done.move_to(results);
                call.outcome = None;
                self.calls.remove(xid);
                Some(Ok(()))
            }
            Some(Err(_)) => self.take_error(xid),
        }
    }

    #[cold]
    fn take_error(&mut self, xid: u32) -> Option<Result<()>> {
        let outcome = self.calls.get_mut(xid)?.outcome.take()?;
        self.calls.remove(xid);
        Some(outcome.map(drop))
    }

    pub(super) fn remove(&mut self, xid: u32) {
        if let Some(call) = self.calls.get_mut(xid) {
            call.waiting = None;
            if let Some(outcome) = call.outcome.take() {
                self.kept = self.kept.saturating_sub(bytes(&outcome));
            }
            self.calls.remove(xid);
        }
    }

    /// The call, if it has no outcome.
    #[inline]
    pub(super) fn waiting(&self, xid: u32) -> Option<&Waiting> {
        self.calls.get(xid)?.waiting.as_ref()
    }

    #[inline]
    pub(super) fn waiting_mut(&mut self, xid: u32) -> Option<&mut Waiting> {
        self.calls.get_mut(xid)?.waiting.as_mut()
    }

    #[inline]
    pub(super) fn contains(&self, xid: u32) -> bool {
        self.calls.get(xid).is_some()
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }
}

/// What an outcome takes beyond its place.
#[inline]
fn bytes(outcome: &Result<Results>) -> usize {
    outcome.as_ref().map_or(0, Results::kept)
}
