mod stopwatch;

pub(super) use stopwatch::Cadence;

use super::clock::Clock;
use crate::metrics::{Event, Outcome, Recorder};
use crate::record::RecordError;
use crate::session::server::{Delivery, Handled};
use std::time::{Duration, Instant};
use stopwatch::Stopwatch;

/// Counts the calls of one turn. Those that come to the same, one after the other, are counted together when the turn is
/// over, or before their replies are written.
#[derive(Debug)]
pub(super) struct TurnTally<'a> {
    recorder: &'a Recorder,
    watch: Stopwatch,
    end: End,
    /// Whether the turn was over when the clock was looked at.
    is_over: bool,
    run: Run,
    /// Calls that were answered, or are answered with silence, and that nobody knows of yet.
    calls: u64,
    /// Bytes of each of those that came to the same last, on an average.
    record_size: usize,
}

/// When a turn is over.
#[derive(Debug)]
enum End {
    At(Instant),
    /// So long after the first look at the clock.
    After(Duration),
}

/// Calls of one procedure that came to the same. Without an outcome it is none: what is no call, or answered later.
#[derive(Debug, Default)]
struct Run {
    row: u32,
    outcome: Option<Outcome>,
    calls: u64,
    received: u64,
    sent: u64,
}

impl<'a> TurnTally<'a> {
    /// The first call begins at `now`; the turn lasts until `end`.
    pub(super) fn new(recorder: &'a Recorder, now: Instant, end: Instant) -> Self {
        Self {
            recorder,
            watch: Stopwatch::new(now),
            end: End::At(end),
            is_over: now >= end,
            run: Run::default(),
            calls: 0,
            record_size: 0,
        }
    }

    /// A turn that lasts for `slice`. If the last call of the connection was of the procedure of `row`, and that of the turn before it
    /// as well, the calls may go on with those, and the clock is not looked at before one of them is timed.
    #[inline]
    pub(super) fn resume(
        recorder: &'a Recorder,
        clock: &mut Clock,
        slice: Duration,
        row: u32,
        cadence: Cadence,
    ) -> Self {
        if !cadence.goes_on(row) {
            let now = clock.begin();
            return Self::new(recorder, now, end_of(now, slice));
        }
        let run = Run { row, outcome: Some(Outcome::Success), ..Run::default() };
        let watch = Stopwatch::resume(clock.last(), cadence);
        Self { recorder, watch, end: End::After(slice), is_over: false, run, calls: 0, record_size: 0 }
    }

    /// The turn is over: tells `clock` what is known of the time, and returns how the next one may go on.
    #[inline]
    pub(super) fn finish(&mut self, clock: &mut Clock) -> Cadence {
        let cadence = self.watch.finish(self.run.row);
        match self.watch.exact() {
            Some(now) => clock.set(now),
            None => clock.pass(),
        }
        cadence
    }

    /// When the turn is to be over, if it is known.
    pub(super) fn end(&self) -> Option<Instant> {
        if let End::At(end) = self.end { Some(end) } else { None }
    }

    /// How many calls may be handled before it is to be told of them: the clock is looked at then.
    #[inline]
    pub(super) fn most(&self) -> u16 {
        self.watch.most()
    }

    /// A message was handled, or calls that came to the same.
    #[inline]
    pub(super) fn add(&mut self, handled: Handled) {
        if self.watch.passes(handled.calls) {
            self.add_timed(handled);
        } else if !self.run.add(handled) {
            self.add_other(handled);
        }
    }

    /// Counts what has come about so far. How many calls were answered, or are answered with silence, since this was last
    /// asked.
    pub(super) fn flush(&mut self) -> u64 {
        self.end_run();
        std::mem::take(&mut self.calls)
    }

    /// Bytes of the messages that were counted last.
    pub(super) fn record_size(&self) -> usize {
        self.record_size
    }

    /// Whether the turn is over.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Adds that with whose end the clock is looked at.
    #[inline(never)]
    fn add_timed(&mut self, handled: Handled) {
        let time = self.watch.look();
        self.look_at_end();
        if !self.run.add(handled) {
            self.add_other(handled);
        }
        if let (Some(_), Some(time)) = (handled.outcome, time) {
            self.recorder.latency(handled.row, time);
        }
    }

    /// Adds what came to something else than what came before it.
    #[inline(never)]
    fn add_other(&mut self, handled: Handled) {
        self.end_run();
        self.run = Run::new(handled);
        if self.watch.look_soon() {
            self.look_at_end();
        }
        if handled.outcome.is_none() {
            count(self.recorder, &handled);
        }
    }

    /// The time after the last call.
    pub(super) fn now(&mut self) -> Instant {
        let now = self.watch.now();
        self.look_at_end();
        now
    }

    /// Whether the turn was over at the last look at the clock.
    fn look_at_end(&mut self) {
        let last = self.watch.last();
        self.is_over = match self.end {
            End::At(end) => last >= end,
            End::After(slice) => {
                self.end = End::At(end_of(last, slice));
                false
            }
        };
    }

    fn end_run(&mut self) {
        if let Some(outcome) = self.run.outcome.take() {
            let Run { row, calls, received, sent, .. } = self.run;
            self.recorder.answered(row, outcome, calls, received, sent);
            self.calls = self.calls.wrapping_add(calls);
            self.record_size = received.checked_div(calls).unwrap_or_default() as usize;
        }
    }
}

impl Run {
    fn new(handled: Handled) -> Self {
        let Handled { row, outcome, calls, received, sent, .. } = handled;
        Self { row, outcome, calls: calls.into(), received: received.into(), sent: sent.into() }
    }

    /// Adds a call if it came to the same; whether it did.
    #[inline]
    fn add(&mut self, handled: Handled) -> bool {
        let is_same = handled.row == self.row && handled.outcome == self.outcome && handled.outcome.is_some();
        if is_same {
            self.calls = self.calls.wrapping_add(handled.calls.into());
            self.received = self.received.wrapping_add(handled.received.into());
            self.sent = self.sent.wrapping_add(handled.sent.into());
        }
        is_same
    }
}

/// When a turn is over that begins at `now`.
pub(super) fn end_of(now: Instant, slice: Duration) -> Instant {
    now.checked_add(slice).unwrap_or(now)
}

/// Counts what became of a message.
#[inline]
pub(super) fn count(recorder: &Recorder, handled: &Handled) {
    match handled.outcome {
        Some(outcome) => {
            let Handled { row, calls, received, sent, .. } = *handled;
            recorder.answered(row, outcome, calls.into(), received.into(), sent.into());
        }
        None => count_unanswered(recorder, handled),
    }
}

#[cold]
fn count_unanswered(recorder: &Recorder, handled: &Handled) {
    match handled.event {
        Some(event) => recorder.count(event),
        None => recorder.received(handled.row, handled.received),
    }
}

/// Notes how long the call took, if it was answered.
#[inline]
pub(super) fn note_time(recorder: &Recorder, handled: &Handled, time: Duration) {
    if handled.outcome.is_some() {
        recorder.latency(handled.row, nanoseconds(time));
    }
}

/// Of a time that is no longer than 584 years.
fn nanoseconds(time: Duration) -> u64 {
    time.as_nanos() as u64
}

/// Counts a call that was answered later.
pub(super) fn count_later(recorder: &Recorder, delivery: &Delivery) {
    let handled = delivery.handled();
    if handled.outcome.is_some() {
        count(recorder, &handled);
        note_time(recorder, &handled, delivery.began().elapsed());
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
    use crate::metrics::Metrics;

    #[test]
    fn behind_small_calls_it_is_soon_seen_how_long_others_take() {
        let (metrics, mut clock) = (Metrics::new([]), Clock::new());
        let (recorder, received) = (metrics.recorder(), 40);
        let handled = |row| Handled { row, received, sent: 24, calls: 1, outcome: Some(Outcome::Success), event: None };
        let cadence = Cadence { row: 0, number: 6 };
        let mut tally = TurnTally::resume(&recorder, &mut clock, Duration::ZERO, 0, cadence);
        tally.add(handled(0));
        assert_eq!(tally.most(), 57);
        tally.add(handled(1));
        assert_eq!(tally.most(), 8);
    }

    #[test]
    fn calls_that_were_not_timed_are_not_taken_for_as_small_as_those_before() {
        let (metrics, mut clock) = (Metrics::new([]), Clock::new());
        let (recorder, received) = (metrics.recorder(), 40);
        let handled = |row| Handled { row, received, sent: 24, calls: 1, outcome: Some(Outcome::Success), event: None };
        for cadence in [Cadence { row: 0, number: 6 }, Cadence::default()] {
            let mut tally = TurnTally::resume(&recorder, &mut clock, Duration::ZERO, 0, cadence);
            tally.add(handled(0));
            tally.add(handled(1));
            std::thread::sleep(Duration::from_millis(5));
            tally.add(handled(1));
            tally.flush();
            let next = tally.finish(&mut clock);
            assert!(!next.goes_on(1) && !next.goes_on(0), "{next:?}");
        }
    }
}
