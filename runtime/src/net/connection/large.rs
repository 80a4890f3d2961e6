use super::super::tally::TurnTally;
use super::{Connection, Fault};
use crate::record::{MARK, first_half};
use crate::session::server::Programs;
use crate::xdr::Encoder;
use bytes::{Bytes, BytesMut};
use std::io::{self, IoSliceMut};
use std::mem;
use std::time::Instant;

/// From this size on, a record is read into a place of its own when those before it were as large: it is not copied there
/// from a buffer that all share.
const OWN_PLACE: usize = 16 << 10;

/// Memory for a record of less is taken before it comes, if the one before was as large and has left none: more is taken only as
/// it comes.
const MOST_TAKEN: usize = 128 << 10;

/// Bytes of what follows a large record that are read with it: its mark, and as little as possible of what has to be copied. If
/// there are fewer, no more has come.
const BEHIND: usize = 4 << 10;

/// Replies are written whenever so many bytes of calls have come, not only when the turn is over: a peer that has a few large calls
/// in flight goes on with them while the next one is copied.
const PORTION: u64 = 64 << 10;

/// So many large replies to calls that came alone, one after the other, tell that their peer waits for each.
const STEADY: u8 = 16;

/// Records so large that they are not to be copied.
impl Connection {
    /// Writes the reply to a call that has come alone: some [half by half](first_half), if the peer waits for it.
    #[inline]
    pub(super) fn write_lone(&mut self, out: &mut Encoder, now: Instant) -> io::Result<()> {
        match first_half(out.len()) {
            Some(half) => self.write_lone_large(out, half, now),
            None => self.socket.write(out, now),
        }
    }

    #[inline(never)]
    fn write_lone_large(&mut self, out: &mut Encoder, half: usize, now: Instant) -> io::Result<()> {
        self.large_replies = self.large_replies.saturating_add(1);
        if self.large_replies > STEADY {
            self.socket.write_divided(out, half, now)
        } else {
            self.socket.write(out, now)
        }
    }

    pub(super) fn expects_large(&self) -> bool {
        self.record_size >= OWN_PLACE
    }

    /// Reads large records into places of their own and answers them, as much as all others read at a time. Whether it has
    /// read anything: there may be no place.
    pub(super) fn answer_large(
        &mut self,
        programs: &Programs,
        scratch: &mut [u8],
        out: &mut Encoder,
        now: Instant,
        tally: &mut TurnTally<'_>,
    ) -> Result<bool, Fault> {
        let most = self.socket.received().saturating_add(scratch.len() as u64);
        let behind = scratch.get_mut(..BEHIND).unwrap_or_default();
        let (mut has_read, mut written_at) = (false, self.socket.received());
        while self.expects_large() && self.socket.may_read() && self.socket.received() < most {
            if self.stream.has_memory_for(self.record_size) || self.may_take_memory() {
                self.answer_placed(programs, behind, out, now, tally)?;
            } else if !self.answer_rest(programs, behind, out, now, tally)? {
                break;
            }
            has_read = true;
            let received = self.socket.received();
            if received.wrapping_sub(written_at) >= PORTION {
                self.socket.write(out, tally.now())?;
                written_at = received;
            }
            if !self.backlog.is_empty() || tally.is_over() || self.stream.is_full(now) || self.is_full(out, programs) {
                break;
            }
        }
        Ok(has_read)
    }

    /// Reads what is missing of the record that has begun, if it has room.
    fn answer_rest(
        &mut self,
        programs: &Programs,
        behind: &mut [u8],
        out: &mut Encoder,
        now: Instant,
        tally: &mut TurnTally<'_>,
    ) -> Result<bool, Fault> {
        let room = if self.stream.began().is_some() { self.stream.room() } else { &mut [] };
        if room.is_empty() {
            return Ok(false);
        }
        let (direct, behind) = self.socket.read_into_both(room, behind, now)?;
        self.answer_both(programs, direct, behind, out, tally)?;
        Ok(true)
    }

    /// Whether memory is taken for the next record, although the one before has left none.
    fn may_take_memory(&self) -> bool {
        self.record_size < MOST_TAKEN && self.stream.began().is_none()
    }

    /// Memory for the next record: what the one before has left, or of its size.
    fn place(&mut self) -> BytesMut {
        let is_at_hand = self.stream.has_memory_for(self.record_size);
        let mut memory = self.stream.take_back();
        if !is_at_hand {
            // What is too large for it is there for others.
            self.stream.lend(mem::take(&mut memory));
        }
        if memory.len() < self.record_size {
            memory.resize(self.record_size, 0);
        }
        memory
    }

    /// Reads a mark, and what is behind it into the place of the next record. If that is what has come, it stays there; else
    /// it is input like any other.
    fn answer_placed(
        &mut self,
        programs: &Programs,
        behind: &mut [u8],
        out: &mut Encoder,
        now: Instant,
        tally: &mut TurnTally<'_>,
    ) -> Result<(), Fault> {
        let mut mark = [0; MARK];
        let mut memory = self.place();
        let place = memory.get_mut(..self.record_size).unwrap_or_default();
        let mut pieces = [&mut mark[..], place, &mut *behind].map(IoSliceMut::new);
        let come = self.socket.read_pieces(&mut pieces, now)?;
        let placed = come.saturating_sub(MARK).min(self.record_size);
        let mut mark = mark.get(..come.min(MARK)).unwrap_or_default();
        let mut behind = behind.get(..come.saturating_sub(MARK).saturating_sub(placed)).unwrap_or_default();
        if let Some(record) = self.stream.take_placed(mark, &mut memory, placed)? {
            drop(memory);
            self.stream.handle_whole(programs, record, out).into_iter().for_each(|handled| tally.add(handled));
            self.count(tally);
            return self.answer_come(programs, behind, out, tally);
        }
        self.answer(programs, &mut mark, out, tally)?;
        if mark.is_empty() && self.stream.adopt(&mut memory, placed) {
            self.answer_adopted(programs, placed, out, tally)?;
            return self.answer_come(programs, behind, out, tally);
        }
        let mut input = memory.get(..placed).unwrap_or_default();
        if mark.is_empty() {
            self.answer(programs, &mut input, out, tally)?;
        }
        if input.is_empty() {
            self.answer(programs, &mut behind, out, tally)?;
        }
        if [mark, input, behind].iter().any(|piece| !piece.is_empty()) {
            self.backlog = Bytes::from([mark, input, behind].concat());
            self.backlog_memory = self.backlog.len();
        }
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
        Ok(())
    }
}
