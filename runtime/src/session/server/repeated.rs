use super::Programs;
use super::replay::Admission;
use crate::call::Call;
use crate::error::Error;
use crate::xdr::{Encoder, Mark, Sink};
use bytes::{Bytes, BytesMut};
use std::sync::Arc;

impl Programs {
    /// Answers `call`, which is to be carried out once, if it has come before: whether there is a reply, of at most
    /// `limit` bytes. `None` if it is new; it is known from now on. A call without an origin always is: there is nobody to
    /// ask for the time.
    pub(super) fn repeat(&self, call: &mut Call, arguments: &[u8], out: &mut Encoder, limit: usize) -> Option<bool> {
        let now = call.origin()?.port().now();
        let key = self.replay.key(call.header(), call.peer().ip(), arguments);
        match self.replay.begin(key, now) {
            Admission::New(memo) => {
                call.set_memo(Some(Arc::new(memo)));
                None
            }
            Admission::Done(reply) => {
                out.begin(limit);
                Some(reply.len() <= limit && out.put_bytes(&reply).is_ok())
            }
            Admission::InProgress | Admission::DoneWithoutReply => Some(false),
            Admission::Full => Some(self.answer(call, out, limit, |_| Err(Error::TooManyInProgress))),
        }
    }
}

/// Remembers the reply to `call` that stands in `out` from `start` on, if it is to be remembered; or that there is none,
/// unless somebody else answers it.
pub(super) fn remember(call: &Call, out: &Encoder, start: Option<Mark>) {
    let (Some(memo), Some(origin)) = (call.memo(), call.origin()) else { return };
    match start {
        Some(start) => memo.finish(Some(copied_since(out, start)), origin.port().now()),
        None if !call.is_taken() => memo.finish(None, origin.port().now()),
        None => {}
    }
}

fn copied_since(out: &Encoder, start: Mark) -> Bytes {
    let mut copy = BytesMut::with_capacity(out.since(start));
    out.slices_since(start).for_each(|slice| copy.extend_from_slice(slice));
    copy.freeze()
}
