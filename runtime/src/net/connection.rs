mod input;
mod large;
mod lone;
mod memory;
mod pace;
mod several;

use super::budget::Holding;
use super::roster::{Place, Tally};
use super::shared::Shared;
use super::tally::{TurnTally, broken_record, count_later, end_of};
use super::watched::Watched;
use super::{Turn, earlier};
use crate::metrics::Event;
use crate::record::RecordError;
use crate::session::server::{Delivery, Programs, ServerStream};
use crate::xdr::Encoder;
use bytes::Bytes;
use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

/// Bytes of replies that are written before more calls are answered.
const BATCH: usize = 256 << 10;

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
    /// Whether its last turn has left nothing to be looked at.
    at_rest: bool,
    place: Place,
    /// Calls that were answered, or are answered with silence.
    calls: u64,
    /// Bytes of the records that came last.
    record_size: usize,
    /// Lone calls whose replies were large, one after the other.
    large_replies: u8,
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
            at_rest: false,
            place,
            calls: 0,
            record_size: 0,
            large_replies: 0,
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
    #[inline]
    pub(super) fn turn(&mut self, programs: &Programs, shared: &mut Shared, slice: Duration) -> Turn {
        if let Some(turn) = self.lone_turn(programs, shared, slice) {
            return turn;
        }
        let end = end_of(shared.clock.begin(), slice);
        self.whole_turn(programs, shared, end, None)
    }

    /// A turn until `end` for which input has been read, if that has been done already.
    #[inline(never)]
    fn whole_turn(
        &mut self,
        programs: &Programs,
        shared: &mut Shared,
        end: Instant,
        come: Option<Range<usize>>,
    ) -> Turn {
        self.large_replies = 0;
        let read = come.as_ref().map_or(0, |come| come.end);
        let moved = self.socket.moved().wrapping_sub(read as u64);
        let mut out = self.out.take().unwrap_or_else(|| shared.take_spare());
        self.stream.lend(std::mem::take(&mut shared.record));
        let outcome = self.exchange(programs, shared, &mut out, end, come);
        self.conclude(outcome, programs, shared, out, moved)
    }

    /// What follows from a turn, before which so many bytes had moved.
    fn conclude(
        &mut self,
        outcome: Result<(), Fault>,
        programs: &Programs,
        shared: &mut Shared,
        mut out: Box<Encoder>,
        moved: u64,
    ) -> Turn {
        let turn = match outcome {
            Ok(()) => self.next_turn(programs, &out, shared),
            Err(Fault::Socket) => Turn::Close(Event::ClosedByError),
            Err(Fault::Record(error)) => {
                // What was asked properly before is still answered, as far as the peer takes it at once.
                let _ = self.socket.write(&mut out, shared.clock.last());
                Turn::Close(broken_record(error))
            }
        };
        self.place.show(self.tally(out.len()), self.last_active());
        if out.is_empty() || matches!(turn, Turn::Close(_)) {
            out.clear();
            shared.keep_spare(out);
        } else {
            self.out = Some(out);
        }
        self.settle(shared);
        shared.keep_record(self.stream.take_back(), self.record_size);
        shared.note_moved(self.socket.moved().wrapping_sub(moved));
        self.at_rest = turn == Turn::Wait && self.is_at_rest();
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
            self.at_rest = false;
            out.append(reply);
            self.output.set(out.memory());
        }
    }

    /// From now on it is closed as soon as all that has come is answered. To be followed by a turn.
    pub(super) fn stop(&mut self) {
        self.stopping = true;
        self.at_rest = false;
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
        end: Instant,
        come: Option<Range<usize>>,
    ) -> Result<(), Fault> {
        let now = shared.clock.begin();
        shared.clock.pass();
        if come.is_none() {
            self.socket.write(out, now)?;
            if self.stream.is_full(now) || self.is_full(out, programs) {
                return self.write_all(out, programs, now);
            }
        }
        let mut tally = TurnTally::new(&shared.recorder, now, end);
        match come {
            Some(come) => self.answer_come(programs, shared.scratch.get(come).unwrap_or_default(), out, &mut tally)?,
            None if self.backlog.is_empty() => {
                let most = self.appetite(shared);
                self.answer_input(programs, &mut shared.scratch, most, out, now, &mut tally)?;
            }
            None => self.answer_backlog(programs, out, &mut tally)?,
        }
        shared.clock.set(tally.now());
        if self.socket.has_ended() {
            self.stream.handle_end();
        }
        self.write_all(out, programs, shared.clock.last())
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
