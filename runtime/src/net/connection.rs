mod large;
mod memory;

use super::budget::Holding;
use super::roster::{Place, Tally};
use super::shared::Shared;
use super::tally::{TurnTally, broken_record, count_later};
use super::watched::Watched;
use super::{Turn, earlier};
use crate::metrics::Event;
use crate::record::RecordError;
use crate::session::server::{Delivery, Programs, ServerStream};
use crate::xdr::Encoder;
use bytes::{Buf, Bytes};
use memory::is_full;
use std::io;
use std::time::{Duration, Instant};

/// Bytes of replies that are written before more calls are answered.
const BATCH: usize = 256 << 10;

/// Bytes that take time to write: after less, the time after the calls is that of the next turn.
const LARGE: u64 = 16 << 10;

/// A connection of the server.
#[derive(Debug)]
pub(super) struct Connection {
    socket: Watched,
    stream: ServerStream,
    /// What was read and not yet looked at, because it was another connection's turn or replies are not taken.
    backlog: Bytes,
    /// How much it was when it was read: so much memory it takes until the last byte of it is looked at.
    backlog_memory: usize,
    /// Replies that the peer has not yet taken.
    out: Option<Box<Encoder>>,
    /// Memory for input that is not complete, and for such replies.
    input: Holding,
    output: Holding,
    /// Whether it is closed as soon as all that has come is answered.
    stopping: bool,
    /// Whether it waits for its turn.
    pub(super) queued: bool,
    place: Place,
    /// Calls that were answered, or are answered with silence.
    calls: u64,
    /// Bytes of the records that came last.
    record_size: usize,
}

/// Why a connection is given up.
enum Fault {
    Socket,
    Record(RecordError),
}

impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Self {
        Self::Socket
    }
}

impl From<RecordError> for Fault {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl Connection {
    pub(super) fn new(socket: Watched, stream: ServerStream, place: Place, shared: &Shared) -> Self {
        Self {
            socket,
            stream,
            backlog: Bytes::new(),
            backlog_memory: 0,
            out: None,
            input: Holding::new(&shared.input),
            output: Holding::new(&shared.output),
            stopping: false,
            queued: false,
            place,
            calls: 0,
            record_size: 0,
        }
    }

    /// Calls that are answered later.
    pub(super) fn in_flight(&self) -> usize {
        self.stream.in_flight()
    }

    pub(super) fn last_active(&self) -> Instant {
        self.socket.last_active()
    }

    /// Notes what an event says.
    pub(super) fn handle_event(&mut self, event: &mio::event::Event) {
        self.socket.handle_event(event);
    }

    /// Reads once, answers what came until `slice` is over, writes once.
    pub(super) fn turn(&mut self, programs: &Programs, shared: &mut Shared, slice: Duration) -> Turn {
        let (now, moved) = (shared.now, self.socket.moved());
        let end = now.checked_add(slice).unwrap_or(now);
        let mut out = self.out.take().unwrap_or_else(|| shared.take_spare());
        self.stream.lend(std::mem::take(&mut shared.record));
        let turn = match self.exchange(programs, shared, &mut out, now, end) {
            Ok(()) => self.next_turn(programs, &out, shared),
            Err(Fault::Socket) => Turn::Close(Event::ClosedByError),
            Err(Fault::Record(error)) => {
                // What was asked properly before is still answered, as far as the peer takes it at once.
                let _ = self.socket.write(&mut out, now);
                Turn::Close(broken_record(error))
            }
        };
        shared.is_late = self.socket.moved().wrapping_sub(moved) >= LARGE;
        self.place.show(self.tally(out.len()), self.last_active());
        if out.is_empty() || matches!(turn, Turn::Close(_)) {
            out.clear();
            shared.keep_spare(out);
        } else {
            self.out = Some(out);
        }
        self.settle(shared);
        shared.record = self.stream.take_back();
        turn
    }

    /// Takes a reply that has come later. To be followed by a turn.
    pub(super) fn deliver(&mut self, delivery: Delivery, shared: &Shared) {
        count_later(&shared.recorder, &delivery);
        if !self.stream.origin().is_some_and(|origin| delivery.is_for(origin)) {
            return;
        }
        self.calls = self.calls.wrapping_add(u64::from(delivery.handled().outcome.is_some()));
        let reply = delivery.into_reply();
        if !reply.is_empty() {
            let out = self.out.get_or_insert_default();
            out.append(reply);
            self.output.set(out.memory());
        }
    }

    /// From now on it is closed as soon as all that has come is answered. To be followed by a turn.
    pub(super) fn stop(&mut self) {
        self.stopping = true;
        self.socket.read_to_the_end();
    }

    /// Tells who waits too long for the peer; returns when that will be so for others.
    pub(super) fn expire_calls(&self, now: Instant) -> Option<Instant> {
        self.stream.expire_calls(now)
    }

    /// When it is to be closed if nothing happens.
    pub(super) fn deadline(&self, programs: &Programs) -> Option<Instant> {
        self.deadlines(programs).into_iter().fold(None, |first, (_, deadline)| earlier(first, deadline))
    }

    /// Why it is closed at `now`, if its deadline is over.
    pub(super) fn overdue(&self, programs: &Programs, now: Instant) -> Option<Event> {
        let is_over = |(_, deadline): &(Event, Option<Instant>)| deadline.is_some_and(|deadline| deadline <= now);
        self.deadlines(programs).into_iter().find(is_over).map(|(event, _)| event)
    }

    fn deadlines(&self, programs: &Programs) -> [(Event, Option<Instant>); 3] {
        let limits = programs.limits();
        let idle = self.last_active().checked_add(limits.idle_time).filter(|_| self.in_flight() == 0);
        let idle = idle.max(idle.and_then(|_| self.stream.busy_until()));
        let stalled = self.socket.stalled().and_then(|since| since.checked_add(limits.write_time));
        [
            (Event::ClosedRecordTime, self.stream.poll_deadline(programs).filter(|_| !self.is_withheld(programs))),
            (Event::ClosedWriteTime, stalled),
            (Event::ClosedIdle, idle),
        ]
    }

    fn exchange(
        &mut self,
        programs: &Programs,
        shared: &mut Shared,
        out: &mut Encoder,
        now: Instant,
        end: Instant,
    ) -> Result<(), Fault> {
        self.socket.write(out, now)?;
        if self.stream.is_full(now) || self.is_full(out, programs) {
            return self.write_all(out, programs, now);
        }
        shared.now = if self.backlog.is_empty() {
            self.answer_input(programs, shared, out, now, end)?
        } else {
            self.answer_backlog(programs, out, TurnTally::new(&shared.recorder, now, end))?
        };
        if self.socket.has_ended() {
            self.stream.handle_end();
        }
        self.write_all(out, programs, shared.now)
    }

    /// Reads once and answers what came. Returns the time after that.
    fn answer_input(
        &mut self,
        programs: &Programs,
        shared: &mut Shared,
        out: &mut Encoder,
        now: Instant,
        end: Instant,
    ) -> Result<Instant, Fault> {
        let most = self.appetite(shared);
        if most == 0 {
            return Ok(now);
        }
        let mut tally = TurnTally::new(&shared.recorder, now, end);
        let expects_large = self.expects_large();
        let may_be_large = most == shared.scratch.len() && self.socket.may_read();
        if may_be_large && expects_large && self.stream.has_memory_for(self.record_size) {
            self.answer_large(programs, out, now, &mut tally)?;
            return Ok(tally.now());
        }
        let room = if may_be_large && self.stream.began().is_some() { self.stream.room() } else { &mut [] };
        // The next large record is read into a place of its own.
        let beside = if room.is_empty() || !expects_large { most } else { 0 };
        let scratch = shared.scratch.get_mut(..beside).unwrap_or_default();
        let (direct, mut input) = self.socket.read(room, scratch, now)?;
        if direct > 0
            && let Some(handled) = self.stream.handle_room(programs, direct, out)
        {
            tally.add(handled);
            self.count(&mut tally);
        }
        self.answer(programs, &mut input, out, &mut tally)?;
        if !input.is_empty() {
            self.backlog = Bytes::copy_from_slice(input);
            self.backlog_memory = input.len();
        }
        Ok(tally.now())
    }

    /// Answers calls that were read before. What is left of them stays where it is, however many turns it takes. Returns
    /// the time after that.
    fn answer_backlog(
        &mut self,
        programs: &Programs,
        out: &mut Encoder,
        mut tally: TurnTally<'_>,
    ) -> Result<Instant, Fault> {
        let mut backlog = std::mem::take(&mut self.backlog);
        let mut input = &*backlog;
        self.answer(programs, &mut input, out, &mut tally)?;
        let left = input.len();
        if left > 0 {
            backlog.advance(backlog.len().saturating_sub(left));
            self.backlog = backlog;
        }
        Ok(tally.now())
    }

    fn next_turn(&self, programs: &Programs, out: &Encoder, shared: &Shared) -> Turn {
        let recorder = &shared.recorder;
        let may_have_replies = !self.backlog.is_empty() || self.socket.may_read();
        if may_have_replies && self.stream.takes_replies() && !self.is_full(out, programs) {
            return self.read_again(shared);
        }
        let has_input = may_have_replies || self.stream.has_postponed();
        let origin = self.stream.origin();
        match origin {
            // Nothing that it sends is read for now, and nothing that it gets is of use.
            Some(origin) if self.socket.is_broken() && origin.is_full() => return Turn::Close(Event::ClosedByError),
            Some(origin) if has_input && origin.is_server_full() => {
                let has_place = origin.has_place();
                recorder.count(if has_place { Event::PausedCallBytes } else { Event::PausedInFlightTotal });
                return Turn::Hold;
            }
            Some(origin) if has_input && origin.is_full() => {
                recorder.count(Event::PausedInFlight);
                return Turn::Wait;
            }
            _ => {}
        }
        if has_input {
            if !self.is_full(out, programs) {
                return self.read_again(shared);
            }
            recorder.count(self.why_full(out, programs));
            return Turn::Wait;
        }
        let ended = self.socket.has_ended();
        let is_done = (self.stopping || ended) && out.is_empty() && self.in_flight() == 0;
        let reason = if ended { Event::ClosedByPeer } else { Event::ClosedByStop };
        if is_done { Turn::Close(reason) } else { Turn::Wait }
    }

    /// Answers the calls in `input` until it is used up, the time is over, or the peer does not take the replies.
    fn answer(
        &mut self,
        programs: &Programs,
        input: &mut &[u8],
        out: &mut Encoder,
        tally: &mut TurnTally<'_>,
    ) -> Result<(), Fault> {
        let mut goes_on = true;
        while goes_on && (!input.is_empty() || self.stream.has_postponed()) {
            let (output, free) = (&self.output, self.never_full(programs));
            let outcome = self.stream.handle_calls(programs, Instant::now, input, out, |handled, out| {
                if let Some(handled) = handled {
                    tally.add(handled);
                }
                let has_room = out.len() < free || (out.len() < BATCH && !is_full(out, output, programs));
                has_room && !tally.is_over()
            });
            self.count(tally);
            goes_on = outcome? && !tally.is_over();
            if out.len() >= BATCH || self.is_full(out, programs) {
                self.socket.write(out, tally.now())?;
                goes_on &= !self.is_full(out, programs);
            }
        }
        Ok(())
    }

    /// Counts what has come about so far.
    fn count(&mut self, tally: &mut TurnTally<'_>) {
        let calls = tally.flush();
        self.calls = self.calls.wrapping_add(calls);
        if calls > 0 {
            self.record_size = tally.record_size();
        }
    }

    /// Writes replies and calls. What calls there are is taken as soon as there is room for it.
    fn write_all(&mut self, out: &mut Encoder, programs: &Programs, now: Instant) -> Result<(), Fault> {
        self.socket.write(out, now)?;
        if !self.is_full(out, programs) && self.stream.take_calls(out) {
            self.socket.write(out, now)?;
        }
        Ok(())
    }

    /// What it has done so far, with `queued` bytes that the peer has not taken.
    fn tally(&self, queued: usize) -> Tally {
        Tally { received: self.socket.received(), sent: self.socket.sent(), calls: self.calls, queued: queued as u64 }
    }
}
