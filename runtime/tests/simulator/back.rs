//! Calls of the server to its callers, over the connections that those made.

use crate::service::{Answered, BACK_PROGRAM, Payload, VERSION};
use oncrpc::codegen::{Reply, argument, reply};
use oncrpc::record::{self, Record};
use oncrpc::rpc::{AcceptStat, CallHeader, ReplyBody, ReplyHeader};
use oncrpc::xdr::{Encoder, Xdr};
use oncrpc::{Bytes, Call, Error, Pending, Result};

/// The first caller's port number: callers are told apart by their addresses, which stay when they connect again.
pub(crate) const FIRST_PORT: u16 = 1_000;

/// Bytes of a call back.
const LARGEST: usize = 500;

/// A call that is answered when a call back is.
pub(crate) struct Back {
    /// `None` when it has its reply.
    caller_waits: Option<(Reply<Answered>, Answered)>,
    pending: Pending<Answered>,
    caller: u32,
}

impl Back {
    /// Calls who called: the results of that are to be what is asked, from nobody else.
    pub(crate) fn start(call: &Call, answered: Answered) -> Result<Self> {
        let client = call.client(BACK_PROGRAM, VERSION)?.with_deadline(std::time::Duration::from_secs(3_600));
        let payload = answered.payload.slice(..answered.payload.len().min(LARGEST));
        let pending = client.start::<Answered>(1, |out| {
            u32::encode(&answered.call, out)?;
            Payload::encode(&payload, out)
        })?;
        let caller = u32::from(call.peer().address().unwrap().port() - FIRST_PORT);
        Ok(Self { caller_waits: Some((reply::<Answered>(call), answered)), pending, caller })
    }

    /// What became of it, if the outcome has come: then it has replied.
    pub(crate) fn finish(&mut self) -> Option<&'static str> {
        let outcome = self.pending.try_wait()?;
        assert!(matches!(self.pending.try_wait(), Some(Err(Error::Taken))), "a call back completes twice");
        let (reply, answered) = self.caller_waits.take().unwrap();
        match outcome {
            Ok(found) => {
                let is_own = (found.call, found.procedure) == (answered.call, self.caller);
                let length = answered.payload.len().min(LARGEST);
                assert!(is_own && found.payload == answered.payload[..length], "a call back of another: {found:?}");
                reply.send(Ok(answered));
                Some("call back answered")
            }
            Err(Error::Closed { .. }) => {
                reply.send(Err(Error::SystemError));
                Some("call back cut")
            }
            Err(error) => panic!("a call back failed: {error}"),
        }
    }
}

/// What a caller answers to a message that is a call back.
pub(crate) fn answer(message: &Record<'_>, caller: usize) -> Option<Bytes> {
    let mut input = message.decoder();
    let header = CallHeader::decode(&mut input).ok().filter(|header| header.program == BACK_PROGRAM)?;
    let call = argument::<u32>(&mut input).unwrap();
    let payload = argument::<Payload>(&mut input).unwrap();
    let mut out = Encoder::new();
    let open = record::begin(&mut out, 10_000);
    let body = ReplyBody::Accepted { verifier: Default::default(), stat: AcceptStat::Success };
    ReplyHeader { xid: header.xid, body }.encode(&mut out).unwrap();
    Answered::encode(&Answered { call, procedure: caller as u32, payload }, &mut out).unwrap();
    record::finish(&mut out, open).unwrap();
    Some(out.into_bytes())
}
