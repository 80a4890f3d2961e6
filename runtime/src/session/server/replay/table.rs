use super::{Asker, ReplayKey, ReplayLimits, ReplayUse};
use bytes::Bytes;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

/// The calls that are remembered, without a lock.
#[derive(Debug, Default)]
pub(super) struct Table {
    calls: HashMap<Arc<ReplayKey>, State>,
    /// Those that are done, and when, the oldest first. Each is there once and leaves only at the front.
    done: VecDeque<(Arc<ReplayKey>, Instant)>,
    /// Bytes of calls in progress, which no eviction sets free.
    in_progress_bytes: usize,
    done_bytes: usize,
    evicted: u64,
}

#[derive(Debug)]
enum State {
    /// Who asked for the reply last, if not only the first one.
    InProgress(Option<Asker>),
    Done(Option<Bytes>),
}

/// What is known of a call; of a new one it is known from now on that it is in progress.
#[derive(Debug)]
pub(super) enum Found {
    New(Arc<ReplayKey>),
    InProgress,
    Done(Option<Bytes>),
    Full,
}

impl Table {
    pub(super) fn begin(
        &mut self,
        key: ReplayKey,
        now: Instant,
        limits: &ReplayLimits,
        asker: impl FnOnce() -> Option<Asker>,
    ) -> Found {
        self.expire(now, limits);
        match self.calls.get_mut(&key) {
            Some(State::InProgress(last)) => {
                *last = asker().or(last.take());
                return Found::InProgress;
            }
            Some(State::Done(reply)) => return Found::Done(reply.clone()),
            None => {}
        }
        let cost = key.cost();
        while self.calls.len() >= limits.entries || self.bytes().saturating_add(cost) > limits.bytes {
            if !self.evict() {
                return Found::Full;
            }
        }
        let key = Arc::new(key);
        self.calls.insert(Arc::clone(&key), State::InProgress(None));
        self.in_progress_bytes = self.in_progress_bytes.saturating_add(cost);
        Found::New(key)
    }

    /// A reply that does not fit although all others are gone is not kept; that the call is done is still known.
    /// Returns who asked for the reply.
    pub(super) fn finish(
        &mut self,
        key: &Arc<ReplayKey>,
        reply: Option<Bytes>,
        now: Instant,
        limits: &ReplayLimits,
    ) -> Option<Asker> {
        self.expire(now, limits);
        let reply = reply.filter(|reply| self.make_room(reply.len(), limits));
        let Entry::Occupied(mut call) = self.calls.entry(Arc::clone(key)) else { return None };
        self.in_progress_bytes = self.in_progress_bytes.saturating_sub(key.cost());
        self.done_bytes = self.done_bytes.saturating_add(done_cost(key, reply.as_ref()));
        let former = call.insert(State::Done(reply));
        self.done.push_back((Arc::clone(key), now));
        match former {
            State::InProgress(asker) => asker,
            State::Done(_) => None,
        }
    }

    /// Whether somebody who is still there has asked for the reply of a call in progress.
    pub(super) fn is_awaited(&self, key: &ReplayKey) -> bool {
        matches!(self.calls.get(key), Some(State::InProgress(Some(asker))) if asker.is_there())
    }

    /// To be called for one that is in progress.
    pub(super) fn forget(&mut self, key: &ReplayKey) {
        if let Some(State::InProgress(_)) = self.calls.get(key) {
            self.calls.remove(key);
            self.in_progress_bytes = self.in_progress_bytes.saturating_sub(key.cost());
        }
    }

    pub(super) fn usage(&self) -> ReplayUse {
        ReplayUse {
            in_progress: self.calls.len().saturating_sub(self.done.len()),
            done: self.done.len(),
            bytes: self.bytes(),
            evicted: self.evicted,
        }
    }

    fn bytes(&self) -> usize {
        self.in_progress_bytes.saturating_add(self.done_bytes)
    }

    /// Whether there is room for `length` bytes more. Nobody is evicted for what would not fit anyway.
    fn make_room(&mut self, length: usize, limits: &ReplayLimits) -> bool {
        if self.in_progress_bytes.saturating_add(length) > limits.bytes {
            return false;
        }
        while self.bytes().saturating_add(length) > limits.bytes {
            if !self.evict() {
                return false;
            }
        }
        true
    }

    /// Threads may have looked at the clock in another order than they come here: the age of the first one counts.
    fn expire(&mut self, now: Instant, limits: &ReplayLimits) {
        while self.done.front().is_some_and(|(_, since)| now.saturating_duration_since(*since) >= limits.time) {
            self.drop_oldest();
        }
    }

    /// Forgets the call that was done first before its time; whether there was one.
    fn evict(&mut self) -> bool {
        let found = self.drop_oldest();
        self.evicted = self.evicted.saturating_add(u64::from(found));
        found
    }

    fn drop_oldest(&mut self) -> bool {
        let Some((key, _)) = self.done.pop_front() else { return false };
        if let Some(State::Done(reply)) = self.calls.remove(&key) {
            self.done_bytes = self.done_bytes.saturating_sub(done_cost(&key, reply.as_ref()));
        }
        true
    }
}

fn done_cost(key: &ReplayKey, reply: Option<&Bytes>) -> usize {
    key.cost().saturating_add(reply.map_or(0, Bytes::len))
}
