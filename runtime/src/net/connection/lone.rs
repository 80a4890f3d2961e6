use super::super::Turn;
use super::super::rationing::SCARCE;
use super::super::shared::Shared;
use super::super::tally::{count, note_time};
use super::{Connection, Fault};
use crate::metrics::{Event, Recorder};
use crate::session::server::{Handled, Programs};
use std::io;
use std::time::{Duration, Instant};

/// A peer that waits for each reply makes turns of one call, and between them nothing is kept of it. Of all that a turn may have
/// to do, little is left then: it is done here, so that it is little code as well, which is seldom in a cache after a sleep.
impl Connection {
    /// The turn of a connection at rest for which one call has come as a whole, or [several](Connection::several_turn) have, until
    /// `slice` is over. If it is not at rest, nothing has been done and there is none. What need not be done before the peer has its reply is
    /// done after it.
    #[inline]
    pub(in crate::net) fn lone_turn(
        &mut self,
        programs: &Programs,
        shared: &mut Shared,
        slice: Duration,
    ) -> Option<Turn> {
        if self.at_rest { self.turn_at_rest(programs, shared, slice) } else { None }
    }

    #[inline(never)]
    fn turn_at_rest(&mut self, programs: &Programs, shared: &mut Shared, slice: Duration) -> Option<Turn> {
        if self.stream.is_held_up() || shared.input.is_used_up(SCARCE) {
            return None;
        }
        let moved = self.socket.moved();
        let Ok(come) = self.socket.read(&mut shared.scratch, shared.clock.last()) else {
            return Some(Turn::Close(Event::ClosedByError));
        };
        let input = shared.scratch.get(..come).unwrap_or_default();
        let Some(record) = self.stream.lone_record(input) else {
            return Some(self.several_turn(programs, shared, slice, come));
        };
        let (begin, out) = (shared.clock.begin(), shared.spare.get_or_insert_default());
        let handled = self.stream.handle_lone(programs, record, out);
        let now = Instant::now();
        if let Some(handled) = &handled {
            count(&shared.recorder, handled);
        }
        let written = self.write_lone(out, now);
        shared.clock.set(now);
        if let Some(handled) = &handled {
            self.note_lone(&shared.recorder, handled, now.saturating_duration_since(begin));
        }
        Some(self.end_at_rest(written, programs, shared, moved))
    }

    /// Ends a turn before which so many bytes had moved, and whose replies were written from the memory that all share: as a rule it
    /// leaves nothing to be done.
    #[inline(always)]
    pub(super) fn end_at_rest(
        &mut self,
        written: io::Result<()>,
        programs: &Programs,
        shared: &mut Shared,
        moved: u64,
    ) -> Turn {
        let has_replies = shared.spare.as_ref().is_some_and(|out| !out.is_empty());
        if written.is_err() || has_replies || self.socket.may_read() || self.stream.has_backchannel() {
            return self.end_lone(written, programs, shared, moved);
        }
        shared.note_moved(self.socket.moved().wrapping_sub(moved));
        self.place.show(self.tally(0), shared.clock.last());
        self.at_rest = !self.expects_large();
        Turn::Wait
    }

    /// Ends a turn that leaves something to be done.
    #[cold]
    pub(super) fn end_lone(
        &mut self,
        written: io::Result<()>,
        programs: &Programs,
        shared: &mut Shared,
        moved: u64,
    ) -> Turn {
        let mut out = shared.take_spare();
        let written =
            written.map_err(Fault::from).and_then(|()| self.write_all(&mut out, programs, shared.clock.last()));
        self.conclude(written, programs, shared, out, moved)
    }

    /// Notes what is of use later of a call that took so long.
    #[inline]
    fn note_lone(&mut self, recorder: &Recorder, handled: &Handled, time: Duration) {
        note_time(recorder, handled, time);
        if handled.outcome.is_some() {
            self.calls = self.calls.wrapping_add(1);
            self.record_size = handled.received as usize;
        }
    }

    /// Whether a turn has left nothing that the next one has to look at.
    pub(super) fn is_at_rest(&self) -> bool {
        let keeps_nothing = self.out.is_none() && self.backlog.is_empty() && self.stream.is_at_rest();
        let goes_on = !self.stopping && !self.socket.has_ended();
        keeps_nothing && goes_on && !self.expects_large()
    }
}
