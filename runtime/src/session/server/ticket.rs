use super::answer::guarded;
use super::origin::{Origin, Slot};
use super::{Handled, Programs};
use crate::address::Transport;
use crate::call::{Call, Peer};
use crate::dispatch::Answer;
use crate::error::{Error, Result};
use crate::metrics::{Outcome, UNSERVED};
use crate::xdr::Encoder;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many moments a reply waits for room on its way, at most.
const PATIENCE: u32 = 500;

/// The right to answer a call, and the duty: it is used exactly once, or lost when the time is over.
#[derive(Debug)]
pub(crate) struct Ticket(Arc<Held>);

/// A call that is answered later.
#[derive(Debug)]
pub(super) struct Held {
    call: Call,
    origin: Arc<Origin>,
    /// Whether its handler is still to run, which may give the right away once more.
    is_to_run: bool,
    /// `None` when it is answered, or given up.
    slot: Mutex<Option<Slot>>,
    /// Among those that wait.
    number: u64,
}

/// The reply to a call that was not answered at once, on its way back.
#[derive(Debug)]
pub struct Delivery {
    slot: Slot,
    peer: Peer,
    reply: Encoder,
    row: u32,
    outcome: Option<Outcome>,
    /// Whether it is `SYSTEM_ERR` for want of room.
    is_dropped: bool,
}

impl Ticket {
    /// A ticket for `call`, which came from `origin` and keeps `bytes` of arguments in memory.
    pub(crate) fn new(call: Call, origin: Arc<Origin>, bytes: usize) -> Self {
        let slot = Slot::new(Arc::clone(&origin), bytes);
        Self(Arc::new_cyclic(|held| Held {
            number: origin.programs().load.waiting.enter(held.clone(), slot.began),
            is_to_run: !call.is_taken(),
            slot: Mutex::new(Some(slot)),
            call,
            origin,
        }))
    }

    pub(super) fn programs(&self) -> Arc<Programs> {
        Arc::clone(self.0.origin.programs())
    }

    /// Whether replies may be made: not so many are on their way.
    pub(super) fn has_room(&self) -> bool {
        let programs = self.0.origin.programs();
        programs.load.has_room(&programs.limits, 1)
    }

    /// Whether anybody is there to take the reply.
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.is_wanted() && self.0.slot().is_some()
    }

    /// Answers with what `results` appends, or the error it returns; not at all if it says so, or if the call was given up
    /// meanwhile.
    pub(crate) fn answer(self, results: impl FnOnce(&Call, &mut Encoder) -> Result<Answer>) {
        let held = &*self.0;
        // What is to be remembered is answered although nobody is there to take it.
        if !held.origin.is_open() && held.call.memo().is_none() {
            return;
        }
        // The time goes on while a handler runs, but not while what it has found is written down.
        let mut slot = if held.is_to_run { None } else { held.slot().take() };
        if !held.is_to_run && slot.is_none() {
            return;
        }
        let mut is_dropped = false;
        let (reply, outcome) = held.reply(|out| {
            let start = out.mark();
            let answer = guarded(|| results(&held.call, out));
            held.call.burden(out, start);
            slot = slot.take().or_else(|| held.slot().take());
            if slot.is_none() {
                return Ok(Answer::Silent);
            }
            // Whoever runs handlers has waited before.
            let checked = if held.is_to_run { Ok(()) } else { held.wait_for_room(out.memory()) };
            is_dropped = checked.is_err();
            checked.and(answer)
        });
        if let Some(slot) = slot {
            held.deliver(slot, reply, outcome, is_dropped);
        }
    }
}

impl Held {
    /// The time is over: answers `SYSTEM_ERR`, unless the call is answered by now or somebody else is to. Whether it was
    /// given up.
    pub(super) fn expire(&self, after: Duration) -> bool {
        let mut held = self.slot();
        let is_elsewhere = self.is_to_run && held.is_some() && !self.call.take_right();
        let Some(slot) = held.take() else { return false };
        drop(held);
        let is_given_up = !is_elsewhere && (self.origin.is_open() || self.call.memo().is_some());
        if is_given_up {
            let (reply, outcome) = self.reply(|_| Err(Error::Overdue { after }));
            self.deliver(slot, reply, outcome, false);
        } else {
            drop(slot);
        }
        if self.is_to_run {
            self.origin.port().forget();
        }
        !is_elsewhere
    }

    fn is_wanted(&self) -> bool {
        self.origin.is_open() || self.call.memo().is_some_and(|memo| memo.is_awaited())
    }

    fn reply(&self, results: impl FnOnce(&mut Encoder) -> Result<Answer>) -> (Encoder, Option<Outcome>) {
        let (mut reply, programs) = (Encoder::new(), self.origin.programs());
        let outcome = if self.call.transport() == Transport::Udp {
            programs.answer_datagram(&self.call, &mut reply, results)
        } else {
            programs.answer_record(&self.call, &mut reply, results)
        };
        (reply, outcome)
    }

    /// Waits until there is room for a reply that takes `bytes` of memory, but not for long, and not where that is not to be.
    fn wait_for_room(&self, bytes: usize) -> Result<()> {
        let (programs, port) = (self.origin.programs(), self.origin.port());
        let mut left = PATIENCE;
        while !programs.load.has_room(&programs.limits, bytes) {
            if left == 0 || !port.wait() {
                return Err(Error::TooManyReplies { limit: programs.limits.total_output_bytes / 4 });
            }
            left -= 1;
        }
        Ok(())
    }

    fn deliver(&self, mut slot: Slot, reply: Encoder, outcome: Option<Outcome>, is_dropped: bool) {
        let (peer, row) = (*self.call.peer(), self.call.row());
        slot.carry(reply.memory());
        self.origin.port().deliver(Delivery { slot, peer, reply, row, outcome, is_dropped });
    }

    fn slot(&self) -> MutexGuard<'_, Option<Slot>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.origin.programs().load.waiting.leave(self.number);
    }
}

impl Delivery {
    /// The reply to a call that is answered elsewhere as well, and counted there.
    pub(super) fn again(mut slot: Slot, peer: Peer, reply: Encoder) -> Self {
        slot.carry(reply.memory());
        Self { slot, peer, reply, row: UNSERVED, outcome: None, is_dropped: false }
    }

    /// What the port calls the origin of the call.
    pub fn key(&self) -> usize {
        self.slot.origin.key()
    }

    /// Whether the call came from `origin`, and not from another one of the same key before it.
    pub fn is_for(&self, origin: &Arc<Origin>) -> bool {
        Arc::ptr_eq(&self.slot.origin, origin)
    }

    /// Who called.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// What became of the call.
    pub fn handled(&self) -> Handled {
        // The mark of a record does not count.
        let mark = if self.peer.transport() == Transport::Udp { 0 } else { 4 };
        let sent = self.reply.len().saturating_sub(mark);
        Handled::carried_out(self.row, self.outcome, 0, sent)
    }

    /// Whether it was to be another one, for which there was no room.
    pub fn is_dropped(&self) -> bool {
        self.is_dropped
    }

    /// When it came in.
    pub fn began(&self) -> Instant {
        self.slot.began
    }

    /// The reply, a record or the message of a datagram; empty if there is none. The call is no longer in flight.
    pub fn into_reply(self) -> Encoder {
        self.reply
    }
}
