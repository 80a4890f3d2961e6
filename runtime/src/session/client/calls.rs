use super::Results;
use super::xid_map::XidMap;
use crate::error::{Error, Result};
use bytes::Bytes;
use std::collections::hash_map::Entry;
use std::time::{Duration, Instant};

/// The calls that are pending, by their xids.
#[derive(Debug, Default)]
pub(super) struct Calls {
    slots: XidMap<Slot>,
    /// Bytes of results that have come and are not taken.
    kept: usize,
}

#[derive(Debug)]
enum Slot {
    Waiting(Waiting),
    Done(Result<Results>),
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
    pub(super) fn insert(&mut self, xid: u32, call: Waiting) {
        self.slots.insert(xid, Slot::Waiting(call));
    }

    /// Gives a call without an outcome what `outcome` makes; whether there is such a call. It fails if nobody waits for
    /// it and `limit` bytes are kept.
    pub(super) fn complete(&mut self, xid: u32, limit: usize, outcome: impl FnOnce() -> Result<Results>) -> bool {
        let Some(slot) = self.slots.get_mut(&xid) else { return false };
        let Slot::Waiting(call) = slot else { return false };
        let is_dropped = self.kept >= limit && !call.awaited;
        let outcome = if is_dropped { Err(Error::ReplyDropped { limit }) } else { outcome() };
        self.kept = self.kept.saturating_add(bytes(&outcome));
        *slot = Slot::Done(outcome);
        true
    }

    /// Fails the calls without an outcome that `keep` does not keep.
    pub(super) fn fail(&mut self, error: &Error, mut keep: impl FnMut(u32, &mut Waiting) -> bool) {
        for (xid, slot) in &mut self.slots {
            if let Slot::Waiting(call) = slot
                && !keep(*xid, call)
            {
                *slot = Slot::Done(Err(error.clone()));
            }
        }
    }

    /// Takes out the outcome of a call that has one.
    pub(super) fn take(&mut self, xid: u32) -> Option<Result<Results>> {
        let Entry::Occupied(slot) = self.slots.entry(xid) else { return None };
        if !matches!(slot.get(), Slot::Done(_)) {
            return None;
        }
        let Slot::Done(outcome) = slot.remove() else { return None };
        self.kept = self.kept.saturating_sub(bytes(&outcome));
        Some(outcome)
    }

    pub(super) fn remove(&mut self, xid: u32) {
        if let Some(Slot::Done(outcome)) = self.slots.remove(&xid) {
            self.kept = self.kept.saturating_sub(bytes(&outcome));
        }
    }

    /// The call, if it has no outcome.
    pub(super) fn waiting(&self, xid: u32) -> Option<&Waiting> {
        match self.slots.get(&xid)? {
            Slot::Waiting(call) => Some(call),
            Slot::Done(_) => None,
        }
    }

    pub(super) fn waiting_mut(&mut self, xid: u32) -> Option<&mut Waiting> {
        match self.slots.get_mut(&xid)? {
            Slot::Waiting(call) => Some(call),
            Slot::Done(_) => None,
        }
    }

    pub(super) fn contains(&self, xid: u32) -> bool {
        self.slots.contains_key(&xid)
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }
}

/// What an outcome takes beyond its slot.
fn bytes(outcome: &Result<Results>) -> usize {
    outcome.as_ref().map_or(0, Results::kept)
}
