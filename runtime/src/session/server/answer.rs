use super::Programs;
use crate::call::{Call, Peer};
use crate::dispatch::Answer;
use crate::error::{Error, Result};
use crate::record::{self, Record};
use crate::rpc::{AcceptStat, AuthStat, CallHeader, Credential, ReplyBody, ReplyHeader};
use crate::xdr::{Decoder, EncodeError, Encoder, Sink};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The procedure that does nothing, which every version has (RFC 5531 §12.1).
pub(super) const NULL: u32 = 0;

/// The length of a reply's header before its results.
const SUCCESS_HEADER: usize = 24;

impl Programs {
    /// Answers a record of `peer`: appends the reply to `out` as a record, or nothing if the record is not to be
    /// answered.
    pub fn handle_record(&self, peer: Peer, record: &Record<'_>, out: &mut Encoder) {
        let open = record::begin(out, self.limits.reply_bytes);
        let answered = self.answer(peer, record.decoder(), out, self.limits.reply_bytes);
        if !answered || record::finish(out, open).is_err() {
            out.truncate(open.start());
        }
    }

    /// Appends `reply` to `out` as a record.
    pub(super) fn refuse(&self, reply: &ReplyHeader, out: &mut Encoder) {
        let open = record::begin(out, self.limits.reply_bytes);
        if reply.encode(out).is_err() || record::finish(out, open).is_err() {
            out.truncate(open.start());
        }
    }

    /// Answers a datagram of `peer`: puts the reply into `out`, which is emptied first, or nothing if the datagram is
    /// not to be answered.
    pub fn handle_datagram(&self, peer: Peer, datagram: &[u8], out: &mut Encoder) {
        out.clear();
        if !self.answer(peer, Decoder::new(datagram), out, self.limits.datagram_reply_bytes) {
            out.clear();
        }
    }

    /// Appends the reply, of at most `limit` bytes, to the message in `input`; whether there is one. Never to what is no
    /// call: two servers would answer each other forever.
    fn answer(&self, peer: Peer, mut input: Decoder<'_>, out: &mut Encoder, limit: usize) -> bool {
        input = input.with_limits(self.limits.decode);
        let start = out.begin(limit);
        let header = match CallHeader::decode(&mut input) {
            Ok(header) => header,
            Err(error) => return error.reply().is_some_and(|reply| reply.encode(out).is_ok()),
        };
        let call = Call::new(header, peer);
        let mut outcome = self.carry_out(&call, &mut input, out);
        if out.since(start) > limit {
            outcome = outcome.and(Err(EncodeError::TooLarge { limit }.into()));
        }
        match outcome {
            Ok(Answer::Results) => true,
            Ok(Answer::Deferred | Answer::Silent) => {
                out.truncate(start);
                false
            }
            Err(error) => {
                out.truncate(start);
                let reply = ReplyHeader { xid: call.xid(), body: error.reply() };
                if reply.body == ReplyBody::accepted(AcceptStat::SystemError) {
                    self.tell(&call, &error);
                }
                reply.encode(out).is_ok()
            }
        }
    }

    /// Appends a reply with results. The order of the checks is that of RFC 5531 §9: a caller that is not accepted
    /// does not learn what is served.
    fn carry_out(&self, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<Answer> {
        authenticate(call.credential())?;
        let version = self.find(call.program(), call.version())?;
        let header = ReplyHeader { xid: call.xid(), body: ReplyBody::accepted(AcceptStat::Success) };
        header.encode(&mut out.window(SUCCESS_HEADER)?)?;
        if version.procedure(call.procedure()).is_none() {
            return if call.procedure() == NULL { Ok(Answer::Results) } else { Err(Error::ProcedureUnavailable) };
        }
        // What a panic leaves behind in `out` is taken back by the caller, and `input` is given up.
        catch_unwind(AssertUnwindSafe(|| version.dispatch.dispatch(call, input, out)))
            .unwrap_or_else(|panic| Err(panicked(panic)))
    }

    /// Tells the owner of the server why a call failed; a panic of his own is no reason to fail others.
    fn tell(&self, call: &Call, error: &Error) {
        if let Some(on_error) = &self.on_error {
            let _ = catch_unwind(AssertUnwindSafe(|| on_error(call, error)));
        }
    }
}

fn panicked(panic: Box<dyn Any + Send>) -> Error {
    let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    Error::Panicked { message: text.unwrap_or("not with text").to_owned() }
}

/// Whether the flavor is served: `AUTH_NONE` and `AUTH_SYS` are. No verifier goes with them, and what C callers may
/// send as one is not looked at.
pub(super) fn authenticate(credential: &Credential) -> Result<()> {
    match credential {
        Credential::None | Credential::Sys(_) => Ok(()),
        Credential::Other { .. } => Err(Error::Auth(AuthStat::RejectedCredential)),
    }
}
