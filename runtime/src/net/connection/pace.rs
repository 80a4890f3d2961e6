use super::super::budget::Holding;
use super::super::tally::TurnTally;
use super::BATCH;
use super::memory::is_full;
use crate::session::server::{Handled, Pace, Programs, Stretch};
use crate::xdr::Encoder;

/// Goes on until the turn is over, or there is enough to write.
pub(super) struct TurnPace<'a, 'b> {
    pub(super) tally: &'a mut TurnTally<'b>,
    pub(super) programs: &'a Programs,
    /// What is held for replies so far.
    pub(super) output: &'a Holding,
    /// Less than so many bytes may always wait for the peer.
    pub(super) free: usize,
}

impl Pace for TurnPace<'_, '_> {
    #[inline]
    fn stretch(&self) -> Stretch {
        Stretch { calls: self.tally.most(), bytes: self.free }
    }

    #[inline]
    fn goes_on(&mut self, handled: Option<Handled>, out: &Encoder) -> bool {
        if let Some(handled) = handled {
            self.tally.add(handled);
        }
        let has_room = out.len() < self.free || (out.len() < BATCH && !is_full(out, self.output, self.programs));
        has_room && !self.tally.is_over()
    }
}
