use crate::call::Call;
use crate::dispatch::{Answer, results};
use crate::error::{Error, Result};
use crate::session::server::Ticket;
use crate::xdr::{Encoder, Xdr};
use std::fmt;

/// The reply to a call, to be sent later and from anywhere: a handler of a procedure with the option `deferred` gets
/// one in place of returning its results.
///
/// Every call is answered exactly once: dropping this answers `SYSTEM_ERR`. A caller that has left in the meantime gets
/// nothing, and nobody waits for it.
#[must_use = "dropping it answers SYSTEM_ERR"]
pub struct Reply<T> {
    ticket: Option<Ticket>,
    encode: fn(&T, &mut Encoder) -> Result<Answer>,
}

impl<T> Reply<T> {
    pub(crate) fn new<C: Xdr<Value = T>>(call: &Call) -> Self {
        Self { ticket: call.ticket(), encode: results::<C> }
    }

    /// Answers the call: with results, or as a handler that returns this error. Does not wait for the caller to take it; for a
    /// second at most until the server has taken others, if so many are on their way that there is no
    /// [room](crate::Limits::total_output_bytes).
    pub fn send(mut self, outcome: Result<T>) {
        if let Some(ticket) = self.ticket.take() {
            ticket.answer(|_, out| (self.encode)(&outcome?, out));
        }
    }

    /// Whether the caller is still there. Of the sender of a datagram that is not known; it counts as there.
    pub fn is_wanted(&self) -> bool {
        self.ticket.as_ref().is_some_and(Ticket::is_wanted)
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            ticket.answer(|_, _| Err(Error::Unanswered));
        }
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reply").field("is_wanted", &self.is_wanted()).finish_non_exhaustive()
    }
}
