use super::super::tally::TurnTally;
use super::pace::TurnPace;
use super::{BATCH, Connection, Fault};
use crate::session::server::Programs;
use crate::xdr::Encoder;
use bytes::{Buf, Bytes};
use std::time::Instant;

/// What comes of a connection, and is answered.
impl Connection {
    /// Reads `most` bytes and answers what came.
    pub(super) fn answer_input(
        &mut self,
        programs: &Programs,
        scratch: &mut [u8],
        most: usize,
        out: &mut Encoder,
        now: Instant,
        tally: &mut TurnTally<'_>,
    ) -> Result<(), Fault> {
        if most == 0 {
            return Ok(());
        }
        let may_be_large = most == scratch.len() && self.socket.may_read();
        if may_be_large && self.expects_large() && self.answer_large(programs, scratch, out, now, tally)? {
            return Ok(());
        }
        let room = if may_be_large && self.stream.began().is_some() { self.stream.room() } else { &mut [] };
        let scratch = scratch.get_mut(..most).unwrap_or_default();
        let (direct, input) = self.socket.read_into_both(room, scratch, now)?;
        self.answer_both(programs, direct, input, out, tally)
    }

    /// Answers what came: `direct` bytes into the room of a record, and what is behind it.
    pub(super) fn answer_both(
        &mut self,
        programs: &Programs,
        direct: usize,
        input: &[u8],
        out: &mut Encoder,
        tally: &mut TurnTally<'_>,
    ) -> Result<(), Fault> {
        if direct > 0
            && let Some(handled) = self.stream.handle_room(programs, direct, out)
        {
            tally.add(handled);
            self.count(tally);
        }
        self.answer_come(programs, input, out, tally)
    }

    /// Answers what came, and keeps the rest.
    pub(super) fn answer_come(
        &mut self,
        programs: &Programs,
        mut input: &[u8],
        out: &mut Encoder,
        tally: &mut TurnTally<'_>,
    ) -> Result<(), Fault> {
        self.answer(programs, &mut input, out, tally)?;
        if !input.is_empty() {
            self.backlog = Bytes::copy_from_slice(input);
            self.backlog_memory = input.len();
        }
        Ok(())
    }

    /// Answers calls that were read before. What is left of them stays where it is, however many turns it takes.
    pub(super) fn answer_backlog(
        &mut self,
        programs: &Programs,
        out: &mut Encoder,
        tally: &mut TurnTally<'_>,
    ) -> Result<(), Fault> {
        let mut backlog = std::mem::take(&mut self.backlog);
        let mut input = &*backlog;
        self.answer(programs, &mut input, out, tally)?;
        let left = input.len();
        if left > 0 {
            backlog.advance(backlog.len().saturating_sub(left));
            self.backlog = backlog;
        }
        Ok(())
    }

    /// Answers the calls in `input` until it is used up, the time is over, or the peer does not take the replies.
    pub(super) fn answer(
        &mut self,
        programs: &Programs,
        input: &mut &[u8],
        out: &mut Encoder,
        tally: &mut TurnTally<'_>,
    ) -> Result<(), Fault> {
        let mut goes_on = true;
        while goes_on && (!input.is_empty() || self.stream.has_postponed()) {
            let free = self.never_full(programs);
            let mut pace = TurnPace { tally, programs, output: &self.output, free };
            let outcome = self.stream.handle_paced(programs, Instant::now, input, out, &mut pace);
            self.count(tally);
            goes_on = outcome? && !tally.is_over();
            if out.len() >= BATCH || self.is_full(out, programs) {
                self.socket.write(out, tally.now())?;
                goes_on &= !self.is_full(out, programs);
            }
        }
        Ok(())
    }
}
