use super::ticket::Ticket;
use crate::call::Call;
use crate::dispatch::Answer;
use crate::xdr::Decoder;
use bytes::Bytes;

/// A call that is to be carried out on another thread than the one it came in on.
#[derive(Debug)]
pub struct Work {
    ticket: Ticket,
    arguments: Bytes,
}

impl Work {
    /// `None` if somebody else answers the call already, or it is to be answered at once.
    pub(super) fn new(call: &Call, arguments: Bytes) -> Option<Self> {
        Some(Self { ticket: call.hand_over(arguments.len())?, arguments })
    }

    /// Whether anybody is there to take the reply.
    pub fn is_wanted(&self) -> bool {
        self.ticket.is_wanted()
    }

    /// Whether it may be run now: not if so many replies are on their way that it is to wait until the port has taken some.
    pub fn has_room(&self) -> bool {
        self.ticket.has_room()
    }

    /// Carries the call out and delivers the reply, unless nobody is there to take it. Takes as long as the handler.
    pub fn run(self) {
        let Self { ticket, arguments } = self;
        if !ticket.is_wanted() {
            return;
        }
        let programs = ticket.programs();
        ticket.answer(|call, out| {
            let mut input = Decoder::shared(&arguments).with_limits(programs.limits.decode);
            let answer = programs.carry_out(call, &mut input, out)?;
            // Whoever answers it later has a ticket of his own; this one only tells that the call has left the pool.
            Ok(if answer == Answer::Deferred { Answer::Silent } else { answer })
        });
    }
}
