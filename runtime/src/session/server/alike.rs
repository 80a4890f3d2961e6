use super::answer::{or_there, panicked};
use super::form::{AsRecord, Form};
use super::pace::{Pace, Stretch};
use super::programs::Entry;
use super::{Handled, Programs};
use crate::call::Call;
use crate::dispatch::Answer;
use crate::error::Result;
use crate::metrics::Outcome;
use crate::record::{self, Reader};
use crate::rpc::ReplyHeader;
use crate::xdr::{Decoder, EncodeError, Encoder};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most calls of a peer have a header like that of the one before, and all there is to do is to carry them out. What comes of
/// them is what [`Programs::handle_record`] would make of them, with less to look at.
impl Programs {
    /// Answers the records in front of `input` that are such calls, which `version` [serves](Programs::route); they are taken
    /// off it. Whether `input` is used up, if `pace` did not end it; `None` if what comes next is to be looked at more closely.
    #[inline(never)]
    pub(super) fn handle_alike(
        &self,
        version: &Entry,
        reader: &Reader,
        call: &mut Call,
        input: &mut &[u8],
        out: &mut Encoder,
        pace: &mut impl Pace,
    ) -> Option<bool> {
        if self.capture.is_on() {
            return None;
        }
        loop {
            let (start, before) = (out.mark(), input.len());
            let (calls, otherwise) = self.append_run(version, reader, call, input, out, pace.stretch());
            let mut goes_on = true;
            if calls > 0 {
                let marks = record::MARK.wrapping_mul(calls.into());
                let received = before.wrapping_sub(input.len()).wrapping_sub(marks);
                let handled = Handled::answered(call.row(), calls, received, out.since(start).wrapping_sub(marks));
                goes_on = pace.goes_on(Some(handled), out);
            }
            if let Some(answer) = otherwise {
                let (message, rest) = reader.whole(input)?;
                *input = rest;
                let handled = self.answer_otherwise::<AsRecord>(version, call, message, out, answer);
                goes_on &= pace.goes_on(Some(handled), out);
                // It may have taken the last place of those that are answered later.
                if goes_on && handled.outcome.is_none() {
                    return if input.is_empty() { Some(true) } else { None };
                }
            } else if calls == 0 {
                return None;
            }
            if !goes_on || input.is_empty() {
                return Some(goes_on);
            }
        }
    }

    /// Answers the call in `message`, if it is such a call; `None` if it is not, and nothing has been done then.
    #[inline(always)]
    pub(super) fn handle_lone<F: Form>(&self, call: &mut Call, message: &[u8], out: &mut Encoder) -> Option<Handled> {
        if self.capture.is_on() {
            return None;
        }
        let version = self.route(call)?;
        let (xid, arguments) = call.follow(message, |procedure| version.plain(procedure))?;
        call.begin_run();
        let (start, mut otherwise) = (out.mark(), Ok(Answer::Results));
        let mut input = Decoder::new(arguments).with_limits(self.limits.decode);
        if !append_results::<F>(version, call, xid, &mut input, out, F::limit(&self.limits), &mut otherwise) {
            return Some(self.answer_otherwise::<F>(version, call, message, out, otherwise));
        }
        let sent = out.since(start).wrapping_sub(F::FRONT);
        Some(Handled::answered(call.row(), 1, message.len(), sent))
    }

    /// Appends the replies to such calls as far as `stretch` goes and they have results. How many; and what the next one, which is
    /// in `input` still, has come to if it was carried out and has none. Only the first one may be of another procedure than the
    /// call before, and is alone then.
    #[inline(always)]
    fn append_run(
        &self,
        version: &Entry,
        reader: &Reader,
        call: &mut Call,
        input: &mut &[u8],
        out: &mut Encoder,
        stretch: Stretch,
    ) -> (u16, Option<Result<Answer>>) {
        let (mut calls, mut most, mut left) = (0_u16, stretch.calls, *input);
        let (limit, mut otherwise) = (self.limits.reply_bytes, Ok(Answer::Results));
        let mut decoder = Decoder::new(&[]).with_limits(self.limits.decode);
        let failed = loop {
            let Some((message, rest)) = reader.whole(left) else { break false };
            let plain = |procedure| {
                most = 1;
                if calls == 0 { version.plain(procedure) } else { None }
            };
            let Some((xid, arguments)) = call.follow(message, plain) else { break false };
            if calls == 0 {
                call.begin_run();
            }
            decoder.restart(arguments);
            if !append_results::<AsRecord>(version, call, xid, &mut decoder, out, limit, &mut otherwise) {
                break true;
            }
            left = rest;
            calls = calls.wrapping_add(1);
            if calls >= most || out.len() >= stretch.bytes {
                break false;
            }
        };
        *input = left;
        (calls, if failed { Some(otherwise) } else { None })
    }

    /// Appends the reply to the call in `message`, which was carried out and has come to something else than results that can be
    /// sent. What it came to.
    #[inline(never)]
    fn answer_otherwise<F: Form>(
        &self,
        version: &Entry,
        call: &mut Call,
        message: &[u8],
        out: &mut Encoder,
        answer: Result<Answer>,
    ) -> Handled {
        let (start, arguments) = (out.mark(), call.arguments(message));
        let answer = or_there(version, call, &mut Decoder::new(arguments), self.rightly(call, answer));
        let outcome = F::answer(self, call, out, |_| match answer? {
            Answer::Results => Err(EncodeError::TooLarge { limit: F::limit(&self.limits) }.into()),
            answer => Ok(answer),
        });
        call.end();
        let sent = out.since(start).saturating_sub(F::FRONT);
        Handled::carried_out(call.row(), outcome, message.len(), sent)
    }
}

/// Has `version` carry `call` out and appends the reply of at most `limit` bytes with its results; whether it has any that can
/// be sent. If not, nothing is appended, and what it has come to is put into `otherwise`: that is larger, and rare.
#[inline(always)]
fn append_results<F: Form>(
    version: &Entry,
    call: &mut Call,
    xid: u32,
    input: &mut Decoder<'_>,
    out: &mut Encoder,
    limit: usize,
    otherwise: &mut Result<Answer>,
) -> bool {
    let start = out.mark();
    let Ok(reply) = F::begin(out, limit, ReplyHeader::success(xid)) else { return false };
    call.begin_trace();
    if carry_out(version, call, input, out, otherwise) && !call.is_taken() && F::finish(out, reply, limit).is_ok() {
        call.burden(out, start);
        call.trace().finish(Outcome::Success.label());
        call.end_trace();
        return true;
    }
    out.truncate(start);
    false
}

/// Has `version` carry `call` out; whether that has appended results.
#[inline(always)]
fn carry_out(
    version: &Entry,
    call: &Call,
    input: &mut Decoder<'_>,
    out: &mut Encoder,
    otherwise: &mut Result<Answer>,
) -> bool {
    let dispatch = || match version.dispatch.dispatch(call, input, out) {
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
