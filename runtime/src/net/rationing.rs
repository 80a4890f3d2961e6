use super::budget::OUTPUT;
use super::connection::Connection;
use super::source::Source;
use super::{EventLoop, ROUND, SHORTEST_SLICE};
use crate::metrics::Event;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Quarters of the budget for input from which on few go on reading, and from which on it is short.
pub(super) const SCARCE: usize = 1;
const SHORT: usize = 2;

/// The parts of the time for a record, while memory is short, in which a peer must send something, and in which the rest must
/// come once it is read.
const SILENCE: u32 = 1_000;
const TURN: u32 = 300;

/// The longest that they read in place of others' turns.
const LONGEST_ROUND: Duration = Duration::from_millis(100);

/// What is done when memory that all connections share is short.
impl EventLoop {
    /// Closes connections until what waits for peers is within its limit again, those first that make most of it wait for
    /// the longest.
    #[inline]
    pub(super) fn release_output(&mut self) {
        if self.shared.output.is_used_up(OUTPUT) {
            self.close_for_output();
        }
    }

    #[cold]
    fn close_for_output(&mut self) {
        while self.shared.output.is_used_up(OUTPUT) && self.connections.release_output(Instant::now()) {
            self.shared.recorder.count(Event::ClosedForOutput);
        }
    }

    /// Lets connections go on reading, one after the other, while memory for input is scarce: of those that have something to
    /// read, the one whose record began first. While it is short, that one must be quick, and those that send nothing are
    /// closed. So everybody has his turn, whatever others keep.
    #[inline]
    pub(super) fn ration_input(&mut self) {
        if self.rationed.is_some() || self.shared.input.is_used_up(SCARCE) {
            self.read_in_turn();
        }
    }

    #[cold]
    fn read_in_turn(&mut self) {
        let now = self.shared.clock.begin();
        // A fair part of the time, however long the turns of the others were.
        let round = self.rationed.map_or(ROUND, |last| now.saturating_duration_since(last));
        let end = now.checked_add((round / 2).clamp(ROUND, LONGEST_ROUND));
        let mut time = now;
        while self.shared.input.is_used_up(SCARCE) && end.is_some_and(|end| time < end) {
            self.release_input(time);
            let next = self.next_to_read();
            if self.favoured.map(|(key, _)| key) != next {
                self.favoured = next.map(|key| (key, time));
            }
            let Some(key) = next.filter(|key| self.connections.may_read(*key)) else { break };
            self.serve(Source::Connection(key), SHORTEST_SLICE);
            time = Instant::now();
            self.shared.clock.set(time);
        }
        self.rationed = self.shared.input.is_used_up(SCARCE).then_some(time);
        self.favoured = self.favoured.filter(|_| self.rationed.is_some());
    }

    /// The connection that goes on, if there is something to read of it. While memory is short, that is the same one until
    /// its record is complete or it is closed: no other one grows meanwhile.
    fn next_to_read(&self) -> Option<usize> {
        let is_at_it = |key: usize| self.connections.lacks_input(key, &self.programs);
        let former = self.favoured.map(|(key, _)| key).filter(|key| is_at_it(*key));
        match former.filter(|_| self.shared.input.is_used_up(SHORT)) {
            Some(key) => Some(key),
            None => self.connections.eldest_record(&self.programs, Connection::may_read),
        }
    }

    /// Once memory for input is short, closes connections until it is not scarce either, those first whose record began
    /// first; none that has sent something just now, unless it has had its turn.
    fn release_input(&mut self, now: Instant) {
        let programs = Arc::clone(&self.programs);
        let time = programs.limits().record_time;
        let is_over = |since: Instant, part| now.saturating_duration_since(since) >= time / part;
        let is_short = self.shared.input.is_used_up(SHORT);
        while is_short && self.shared.input.is_used_up(SCARCE) {
            let late = self.favoured.filter(|(_, since)| is_over(*since, TURN)).map(|(key, _)| key);
            let silent = || {
                self.connections.eldest_record(&programs, |connection| {
                    connection.silent_since().is_some_and(|since| is_over(since, SILENCE))
                })
            };
            let Some(key) = late.or_else(silent) else { return };
            self.connections.remove(key);
            self.shared.recorder.count(Event::ClosedForInput);
            self.favoured = None;
        }
    }
}
