use crate::metrics::{Event, Recorder};
use crate::record::RecordError;
use crate::session::server::{Delivery, Handled};
use std::time::{Duration, Instant};

/// Calls of one turn that are timed one by one. Of those behind them, which come pipelined, one in [`STRIDE`] is: a look
/// at the clock costs a tenth of a small call.
const TIMED: u32 = 8;
const STRIDE: u32 = 16;

/// The clock of one turn, which is looked at where a call that is timed begins and ends.
#[derive(Debug)]
pub(super) struct Stopwatch {
    /// Calls of the turn so far.
    calls: u32,
    /// Whether the call that has begun is timed, since the last look.
    is_timing: bool,
    /// The last look.
    pub(super) last: Instant,
}

impl Stopwatch {
    /// The first call begins at `now`.
    pub(super) fn new(now: Instant) -> Self {
        Self { calls: 0, is_timing: true, last: now }
    }

    /// A call has ended: the time that it took, if it is timed.
    #[inline]
    pub(super) fn lap(&mut self) -> Option<Duration> {
        self.calls = self.calls.wrapping_add(1);
        let is_next_timed = is_timed(self.calls.wrapping_add(1));
        if !self.is_timing && !is_next_timed {
            return None;
        }
        let from = std::mem::replace(&mut self.last, Instant::now());
        let was_timing = std::mem::replace(&mut self.is_timing, is_next_timed);
        was_timing.then(|| self.last.saturating_duration_since(from))
    }
}

#[inline]
fn is_timed(call: u32) -> bool {
    call <= TIMED || call.is_multiple_of(STRIDE)
}

/// Counts what became of a message, and how long it took if that is known.
#[inline]
pub(super) fn count(recorder: &Recorder, handled: &Handled, time: Option<Duration>) {
    match (handled.event, handled.outcome) {
        (Some(event), _) => recorder.count(event),
        (None, Some(outcome)) => {
            recorder.answered(handled.row, handled.received, outcome, handled.sent);
            if let Some(time) = time {
                recorder.latency(handled.row, time);
            }
        }
        (None, None) => recorder.received(handled.row, handled.received),
    }
}

/// Counts a call that was answered later.
pub(super) fn count_later(recorder: &Recorder, delivery: &Delivery) {
    let handled = delivery.handled();
    if handled.outcome.is_some() {
        count(recorder, &handled, Some(delivery.began().elapsed()));
    }
    if delivery.is_dropped() {
        recorder.count(Event::DroppedReply);
    }
}

/// Why a connection is closed that breaks record marking.
pub(super) fn broken_record(error: RecordError) -> Event {
    match error {
        RecordError::TooLarge { .. } => Event::ClosedRecordBytes,
        RecordError::TooManyFragments { .. } => Event::ClosedFragments,
        RecordError::TooManyEmptyFragments { .. } => Event::ClosedEmptyFragments,
        RecordError::Empty => Event::ClosedEmptyRecord,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_calls_of_a_turn_are_timed_and_then_one_in_sixteen() {
        let mut watch = Stopwatch::new(Instant::now());
        let timed: Vec<u32> = (1..=64).filter(|_| watch.lap().is_some()).collect();
        assert_eq!(timed, [1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 48, 64]);
    }
}
