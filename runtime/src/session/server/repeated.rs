use super::Programs;
use super::replay::Admission;
use crate::call::Call;
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
        match self.replay.begin(key, now) {
            Admission::New(memo) => {
                call.set_memo(Some(Arc::new(memo)));
                None
            }
            Admission::Done(reply) if reply.len() <= limit && out.put_bytes(&reply).is_ok() => {
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

/// Remembers what `call` came to, with the reply that stands in `out` from `start` on, if it is to be remembered and
/// nobody else answers it later.
pub(super) fn remember(call: &Call, out: &Encoder, start: Mark, outcome: Option<Outcome>) {
    if let (Some(memo), Some(origin), Some(outcome)) = (call.memo(), call.origin(), outcome) {
        let reply = outcome.has_reply().then(|| copied_since(out, start));
        memo.finish(reply, origin.port().now());
    }
}

fn copied_since(out: &Encoder, start: Mark) -> Bytes {
    let mut copy = BytesMut::with_capacity(out.since(start));
    out.slices_since(start).for_each(|slice| copy.extend_from_slice(slice));
    copy.freeze()
}
