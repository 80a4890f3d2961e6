use super::super::Turn;
use super::super::rationing::SCARCE;
use super::super::shared::Shared;
use super::super::tally::count;
use super::{Connection, Fault};
use crate::metrics::{Event, Recorder};
use crate::session::server::{Handled, Programs};
use std::io;
use std::time::{Duration, Instant};

/// What comes of a [lone turn](Connection::lone_turn).
pub(super) enum Lone {
    /// It is over.
    Turn(Turn),
    /// It is none: so much has been read for it into the memory that all share, if it was begun.
    Come(Option<usize>),
}

/// A peer that waits for each reply makes turns of one call, and between them nothing is kept of it. Of all that a turn may have
/// to do, little is left then: it is done here, so that it is little code as well, which is seldom in a cache after a sleep.
impl Connection {
    /// The turn of a connection at rest for which one call has come as a whole.
    #[inline]
    pub(super) fn lone_turn(&mut self, programs: &Programs, shared: &mut Shared) -> Lone {
        if !self.at_rest || self.stream.is_held_up() || shared.input.is_used_up(SCARCE) {
            return Lone::Come(None);
        }
        let (begin, moved) = (shared.now, self.socket.moved());
        let Ok(come) = self.socket.read(&mut shared.scratch, begin) else {
            return Lone::Turn(Turn::Close(Event::ClosedByError));
        };
        let input = shared.scratch.get(..come).unwrap_or_default();
        let Some(record) = self.stream.lone_record(input) else { return Lone::Come(Some(come)) };
        let out = shared.spare.get_or_insert_default();
        let handled = self.stream.handle_lone(programs, record, out);
        let now = Instant::now();
        if let Some(handled) = handled {
            self.count_lone(&shared.recorder, handled, now.saturating_duration_since(begin));
        }
        shared.now = now;
        let written = self.socket.write(out, now);
        if written.is_err() || !out.is_empty() || self.socket.may_read() || self.stream.has_backchannel() {
            return Lone::Turn(self.end_lone(written, programs, shared, moved));
        }
        shared.note_moved(self.socket.moved().wrapping_sub(moved));
        self.place.show(self.tally(0), now);
        self.at_rest = !self.expects_large();
        Lone::Turn(Turn::Wait)
    }

    /// Ends a turn that leaves something to be done.
    #[cold]
    fn end_lone(&mut self, written: io::Result<()>, programs: &Programs, shared: &mut Shared, moved: u64) -> Turn {
        let mut out = shared.take_spare();
        let written = written.map_err(Fault::from).and_then(|()| self.write_all(&mut out, programs, shared.now));
        self.conclude(written, programs, shared, out, moved)
    }

    #[inline]
    fn count_lone(&mut self, recorder: &Recorder, handled: Handled, time: Duration) {
        count(recorder, &handled, Some(time));
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
