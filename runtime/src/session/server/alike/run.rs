use super::append_results;
use super::former::{Former, Next};
use crate::call::Call;
use crate::dispatch::{Answer, Dispatch};
use crate::error::Result;
use crate::limits::Limits;
use crate::record::{self, Reader};
use crate::session::server::Stretch;
use crate::session::server::form::{AsRecord, Form};
use crate::session::server::programs::Entry;
use crate::xdr::{Decoder, Encoder};

/// Calls that are simply carried out and have results, one after the other.
pub(super) struct Run<'p, 'a> {
    version: &'p Entry,
    /// What is behind those that were answered.
    rest: &'a [u8],
    decoder: Decoder<'a>,
    /// The most that a reply may be.
    limit: usize,
    /// How far they go, and how many of them are still to come.
    stretch: Stretch,
    more: u16,
    /// Whether the next one was carried out and has no results that can be sent, and what it has come to then.
    has_failed: bool,
    failure: Result<Answer>,
}

impl<'p, 'a> Run<'p, 'a> {
    /// Those in front of `input` that `version` serves.
    #[inline]
    pub(super) fn new(version: &'p Entry, limits: &Limits, input: &'a [u8]) -> Self {
        Self {
            version,
            rest: input,
            decoder: Decoder::new(&[]).with_limits(limits.decode),
            limit: AsRecord::limit(limits),
            stretch: Stretch { calls: 0, bytes: 0 },
            more: 0,
            has_failed: false,
            failure: Ok(Answer::Results),
        }
    }

    /// Appends the replies as far as `stretch` goes. How many.
    #[inline(always)]
    pub(super) fn answer(&mut self, stretch: Stretch, reader: &Reader, call: &mut Call, out: &mut Encoder) -> u16 {
        self.more = stretch.calls.max(1);
        self.stretch = Stretch { calls: self.more, ..stretch };
        let dispatch = &*self.version.dispatch;
        while let Some(next) = self.next(reader, call) {
            let former = self.rest;
            if !self.append(dispatch, call, next.xid, next.arguments, out) {
                break;
            }
            self.rest = next.rest;
            if self.is_over(out) || (call.has_shortest_header() && !self.answer_like(former, call, out)) {
                break;
            }
        }
        self.stretch.calls.wrapping_sub(self.more)
    }

    /// What is behind those that were answered.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether the call behind them was carried out and has no results that can be sent.
    #[inline]
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Passes that call, behind which is `rest`: what it has come to.
    pub(super) fn pass(&mut self, rest: &'a [u8]) -> Result<Answer> {
        self.rest = rest;
        self.has_failed = false;
        std::mem::replace(&mut self.failure, Ok(Answer::Results))
    }

    /// The next call. Only the first one may be of another procedure than the call before, and is alone then.
    #[inline(always)]
    fn next(&mut self, reader: &Reader, call: &mut Call) -> Option<Next<'a>> {
        let (message, rest) = reader.whole(self.rest)?;
        let is_first = self.more == self.stretch.calls;
        let plain = |procedure| {
            if !is_first {
                return None;
            }
            (self.stretch.calls, self.more) = (1, 1);
            self.version.plain(procedure)
        };
        let (xid, arguments) = call.follow(message, plain)?;
        if is_first {
            call.begin_run();
        }
        Some(Next { xid, arguments, rest })
    }

    /// Appends the replies to the calls that are like the former one, whose record `former` begins with, and as long. Whether those
    /// behind them may be answered as well.
    #[inline(never)]
    fn answer_like(&mut self, former: &'a [u8], call: &mut Call, out: &mut Encoder) -> bool {
        let length = record::MARK.wrapping_add(call.length());
        let Some(former) = former.get(..length).and_then(Former::new) else { return true };
        let (dispatch, mut rest) = (&*self.version.dispatch, self.rest);
        let goes_on = loop {
            let Some(next) = former.next(rest) else { break true };
            call.repeat(next.xid);
            if !self.append(dispatch, call, next.xid, next.arguments, out) {
                break false;
            }
            rest = next.rest;
            if self.is_over(out) {
                break false;
            }
        };
        self.rest = rest;
        goes_on
    }

    /// Has a call carried out and appends the reply. Whether it has results.
    #[inline(always)]
    fn append(
        &mut self,
        dispatch: &dyn Dispatch,
        call: &mut Call,
        xid: u32,
        arguments: &'a [u8],
        out: &mut Encoder,
    ) -> bool {
        self.decoder.restart(arguments);
        if append_results::<AsRecord>(dispatch, call, xid, &mut self.decoder, out, self.limit, &mut self.failure) {
            self.more = self.more.wrapping_sub(1);
            return true;
        }
        self.has_failed = true;
        false
    }

    /// Whether the stretch is.
    #[inline(always)]
    fn is_over(&self, out: &Encoder) -> bool {
        self.more == 0 || out.len() >= self.stretch.bytes
    }
}
