use super::answer::guarded;
use super::origin::{Origin, Slot};
use super::{Handled, Programs};
use crate::address::Transport;
use crate::call::{Call, Peer};
use crate::dispatch::Answer;
use crate::error::Result;
use crate::metrics::Outcome;
use crate::xdr::Encoder;
use std::sync::Arc;
use std::time::Instant;

/// The right to answer a call, and the duty: it is used exactly once.
#[derive(Debug)]
pub(crate) struct Ticket {
    call: Call,
    slot: Slot,
}

/// The reply to a call that was not answered at once, on its way back.
#[derive(Debug)]
pub struct Delivery {
    slot: Slot,
    peer: Peer,
    reply: Encoder,
    row: u32,
    outcome: Option<Outcome>,
}

impl Ticket {
    /// A ticket for `call`, which came from `origin` and keeps `bytes` of arguments in memory.
    pub(crate) fn new(call: Call, origin: Arc<Origin>, bytes: usize) -> Self {
        Self { call, slot: Slot::new(origin, bytes) }
    }

    pub(super) fn programs(&self) -> Arc<Programs> {
        Arc::clone(self.slot.origin.programs())
    }

    /// Whether anybody is there to take the reply.
    pub(crate) fn is_wanted(&self) -> bool {
        self.slot.origin.is_open()
    }

    /// Answers with what `results` appends, or the error it returns; not at all if it says so.
    pub(crate) fn answer(self, results: impl FnOnce(&Call, &mut Encoder) -> Result<Answer>) {
        let Self { call, slot } = self;
        // What is to be remembered is answered although nobody is there to take it.
        if !slot.origin.is_open() && call.memo().is_none() {
            return;
        }
        let mut reply = Encoder::new();
        let programs = Arc::clone(slot.origin.programs());
        let outcome = if call.transport() == Transport::Udp {
            programs.answer_datagram(&call, &mut reply, |out| guarded(|| results(&call, out)))
        } else {
            programs.answer_record(&call, &mut reply, |out| guarded(|| results(&call, out)))
        };
        let origin = Arc::clone(&slot.origin);
        origin.port().deliver(Delivery { slot, peer: *call.peer(), reply, row: call.row(), outcome });
    }
}

impl Delivery {
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

    /// When it came in.
    pub fn began(&self) -> Instant {
        self.slot.began
    }

    /// The reply, a record or the message of a datagram; empty if there is none. The call is no longer in flight.
    pub fn into_reply(self) -> Encoder {
        self.reply
    }
}
