mod lone;
mod placed;

use super::allowance;
use super::pace::EachCall;
use super::postponed::Postponed;
use super::{Backchannel, Handled, Origin, Pace, Programs};
use crate::call::{Call, Peer};
use crate::metrics::Event;
use crate::record::{Reader, Record, RecordError};
use crate::rpc::REPLY;
use crate::xdr::Encoder;
use std::sync::Arc;
use std::time::Instant;

/// One connection of a server: its bytes in, replies out.
#[derive(Debug)]
pub struct ServerStream {
    /// The call that is being answered.
    call: Call,
    reader: Reader,
    /// When the record that is not complete began.
    began: Option<Instant>,
    /// Whether input had to wait because too many calls were in flight.
    was_full: bool,
    /// Calls that came while too many were in flight, before replies that were waited for.
    postponed: Postponed,
}

impl ServerStream {
    /// A connection of `peer` that has just come about. Without an `origin`, each call is answered at once: one that is
    /// deferred fails.
    pub fn new(peer: Peer, programs: &Programs, origin: Option<Arc<Origin>>) -> Self {
        let reader = allowance::reader(programs.limits.record);
        let postponed = Postponed::new(programs.limits.record.bytes);
        Self { call: Call::new(peer, origin), reader, began: None, was_full: false, postponed }
    }

    /// Who is at the other end.
    pub fn peer(&self) -> Peer {
        *self.call.peer()
    }

    /// Where its calls come from.
    #[inline]
    pub fn origin(&self) -> Option<&Arc<Origin>> {
        self.call.origin()
    }

    /// Calls that are answered later.
    #[inline]
    pub fn in_flight(&self) -> usize {
        self.origin().map_or(0, |origin| origin.in_flight())
    }

    /// Whether input has to wait, as too many calls are in flight; not if there may be replies in it that these calls wait
    /// for. To be asked before input is read: the time that it waits is not part of what a record
    /// [has](Self::poll_deadline).
    pub fn is_full(&mut self, now: Instant) -> bool {
        let is_full = self.is_origin_full() && !self.takes_replies();
        if std::mem::replace(&mut self.was_full, is_full) && !is_full {
            self.began = self.began.map(|_| now);
        }
        is_full
    }

    /// Answers the next record in `input`; see [`ServerStream::handle_calls`], which `Ok(true)` tells to call again.
    ///
    /// # Errors
    /// As [`ServerStream::handle_calls`].
    pub fn handle_input(
        &mut self,
        programs: &Programs,
        now: impl Fn() -> Instant,
        input: &mut &[u8],
        out: &mut Encoder,
    ) -> Result<bool, RecordError> {
        self.handle_calls(programs, now, input, out, |_, _| false)
    }

    /// As [`ServerStream::handle_paced`], as long as `goes_on` says so, which is told of each message by itself.
    ///
    /// # Errors
    /// As there.
    pub fn handle_calls(
        &mut self,
        programs: &Programs,
        now: impl Fn() -> Instant,
        input: &mut &[u8],
        out: &mut Encoder,
        goes_on: impl FnMut(Option<Handled>, &Encoder) -> bool,
    ) -> Result<bool, RecordError> {
        self.handle_paced(programs, now, input, out, &mut EachCall(goes_on))
    }

    /// Answers the records in `input`, whose bytes are taken from its front, as long as `pace` goes on, which is told what became
    /// of them: the replies are appended to `out`. `Ok(false)` if `input` was used up before a record
    /// was complete, or has to wait. `now` tells the time, and is asked only for that of a record that begins and is not
    /// complete.
    ///
    /// A record that is not wholly in `input` and longer than its call can be is answered by its header; the rest of it
    /// is not kept.
    ///
    /// # Errors
    /// The peer broke record marking or a limit: the connection is to be closed.
    #[inline]
    pub fn handle_paced(
        &mut self,
        programs: &Programs,
        now: impl Fn() -> Instant,
        input: &mut &[u8],
        out: &mut Encoder,
        pace: &mut impl Pace,
    ) -> Result<bool, RecordError> {
        loop {
            if let Some(is_used_up) = self.handle_run(programs, input, out, pace) {
                return Ok(!is_used_up);
            }
            let is_full = self.is_origin_full();
            if is_full && !self.takes_replies() {
                self.was_full = true;
                return Ok(false);
            }
            let handled = match self.next_record(is_full, input)? {
                Some(record) => self.handle_record(programs, record, is_full, out),
                None => {
                    let handled = self.handle_part(programs, &now, out);
                    if input.is_empty() {
                        pace.goes_on(handled, out);
                        return Ok(false);
                    }
                    handled
                }
            };
            if !pace.goes_on(handled, out) {
                return Ok(true);
            }
            if input.is_empty() && self.postponed.is_empty() {
                return Ok(false);
            }
        }
    }

    /// Bytes of memory that it keeps until more comes: what has come of a record, and calls that wait.
    pub fn memory(&self) -> usize {
        self.reader.memory().saturating_add(self.postponed.memory())
    }

    /// Since when it keeps a record that is not complete; the time that reading [had to wait](Self::is_full) does not count.
    pub fn began(&self) -> Option<Instant> {
        self.began
    }

    /// Gives up memory that is larger than what is in it.
    pub fn fit(&mut self) {
        self.reader.fit();
    }

    /// Bytes of memory that [calls](Self::take_calls) to the peer may take before they are sent.
    #[inline]
    pub fn calls_memory(&self) -> usize {
        self.backchannel().map_or(0, |backchannel| backchannel.memory())
    }

    /// Whether there are calls to be handled although no input is there.
    #[inline]
    pub fn has_postponed(&self) -> bool {
        !self.postponed.is_empty()
    }

    /// Appends the calls to `out` that go to the peer. Returns whether there were any.
    #[inline]
    pub fn take_calls(&self, out: &mut Encoder) -> bool {
        self.backchannel().is_some_and(|backchannel| backchannel.take_calls(out))
    }

    /// Tells those who wait for the reply to such a call if there is no more time. Returns when that is so for others.
    pub fn expire_calls(&self, now: Instant) -> Option<Instant> {
        self.backchannel()?.expire(now)
    }

    /// Until when the connection is to stay because of such calls, although nothing comes.
    pub fn busy_until(&self) -> Option<Instant> {
        self.backchannel()?.busy_until()
    }

    /// The peer will send nothing more: calls whose replies are to come fail.
    pub fn handle_end(&self) {
        if let Some(origin) = self.origin() {
            origin.close_backchannel();
        }
    }

    /// When the connection is to be closed if the record that has begun is not complete by then.
    pub fn poll_deadline(&self, programs: &Programs) -> Option<Instant> {
        if self.was_full {
            return None;
        }
        self.began?.checked_add(programs.limits.record_time)
    }

    /// Answers the records in front of `input` that are [calls like the one before](Programs::handle_alike). Whether `input` is
    /// used up, if `pace` did not end it; `None` if what comes next is to be looked at more closely.
    #[inline(always)]
    fn handle_run(
        &mut self,
        programs: &Programs,
        input: &mut &[u8],
        out: &mut Encoder,
        pace: &mut impl Pace,
    ) -> Option<bool> {
        if self.reader.is_mid_record() || self.has_postponed() || self.is_origin_full() {
            return None;
        }
        let version = programs.route(&self.call)?;
        programs.handle_alike(version, &self.reader, &mut self.call, input, out, pace)
    }

    /// The next record, one that was postponed before others; `None` if it is not complete.
    #[inline]
    fn next_record<'a>(&mut self, is_full: bool, input: &mut &'a [u8]) -> Result<Option<Record<'a>>, RecordError> {
        if !is_full && !self.postponed.is_empty() {
            // Another one may have been admitted by its header meanwhile.
            self.call.set_admitted(false);
            return Ok(self.postponed.pop().map(Record::Owned));
        }
        let record = self.reader.next(input)?;
        if record.is_some() {
            self.began = None;
        }
        Ok(record)
    }

    /// Notes when the record began that is not complete, and decides whether it is kept if that is in doubt.
    fn handle_part(&mut self, programs: &Programs, now: impl Fn() -> Instant, out: &mut Encoder) -> Option<Handled> {
        if !self.reader.is_mid_record() {
            // One that was not kept has ended, or nothing has come.
            self.began = None;
            return None;
        }
        self.began.get_or_insert_with(now);
        let allowance = self.reader.in_doubt().and_then(|front| programs.allowance(&mut self.call, front))?;
        let is_awaited = || self.reader.in_doubt().is_some_and(|front| self.is_awaited_reply(front));
        let bytes = if is_awaited() { usize::MAX } else { allowance.bytes };
        if self.reader.allow(bytes) {
            self.call.set_admitted(allowance.is_admitted);
            return None;
        }
        self.reader.discard();
        if let Some(reply) = &allowance.refusal {
            programs.refuse(reply, out);
        }
        Some(Handled::not_carried_out(Event::RefusedLargest, 0, 0))
    }

    /// What became of the call in `record`, if it is one that is carried out now.
    #[inline(never)]
    fn handle_record(
        &mut self,
        programs: &Programs,
        record: Record<'_>,
        is_full: bool,
        out: &mut Encoder,
    ) -> Option<Handled> {
        if is_full || is_reply(record.as_slice()) {
            return self.put_off(programs, record, is_full, out);
        }
        Some(self.carry_out(programs, record, out))
    }

    /// Hands `record` on if it is a reply that somebody may wait for; or postpones it while `is_full`.
    fn put_off(
        &mut self,
        programs: &Programs,
        record: Record<'_>,
        is_full: bool,
        out: &mut Encoder,
    ) -> Option<Handled> {
        if is_reply(record.as_slice())
            && let Some(backchannel) = self.backchannel()
        {
            backchannel.handle_reply(&record);
            self.reader.recycle(record);
            return None;
        }
        if !is_full {
            return Some(self.carry_out(programs, record, out));
        }
        self.postponed.push(record);
        self.call.set_admitted(false);
        None
    }

    fn carry_out(&mut self, programs: &Programs, record: Record<'_>, out: &mut Encoder) -> Handled {
        let start = out.mark();
        let handled = programs.handle_record(&mut self.call, &record, out);
        if !self.reader.recycle(record) {
            self.call.burden(out, start);
        }
        handled
    }

    #[inline]
    fn is_origin_full(&self) -> bool {
        self.origin().is_some_and(|origin| origin.is_full())
    }

    #[inline]
    fn backchannel(&self) -> Option<&Arc<Backchannel>> {
        self.origin()?.backchannel()
    }

    /// Whether input is read although too many calls are in flight: they may wait for replies in it.
    pub fn takes_replies(&self) -> bool {
        !self.postponed.is_full() && self.backchannel().is_some_and(|backchannel| backchannel.awaits_replies())
    }

    fn is_awaited_reply(&self, front: &[u8]) -> bool {
        let xid = front.first_chunk().map(|xid| u32::from_be_bytes(*xid));
        is_reply(front) && xid.zip(self.backchannel()).is_some_and(|(xid, backchannel)| backchannel.awaits(xid))
    }
}

/// Whether a message that begins with `front` is a reply (RFC 5531 §9).
#[inline]
fn is_reply(front: &[u8]) -> bool {
    front.get(4..8) == Some(&REPLY.to_be_bytes())
}

/// Replies that are still to come have nowhere to go.
impl Drop for ServerStream {
    fn drop(&mut self) {
        if let Some(origin) = self.call.origin() {
            origin.close();
        }
    }
}
