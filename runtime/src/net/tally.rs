use crate::metrics::{Event, Outcome, Recorder};
use crate::record::RecordError;
use crate::session::server::{Delivery, Handled};
use std::time::{Duration, Instant};

/// Counts the calls of one turn. Those that come to the same, one after the other, are counted together when the turn is
/// over, or before their replies are written.
#[derive(Debug)]
pub(super) struct TurnTally<'a> {
    recorder: &'a Recorder,
    watch: Stopwatch,
    /// When the turn is over.
    end: Instant,
    run: Option<Run>,
    /// Calls that were answered, or are answered with silence, and that nobody knows of yet.
    calls: u64,
}

/// Calls of one procedure that came to the same.
#[derive(Debug)]
struct Run {
    row: u32,
    outcome: Outcome,
    calls: u64,
    received: u64,
    sent: u64,
}

impl<'a> TurnTally<'a> {
    /// The first call begins at `now`; the turn lasts until `end`.
    pub(super) fn new(recorder: &'a Recorder, now: Instant, end: Instant) -> Self {
        Self { recorder, watch: Stopwatch::new(now), end, run: None, calls: 0 }
    }

    /// A message was handled.
    #[inline]
    pub(super) fn add(&mut self, handled: &Handled) {
        if self.watch.passes() || !self.run.as_mut().is_some_and(|run| run.add(handled)) {
            self.add_as_such(handled);
        }
    }

    /// Counts what has come about so far. How many calls were answered, or are answered with silence, since this was last
    /// asked.
    pub(super) fn flush(&mut self) -> u64 {
        self.end_run();
        std::mem::take(&mut self.calls)
    }

    /// Whether the turn is over.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.watch.last >= self.end
    }

    /// Adds what is timed, or came to something else than what came before it.
    #[inline(never)]
    fn add_as_such(&mut self, handled: &Handled) {
        let time = self.watch.look();
        if !self.run.as_mut().is_some_and(|run| run.add(handled)) {
            self.end_run();
            self.run = Run::new(handled);
        }
        if self.run.is_none() {
            count(self.recorder, handled, None);
        } else if let Some(time) = time {
            self.recorder.latency(handled.row, time);
        }
    }

    /// The time after the last call.
    pub(super) fn now(&mut self) -> Instant {
        self.watch.now()
    }

    fn end_run(&mut self) {
        if let Some(Run { row, outcome, calls, received, sent }) = self.run.take() {
            self.recorder.answered(row, outcome, calls, received, sent);
            self.calls = self.calls.wrapping_add(calls);
        }
    }
}

impl Run {
    /// `None` for what is no call, or answered later.
    fn new(handled: &Handled) -> Option<Self> {
        let mut run = Self { row: handled.row, outcome: handled.outcome?, calls: 0, received: 0, sent: 0 };
        run.add(handled).then_some(run)
    }

    /// Adds a call if it came to the same; whether it did.
    #[inline]
    fn add(&mut self, handled: &Handled) -> bool {
        let is_same = handled.row == self.row && handled.outcome == Some(self.outcome);
        if is_same {
            self.calls = self.calls.wrapping_add(1);
            self.received = self.received.wrapping_add(handled.received.into());
            self.sent = self.sent.wrapping_add(handled.sent.into());
        }
        is_same
    }
}

/// Calls of one turn that are timed one by one. Of those behind them, which come pipelined, one in [`STRIDE`] is: a look
/// at the clock costs a tenth of a small call.
const TIMED: u32 = 2;
const STRIDE: u32 = 16;

/// The clock of one turn, which is looked at where a call that is timed begins and ends.
#[derive(Debug)]
struct Stopwatch {
    /// Calls of the turn so far.
    calls: u32,
    /// Whether the call that has begun is timed, since the last look.
    is_timing: bool,
    /// The last look, and after which call it was.
    last: Instant,
    looked_after: u32,
}

impl Stopwatch {
    /// The first call begins at `now`.
    fn new(now: Instant) -> Self {
        Self { calls: 0, is_timing: true, last: now, looked_after: 0 }
    }

    /// A call has ended: whether to look, because it is timed or the next one is.
    #[inline]
    fn passes(&mut self) -> bool {
        self.calls = self.calls.wrapping_add(1);
        self.is_timing || self.is_next_timed()
    }

    /// The time that the call took that has ended, if it is timed.
    fn look(&mut self) -> Option<Duration> {
        let is_next_timed = self.is_next_timed();
        if !self.is_timing && !is_next_timed {
            return None;
        }
        let from = self.last;
        self.now();
        let was_timing = std::mem::replace(&mut self.is_timing, is_next_timed);
        was_timing.then(|| self.last.saturating_duration_since(from))
    }

    /// The time after the last call, which is looked at unless it has been.
    fn now(&mut self) -> Instant {
        if self.looked_after != self.calls {
            self.looked_after = self.calls;
            self.last = Instant::now();
        }
        self.last
    }

    #[inline]
    fn is_next_timed(&self) -> bool {
        let next = self.calls.wrapping_add(1);
        next <= TIMED || next.is_multiple_of(STRIDE)
    }
}

/// Counts what became of a message, and how long it took if that is known.
pub(super) fn count(recorder: &Recorder, handled: &Handled, time: Option<Duration>) {
    match (handled.event, handled.outcome) {
        (Some(event), _) => recorder.count(event),
        (None, Some(outcome)) => {
            recorder.answered(handled.row, outcome, 1, handled.received.into(), handled.sent.into());
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
        let timed: Vec<u32> = (1..=64).filter(|_| watch.passes() && watch.look().is_some()).collect();
        assert_eq!(timed, [1, 2, 16, 32, 48, 64]);
    }
}
