use super::super::Turn;
use super::super::shared::Shared;
use super::super::tally::TurnTally;
use super::pace::TurnPace;
use super::{Connection, end_of};
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
        let (moved, end) = (self.socket.moved().wrapping_sub(come as u64), end_of(shared.now, slice));
        let mut input = shared.scratch.get(..come).unwrap_or_default();
        let out = shared.spare.get_or_insert_default();
        let (row, cadence) = (self.stream.row(), shared.cadence);
        let mut tally = TurnTally::resume(&shared.recorder, shared.now, end, row, cadence);
        let free = self.never_full(programs);
        let mut pace = TurnPace { tally: &mut tally, programs, output: &self.output, free };
        let outcome = self.stream.handle_several(programs, &mut input, out, &mut pace);
        self.count(&mut tally);
        shared.now = tally.now();
        shared.cadence = tally.cadence();
        if come > 0 && input.is_empty() {
            let written = self.socket.write(out, shared.now);
            return self.end_at_rest(written, programs, shared, moved);
        }
        let left = input.len();
        if outcome.is_none() {
            return self.whole_turn(programs, shared, end, Some(come.saturating_sub(left)..come));
        }
        // The time is over, or there is no room for more replies.
        self.backlog = Bytes::copy_from_slice(input);
        self.backlog_memory = left;
        self.end_lone(Ok(()), programs, shared, moved)
    }
}
