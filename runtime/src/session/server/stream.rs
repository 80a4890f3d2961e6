use super::allowance;
use super::postponed::Postponed;
use super::{Backchannel, Handled, Origin, Programs};
use crate::call::{Call, Peer};
use crate::metrics::Event;
use crate::record::{Reader, Record, RecordError};
use crate::rpc::REPLY;
use crate::xdr::Encoder;
use bytes::BytesMut;
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
    handled: Option<Handled>,
    /// Calls that came while too many were in flight, before replies that were waited for.
    postponed: Postponed,
}

impl ServerStream {
    /// A connection of `peer` that has just come about. Without an `origin`, each call is answered at once: one that is
    /// deferred fails.
    pub fn new(peer: Peer, programs: &Programs, origin: Option<Arc<Origin>>) -> Self {
        let reader = allowance::reader(programs.limits.record);
        let postponed = Postponed::new(programs.limits.record.bytes);
        Self { call: Call::new(peer, origin), reader, began: None, was_full: false, handled: None, postponed }
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

    /// Answers the next record in `input`, whose bytes are taken from its front: the reply is appended to `out`.
    /// `Ok(false)` if `input` was used up before the record was complete, or has to wait. `now` tells the time, and is asked only for that
    /// of a record that begins and is not complete.
    ///
    /// A record that is not wholly in `input` and longer than its call can be is answered by its header; the rest of it
    /// is not kept.
    ///
    /// # Errors
    /// The peer broke record marking or a limit: the connection is to be closed.
    #[inline]
    pub fn handle_input(
        &mut self,
        programs: &Programs,
        now: impl FnOnce() -> Instant,
        input: &mut &[u8],
        out: &mut Encoder,
    ) -> Result<bool, RecordError> {
        let is_full = self.is_origin_full();
        if is_full && !self.takes_replies() {
            self.was_full = true;
            return Ok(false);
        }
        if !is_full && !self.postponed.is_empty() {
            self.handle_postponed(programs, out);
            return Ok(true);
        }
        match self.reader.next(input)? {
            Some(record) => {
                self.began = None;
                self.handle_record(programs, record, is_full, out);
                Ok(true)
            }
            None => {
                self.handle_part(programs, now, out);
                Ok(!input.is_empty())
            }
        }
    }

    /// Room to read the next bytes of a large record straight into; empty if they are to be [read](Self::handle_input)
    /// elsewhere.
    pub fn room(&mut self) -> &mut [u8] {
        self.reader.room()
    }

    /// Takes `count` bytes that were read into the [room](Self::room); answers the record if they complete it.
    pub fn handle_room(&mut self, programs: &Programs, count: usize, out: &mut Encoder) {
        if let Some(record) = self.reader.fill(count) {
            self.handle_record(programs, record, self.is_origin_full(), out);
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
    pub fn calls_memory(&self) -> usize {
        self.backchannel().map_or(0, |backchannel| backchannel.memory())
    }

    /// Whether there are calls to be handled although no input is there.
    #[inline]
    pub fn has_postponed(&self) -> bool {
        !self.postponed.is_empty()
    }

    /// Appends the calls to `out` that go to the peer. Returns whether there were any.
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

    /// What became of the last message, if there was one since this was last asked.
    #[inline]
    pub fn take_handled(&mut self) -> Option<Handled> {
        self.handled.take()
    }

    /// Memory to put records together in; see [`Reader::lend`].
    pub fn lend(&mut self, buffer: BytesMut) {
        self.reader.lend(buffer);
    }

    /// Takes the memory back; see [`Reader::take_back`].
    pub fn take_back(&mut self) -> BytesMut {
        self.reader.take_back()
    }

    /// When the connection is to be closed if the record that has begun is not complete by then.
    pub fn poll_deadline(&self, programs: &Programs) -> Option<Instant> {
        if self.was_full {
            return None;
        }
        self.began?.checked_add(programs.limits.record_time)
    }

    /// Notes when the record began that is not complete, and decides whether it is kept if that is in doubt.
    fn handle_part(&mut self, programs: &Programs, now: impl FnOnce() -> Instant, out: &mut Encoder) {
        if !self.reader.is_mid_record() {
            // One that was not kept has ended, or nothing has come.
            self.began = None;
            return;
        }
        self.began.get_or_insert_with(now);
        let Some(allowance) = self.reader.in_doubt().and_then(|front| programs.allowance(&mut self.call, front)) else {
            return;
        };
        let is_awaited = || self.reader.in_doubt().is_some_and(|front| self.is_awaited_reply(front));
        let bytes = if is_awaited() { usize::MAX } else { allowance.bytes };
        if self.reader.allow(bytes) {
            self.call.set_admitted(allowance.is_admitted);
        } else {
            self.reader.discard();
            self.handled = Some(Handled::not_carried_out(Event::RefusedLargest, 0, 0));
            if let Some(reply) = &allowance.refusal {
                programs.refuse(reply, out);
            }
        }
    }

    fn handle_postponed(&mut self, programs: &Programs, out: &mut Encoder) {
        // Another one may have been admitted by its header meanwhile.
        self.call.set_admitted(false);
        if let Some(record) = self.postponed.pop() {
            self.handle_record(programs, Record::Owned(record), false, out);
        }
    }

    #[inline]
    fn handle_record(&mut self, programs: &Programs, record: Record<'_>, is_full: bool, out: &mut Encoder) {
        if is_reply(record.as_slice())
            && let Some(backchannel) = self.backchannel()
        {
            backchannel.handle_reply(&record);
            self.handled = None;
        } else if is_full {
            self.postponed.push(record);
            self.call.set_admitted(false);
            return;
        } else {
            let (start, length) = (out.mark(), record.as_slice().len());
            self.handled = Some(programs.handle_record(&mut self.call, &record, out));
            // The reply may hold parts of the record, and so all of it.
            if !self.reader.recycle(record) {
                out.burden(start, length.saturating_mul(2));
            }
            return;
        }
        self.reader.recycle(record);
    }

    #[inline]
    fn is_origin_full(&self) -> bool {
        self.origin().is_some_and(|origin| origin.is_full())
    }

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
