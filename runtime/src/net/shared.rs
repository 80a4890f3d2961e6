use super::alarm::Alarm;
use super::budget::Share;
use super::clock::Clock;
use super::earlier;
use super::leisure::Leisure;
use super::tally::Cadence;
use crate::metrics::Recorder;
use crate::xdr::Encoder;
use bytes::BytesMut;
use std::time::Instant;

/// Bytes read at a time, into a buffer that all connections share.
const SCRATCH: usize = 256 << 10;

/// Bytes that take time to move: after less, the time after the calls of a turn is that of the next one.
const LARGE: u64 = 16 << 10;

/// Memory for what comes next that is kept however seldom it is used.
const ALWAYS_KEPT: usize = 128 << 10;

/// What connections share, as one at a time has its turn: a connection that is silent holds no buffer.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) scratch: Vec<u8>,
    pub(super) spare: Option<Box<Encoder>>,
    /// Memory for a record that comes in pieces.
    pub(super) record: BytesMut,
    /// Of these two, if they are large.
    spare_leisure: Leisure,
    record_leisure: Leisure,
    /// When deadlines are to be looked at.
    pub(super) alarm: Alarm,
    pub(super) recorder: Recorder,
    /// Memory that connections hold for input that is not complete, and for replies that are not taken.
    pub(super) input: Share,
    pub(super) output: Share,
    /// Whether the connection that has its turn may read although memory for input is short.
    pub(super) is_favoured: bool,
    pub(super) clock: Clock,
    /// How calls that come several at a time are timed.
    pub(super) cadence: Cadence,
}

impl Shared {
    pub(super) fn new(recorder: Recorder, input: Share, output: Share) -> Self {
        let clock = Clock::new();
        Self {
            scratch: vec![0; SCRATCH],
            spare: None,
            record: BytesMut::new(),
            spare_leisure: Leisure::default(),
            record_leisure: Leisure::default(),
            alarm: Alarm::new(clock.last()),
            recorder,
            input,
            output,
            is_favoured: false,
            clock,
            cadence: Cadence::default(),
        }
    }

    /// A buffer for replies, empty.
    #[inline]
    pub(super) fn take_spare(&mut self) -> Box<Encoder> {
        self.spare.take().unwrap_or_default()
    }

    /// Keeps the larger one of the buffers for replies.
    #[inline]
    pub(super) fn keep_spare(&mut self, out: Box<Encoder>) {
        if self.spare.as_ref().is_none_or(|spare| out.memory() >= spare.memory()) {
            self.spare = Some(out);
        }
        // It may be that little was left of a large reply.
        self.note_spare(0);
    }

    /// Keeps memory for a record; the last one that came over that connection had `size` bytes.
    pub(super) fn keep_record(&mut self, memory: BytesMut, size: usize) {
        let capacity = memory.capacity();
        self.record = memory;
        if capacity > ALWAYS_KEPT && self.record_leisure.note(size >= capacity / 2, self.clock.last()) {
            self.alarm.ring();
        }
    }

    /// A turn has moved so many bytes.
    #[inline]
    pub(super) fn note_moved(&mut self, bytes: u64) {
        if bytes >= LARGE {
            self.clock.pass();
            self.note_spare(bytes);
        }
    }

    #[inline(never)]
    fn note_spare(&mut self, bytes: u64) {
        let memory = self.spare.as_ref().map_or(0, |spare| spare.memory());
        if memory > ALWAYS_KEPT && self.spare_leisure.note(bytes >= memory as u64 / 4, self.clock.last()) {
            self.alarm.ring();
        }
    }

    /// Gives large memory back that has not been used for a while.
    pub(super) fn give_back(&mut self, now: Instant) {
        if self.spare_leisure.is_over(now) {
            self.spare = None;
        }
        if self.record_leisure.is_over(now) {
            self.record = BytesMut::new();
        }
    }

    /// When to do so.
    pub(super) fn leisure(&self) -> Option<Instant> {
        earlier(self.spare_leisure.deadline(), self.record_leisure.deadline())
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;
    use crate::session::server::Programs;
    use crate::xdr::Xdr;
    use std::sync::Arc;

    /// A buffer that has held `length` bytes.
    fn used(length: usize) -> Box<Encoder> {
        let mut out = Encoder::new();
        (0..length / 4).try_for_each(|_| u32::encode(&0, &mut out)).unwrap();
        out.clear();
        Box::new(out)
    }

    #[test]
    fn a_large_buffer_is_given_back_however_little_its_last_turn_moves() {
        let share = || Share::new(&Arc::new(Budget::new(1, 4_000_000, 100)), 0);
        let mut shared = Shared::new(Programs::default().recorder(), share(), share());
        shared.keep_spare(used(64 << 10));
        assert_eq!(shared.leisure(), None);
        shared.keep_spare(used(1 << 20));
        shared.note_moved(1_000);
        let mut looks = 0;
        while let Some(look) = shared.leisure() {
            shared.give_back(look);
            looks += 1;
        }
        assert!(looks > 0 && shared.spare.is_none());
        assert_eq!(shared.leisure(), None);
    }
}
