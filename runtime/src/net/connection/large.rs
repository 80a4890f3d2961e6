use super::super::tally::TurnTally;
use super::{Connection, Fault};
use crate::record::MARK;
use crate::session::server::Programs;
use crate::xdr::Encoder;
use bytes::Bytes;
use std::time::Instant;

/// From this size on, a record is read into a place of its own when those before it were as large: to copy it there from a
/// buffer that all share takes longer than one more read.
const OWN_PLACE: usize = 128 << 10;

/// Records so large that they are not to be copied.
impl Connection {
    pub(super) fn expects_large(&self) -> bool {
        self.record_size >= OWN_PLACE
    }

    /// Reads a mark, and what is behind it into memory that the record before has left. If that is what has come, it is in its
    /// place; else it is input like any other. What does not fit stays with the system.
    pub(super) fn answer_large(
        &mut self,
        programs: &Programs,
        out: &mut Encoder,
        now: Instant,
        tally: &mut TurnTally<'_>,
    ) -> Result<(), Fault> {
        let mut mark = [0; MARK];
        let mut memory = self.stream.take_back();
        memory.resize(memory.len().max(self.record_size), 0);
        let place = memory.get_mut(..self.record_size).unwrap_or_default();
        let (direct, come) = self.socket.read_into_both(&mut mark, place, now)?;
        let come = come.len();
        let mut front = mark.get(..direct).unwrap_or_default();
        self.answer(programs, &mut front, out, tally)?;
        if front.is_empty() && self.stream.adopt(&mut memory, come) {
            return self.answer_adopted(programs, come, out, tally);
        }
        let mut input = memory.get(..come).unwrap_or_default();
        if front.is_empty() {
            self.answer(programs, &mut input, out, tally)?;
        }
        self.backlog = Bytes::from([front, input].concat());
        self.backlog_memory = self.backlog.len();
        self.stream.lend(memory);
        Ok(())
    }

    /// Answers the record that has its place, if that is all of it.
    fn answer_adopted(
        &mut self,
        programs: &Programs,
        come: usize,
        out: &mut Encoder,
        tally: &mut TurnTally<'_>,
    ) -> Result<(), Fault> {
        match self.stream.handle_room(programs, come, out) {
            Some(handled) => tally.add(handled),
            // It may be to be refused by its header.
            None => {
                let note = |handled: Option<_>, _: &Encoder| {
                    handled.into_iter().for_each(|handled| tally.add(handled));
                    true
                };
                self.stream.handle_calls(programs, Instant::now, &mut &[][..], out, note)?;
            }
        }
        self.count(tally);
        self.answer(programs, &mut &[][..], out, tally)
    }
}
