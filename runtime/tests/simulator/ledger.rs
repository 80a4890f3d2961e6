//! What was asked, what was done and what came of it: the truth that outcomes are held against.

use crate::plan::{ATTEMPTS, PATIENT};
use crate::service::{Ask, Kind};
use oncrpc::Error;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// All calls of a run. The service notes there what it does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<Mutex<Vec<Entry>>>);

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) ask: Ask,
    caller: usize,
    timeout: Duration,
    /// Before this it does not time out.
    deadline: Instant,
    /// How often it was carried out by each of the servers that there were.
    pub(crate) effects: BTreeMap<u32, u32>,
    /// Whether something hit it after which it need not succeed.
    pub(crate) is_disturbed: bool,
    /// Datagrams of it that were lost.
    losses: u32,
    /// Whether its connection was lost while it waited.
    pub(crate) is_cut: bool,
    /// Whether its connection was half-closed: it cannot be called back over.
    is_half_closed: bool,
    /// Whether it may be sent more than once.
    pub(crate) repeats: bool,
    outcome: Option<Outcome>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// What the service was asked for, be it a refusal.
    Right,
    TimedOut,
    Cut,
    GivenUp,
    /// The caller could not be called back.
    NotReached,
}

impl Ledger {
    /// Notes a call before it is begun; returns its number.
    pub(crate) fn add(&self, caller: usize, ask: Ask, begun: Instant, timeout: Duration, repeats: bool) -> usize {
        let mut entries = self.entries();
        let (effects, outcome) = (BTreeMap::new(), None);
        entries.push(Entry {
            ask,
            caller,
            timeout,
            deadline: begun + timeout,
            effects,
            is_disturbed: false,
            losses: 0,
            is_cut: false,
            is_half_closed: false,
            repeats,
            outcome,
        });
        entries.len() - 1
    }

    /// The service carries a call out.
    pub(crate) fn carry_out(&self, call: usize, incarnation: u32) {
        *self.entries()[call].effects.entry(incarnation).or_default() += 1;
    }

    /// How often calls were carried out altogether.
    pub(crate) fn effects(&self) -> u32 {
        self.entries().iter().flat_map(|entry| entry.effects.values()).sum()
    }

    /// A call waits until then at least.
    pub(crate) fn extend(&self, call: usize, until: Instant) {
        let entry = &mut self.entries()[call];
        entry.deadline = entry.deadline.max(until);
    }

    pub(crate) fn ask(&self, call: usize) -> Ask {
        self.entries()[call].ask.clone()
    }

    pub(crate) fn is_open(&self, call: usize) -> bool {
        self.entries()[call].outcome.is_none()
    }

    /// Whatever of `caller` is open need not succeed; of all callers if it is `None`.
    pub(crate) fn disturb(&self, caller: Option<usize>) {
        for entry in self.entries().iter_mut().filter(|entry| entry.outcome.is_none()) {
            entry.is_disturbed |= caller.is_none_or(|caller| caller == entry.caller);
        }
    }

    /// The connection of a call is gone, in good order or not; the call fails if it is `cut`.
    pub(crate) fn lose(&self, call: usize, in_order: bool, cut: bool) {
        let entry = &mut self.entries()[call];
        entry.is_disturbed |= !in_order;
        entry.is_cut |= cut;
    }

    /// A caller sends no more over its connection.
    pub(crate) fn half_close(&self, caller: usize) {
        let open = |entry: &&mut Entry| entry.caller == caller && entry.outcome.is_none();
        self.entries().iter_mut().filter(open).for_each(|entry| entry.is_half_closed = true);
    }

    /// A datagram of a call is lost.
    pub(crate) fn note_loss(&self, call: usize) {
        self.entries()[call].losses += 1;
    }

    pub(crate) fn disturb_call(&self, call: usize) {
        self.entries()[call].is_disturbed = true;
    }

    /// A call is complete: with the answer that was asked for or with a failure that there is a reason for, and for the
    /// first time.
    pub(crate) fn complete(&self, call: usize, now: Instant, outcome: Result<(), Error>) -> Outcome {
        let mut entries = self.entries();
        let entry = &mut entries[call];
        let outcome = match outcome {
            Ok(()) => Outcome::Right,
            Err(Error::TimedOut { after, .. }) => {
                assert_eq!(after, entry.timeout, "call {call}");
                assert!(now >= entry.deadline, "call {call} timed out too early: {entry:?}");
                Outcome::TimedOut
            }
            Err(Error::Closed { .. }) => {
                assert!(entry.is_cut, "call {call} failed with a connection that was not lost: {entry:?}");
                Outcome::Cut
            }
            Err(Error::SystemError) if entry.is_half_closed && entry.ask.kind == Kind::Back => Outcome::NotReached,
            Err(error) => panic!("call {call} failed: {error}: {entry:?}"),
        };
        if outcome == Outcome::Right && entry.ask.is_carried_out() {
            assert!(!entry.effects.is_empty(), "call {call} was answered and not carried out: {entry:?}");
        }
        entry.close(call, outcome);
        outcome
    }

    pub(crate) fn give_up(&self, call: usize) {
        self.entries()[call].close(call, Outcome::GivenUp);
    }

    /// The rules for the run as a whole. Where handlers are slow, calls may fail because of those before them.
    pub(crate) fn check(&self, slow: bool) {
        for (call, entry) in self.entries().iter().enumerate() {
            let outcome = entry.outcome.unwrap_or_else(|| panic!("call {call} never completed: {entry:?}"));
            let hopeless = entry.is_disturbed || entry.losses >= ATTEMPTS || entry.timeout < PATIENT;
            let excused = hopeless || slow || entry.ask.is_never_answered();
            assert!(
                excused || matches!(outcome, Outcome::Right | Outcome::GivenUp | Outcome::NotReached),
                "call {call} had no reason to fail: {entry:?}"
            );
            let once = entry.ask.is_at_most_once() || !entry.repeats;
            assert!(
                !once || entry.effects.values().all(|count| *count == 1),
                "call {call} was carried out more than once: {entry:?}"
            );
        }
    }

    pub(crate) fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap()
    }
}

impl Entry {
    fn close(&mut self, call: usize, outcome: Outcome) {
        assert!(self.outcome.is_none(), "call {call} completed twice: {outcome:?} after {self:?}");
        self.outcome = Some(outcome);
    }
}
