use super::super::Turn;
use super::super::shared::Shared;
use super::super::tally::{TurnTally, end_of};
use super::Connection;
use super::pace::TurnPace;
use crate::session::server::Programs;
use bytes::Bytes;
use std::time::Duration;

/// A peer with a few calls in flight makes turns of a few calls, each of which is like the one before. They are answered one after
/// the other, and as a rule nothing is left then, as after a [lone turn](Connection::lone_turn).
impl Connection {
    /// The turn of a connection at rest for which `come` bytes have been read into the memory that all share, and that are not one
    /// call and nothing else. If there is anything else among them than such calls, or not all of one, it goes on as any other turn.
    /// If there are none, it was told of room for replies, and has none to write.
    #[inline(never)]
    pub(super) fn several_turn(
        &mut self,
        programs: &Programs,
        shared: &mut Shared,
        slice: Duration,
        come: usize,
    ) -> Turn {
        self.large_replies = 0;
        if come == 0 && !self.socket.has_ended() {
            return Turn::Wait;
        }
        let moved = self.socket.moved().wrapping_sub(come as u64);
        let mut input = shared.scratch.get(..come).unwrap_or_default();
        let out = shared.spare.get_or_insert_default();
        let row = self.stream.row();
        let mut tally = TurnTally::resume(&shared.recorder, &mut shared.clock, slice, row, shared.cadence);
        let free = self.never_full(programs);
        let mut pace = TurnPace { tally: &mut tally, programs, output: &self.output, free };
        let outcome = self.stream.handle_several(programs, &mut input, out, &mut pace);
        self.count(&mut tally);
        let end = tally.end();
        shared.cadence = tally.finish(&mut shared.clock);
        if come > 0 && input.is_empty() {
            let written = self.socket.write(out, shared.clock.last());
            return self.end_at_rest(written, programs, shared, moved);
        }
        let left = input.len();
        if outcome.is_none() {
            let end = end.unwrap_or_else(|| end_of(shared.clock.begin(), slice));
            return self.whole_turn(programs, shared, end, Some(come.saturating_sub(left)..come));
        }
        // The time is over, or there is no room for more replies.
        self.backlog = Bytes::copy_from_slice(input);
        self.backlog_memory = left;
        self.end_lone(Ok(()), programs, shared, moved)
    }
}
