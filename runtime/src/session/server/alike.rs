use super::answer::{or_there, panicked};
use super::programs::Entry;
use super::{Handled, Programs};
use crate::call::Call;
use crate::dispatch::Answer;
use crate::error::Result;
use crate::metrics::Outcome;
use crate::record;
use crate::rpc::ReplyHeader;
use crate::xdr::{Decoder, EncodeError, Encoder};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most calls of a peer have a header like that of the one before, and all there is to do is to carry them out. What comes of
/// them is what [`Programs::handle_record`] would make of them, with less to look at.
impl Programs {
    /// Answers a message that lies in the input if it is such a call, which `version` [serves](Programs::route); `None` if it is
    /// not, and nothing has been done then.
    #[inline(always)]
    pub(super) fn handle_alike(
        &self,
        version: &Entry,
        call: &mut Call,
        message: &[u8],
        out: &mut Encoder,
    ) -> Option<Handled> {
        if self.capture.is_on() {
            return None;
        }
        let arguments = call.begin_alike(message, |procedure| version.plain(procedure))?;
        let reply = record::begin_with(out, self.limits.reply_bytes, ReplyHeader::success(call.xid())).ok()?;
        call.begin_trace();
        let mut otherwise = Ok(Answer::Results);
        let input = Decoder::new(arguments).with_limits(self.limits.decode);
        let has_results = carry_out(version, call, input, out, &mut otherwise);
        let (outcome, sent) = if has_results
            && !call.is_taken()
            && let Ok(length) = record::finish(out, reply)
        {
            call.burden(out, reply.start());
            call.trace().finish(Outcome::Success.label());
            (Some(Outcome::Success), length as usize)
        } else {
            out.truncate(reply.start());
            self.answer_otherwise(version, call, arguments, out, otherwise)
        };
        call.end();
        Some(Handled::carried_out(call.row(), outcome, message.len(), sent))
    }

    /// Appends the reply to a call that was carried out and has come to something else than results that can be sent. What it
    /// came to, and the bytes of the reply.
    #[inline(never)]
    fn answer_otherwise(
        &self,
        version: &Entry,
        call: &Call,
        arguments: &[u8],
        out: &mut Encoder,
        answer: Result<Answer>,
    ) -> (Option<Outcome>, usize) {
        let start = out.mark();
        let answer = or_there(version, call, &mut Decoder::new(arguments), self.rightly(call, answer));
        let outcome = self.answer_record(call, out, |_| match answer? {
            Answer::Results => Err(EncodeError::TooLarge { limit: self.limits.reply_bytes }.into()),
            answer => Ok(answer),
        });
        (outcome, out.since(start).saturating_sub(record::MARK))
    }
}

/// Has `version` carry `call` out; whether that has appended results. What else it may have come to is put into `otherwise`:
/// that is larger, and rare.
#[inline(always)]
fn carry_out(
    version: &Entry,
    call: &Call,
    mut input: Decoder<'_>,
    out: &mut Encoder,
    otherwise: &mut Result<Answer>,
) -> bool {
    let dispatch = || match version.dispatch.dispatch(call, &mut input, out) {
        Ok(Answer::Results) => true,
        answer => {
            *otherwise = answer;
            false
        }
    };
    call.trace().within(|| catch_unwind(AssertUnwindSafe(dispatch))).unwrap_or_else(|panic| {
        *otherwise = Err(panicked(panic));
        false
    })
}
