mod former;
mod run;

use super::answer::{or_there, panicked};
use super::form::{AsRecord, Form};
use super::pace::Pace;
use super::programs::Entry;
use super::{Handled, Programs};
use crate::call::Call;
use crate::dispatch::{Answer, Dispatch};
use crate::error::Result;
use crate::metrics::Outcome;
use crate::record::{self, Reader};
use crate::rpc::ReplyHeader;
use crate::xdr::{Decoder, EncodeError, Encoder};
use run::Run;
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
        let mut run = Run::new(version, &self.limits, input);
        loop {
            let (start, before) = (out.mark(), input.len());
            let calls = run.answer(pace.stretch(), reader, call, out);
            *input = run.rest();
            let mut goes_on = true;
            if calls > 0 {
                let marks = record::MARK.wrapping_mul(calls.into());
                let received = before.wrapping_sub(input.len()).wrapping_sub(marks);
                let handled = Handled::answered(call.row(), calls, received, out.since(start).wrapping_sub(marks));
                goes_on = pace.goes_on(Some(handled), out);
            }
            if run.has_failed() {
                let (message, rest) = reader.whole(input)?;
                *input = rest;
                let handled = self.answer_otherwise::<AsRecord>(version, call, message, out, run.pass(rest));
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
        let limit = F::limit(&self.limits);
        if !append_results::<F>(&*version.dispatch, call, xid, &mut input, out, limit, &mut otherwise) {
            return Some(self.answer_otherwise::<F>(version, call, message, out, otherwise));
        }
        let sent = out.since(start).wrapping_sub(F::FRONT);
        Some(Handled::answered(call.row(), 1, message.len(), sent))
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

/// Has `dispatch` carry `call` out and appends the reply of at most `limit` bytes with its results; whether it has any that can be
/// sent. If not, nothing is appended, and what it has come to is put into `otherwise`: that is larger, and rare.
#[inline(always)]
fn append_results<F: Form>(
    dispatch: &dyn Dispatch,
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
    if carry_out(dispatch, call, input, out, otherwise) && !call.was_taken() {
        call.burden(out, start);
        if F::finish(out, reply, limit) {
            call.trace().finish(Outcome::Success.label());
            call.end_trace();
            return true;
        }
    }
    out.truncate(start);
    false
}

/// Has `dispatch` carry `call` out; whether that has appended results.
#[inline(always)]
fn carry_out(
    dispatch: &dyn Dispatch,
    call: &Call,
    input: &mut Decoder<'_>,
    out: &mut Encoder,
    otherwise: &mut Result<Answer>,
) -> bool {
    let work = || match dispatch.dispatch(call, input, out) {
        Ok(Answer::Results) => true,
        answer => {
            *otherwise = answer;
            false
        }
    };
    call.trace().within(|| catch_unwind(AssertUnwindSafe(work))).unwrap_or_else(|panic| {
        *otherwise = Err(panicked(panic));
        false
    })
}
