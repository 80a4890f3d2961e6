use super::origin::Slot;
use super::replay::Admission;
use super::{Delivery, Programs};
use crate::address::Transport;
use crate::call::{Call, Peer};
use crate::capture::Direction;
use crate::error::Error;
use crate::metrics::{Event, Outcome};
use crate::xdr::{Encoder, Mark, Sink};
use bytes::{Bytes, BytesMut};
use std::sync::Arc;

impl Programs {
    /// Answers `call`, which is to be carried out once, if it has come before: what happens, and the bytes of the reply, of
    /// at most `limit`, if there is one. `None` if it is new; it is known from now on. A call without an origin always is: there is nobody to
    /// ask for the time.
    pub(super) fn repeat(
        &self,
        call: &mut Call,
        arguments: &[u8],
        out: &mut Encoder,
        limit: usize,
    ) -> Option<(Event, usize)> {
        let now = call.origin()?.port().now();
        let key = self.replay.key(call.header(), call.peer().ip(), arguments);
        let start = out.begin(limit);
        match self.replay.begin(key, now, || Asker::new(call)) {
            Admission::New(memo) => {
                call.set_memo(Some(Arc::new(memo)));
                None
            }
            Admission::Done(reply) if reply.len() <= limit && out.put_bytes(&reply).is_ok() => {
                self.show_sent(call, out, start);
                Some((Event::RepeatedDone, reply.len()))
            }
            Admission::Done(_) | Admission::DoneWithoutReply => Some((Event::RepeatedWithoutReply, 0)),
            Admission::InProgress => Some((Event::RepeatedInProgress, 0)),
            Admission::Full => {
                self.answer(call, out, limit, |_| Err(Error::TooManyInProgress));
                Some((Event::RepeatedFull, out.since(start)))
            }
        }
    }
}

/// Where a call that is in progress came from again. As long as this is there, it is in flight there.
#[derive(Debug)]
pub struct Asker {
    slot: Slot,
    peer: Peer,
}

impl Asker {
    /// `None` if the call is to be answered at once.
    fn new(call: &Call) -> Option<Self> {
        let origin = Arc::clone(call.origin()?);
        Some(Self { slot: Slot::new(origin, 0), peer: *call.peer() })
    }

    /// Whether it is still there.
    pub(super) fn is_there(&self) -> bool {
        self.slot.origin.is_open()
    }

    /// Has the reply delivered, unless this is where `call`, to which it is, came from first.
    fn answer(self, call: &Call, message: &Bytes) {
        let origin = Arc::clone(&self.slot.origin);
        let is_first = call.origin().is_some_and(|first| Arc::ptr_eq(first, &origin)) && *call.peer() == self.peer;
        if is_first || !origin.is_open() {
            return;
        }
        let (mut reply, programs) = (Encoder::new(), origin.programs());
        let is_datagram = self.peer.transport() == Transport::Udp;
        if is_datagram && message.len() > programs.limits.datagram_reply_bytes {
            return;
        }
        let put = |out: &mut Encoder| out.put_bytes(message).is_ok();
        if is_datagram {
            put(&mut reply);
        } else {
            programs.append_record(&mut reply, put);
        }
        programs.show_to(&origin, &self.peer, Direction::Sent, message);
        origin.port().deliver(Delivery::again(self.slot, self.peer, reply));
    }
}

/// Remembers what `call` came to, with the reply that stands in `out` from `start` on, if it is to be remembered and
/// nobody else answers it later.
#[inline(never)]
pub(super) fn remember(call: &Call, out: &Encoder, start: Mark, outcome: Option<Outcome>) {
    if let (Some(memo), Some(origin), Some(outcome)) = (call.memo(), call.origin(), outcome) {
        let reply = outcome.has_reply().then(|| copied_since(out, start));
        if let Some(asker) = memo.finish(reply.clone(), origin.port().now())
            && let Some(reply) = reply
        {
            asker.answer(call, &reply);
        }
    }
}

fn copied_since(out: &Encoder, start: Mark) -> Bytes {
    let mut copy = BytesMut::with_capacity(out.since(start));
    out.slices_since(start).for_each(|slice| copy.extend_from_slice(slice));
    copy.freeze()
}
