use super::EventLoop;
use super::budget::OUTPUT;
use super::event_loop::HOLD;
use crate::metrics::Event;
use std::time::Instant;

/// Quarters of the budget for input from which on it is short.
pub(super) const INPUT: usize = 2;

/// What is done when memory that all connections share is short.
impl EventLoop {
    /// Closes connections until what waits for peers is within its limit again: that of the peer that has taken nothing for
    /// the longest comes first.
    pub(super) fn release_output(&mut self) {
        while self.shared.output.is_used_up(OUTPUT) && self.connections.release_output() {
            self.shared.recorder.count(Event::ClosedForOutput);
        }
    }

    /// Chooses the connection that may go on reading while memory for input is short: the one that has kept some the longest.
    /// If that is too long, it is closed. So everybody has his turn, whatever others keep.
    pub(super) fn ration_input(&mut self, now: Instant) {
        if !self.shared.input.is_used_up(INPUT) {
            self.favoured = None;
            self.next_rationing = None;
            return;
        }
        if self.next_rationing.is_some_and(|next| now < next) {
            return;
        }
        let patience = self.programs.limits().record_time / 10;
        self.favoured = None;
        while let Some((key, since)) = self.connections.eldest_input() {
            if now.saturating_duration_since(since) < patience {
                self.favoured = Some(key);
                break;
            }
            self.connections.remove(key);
            self.shared.recorder.count(Event::ClosedForInput);
            if !self.shared.input.is_used_up(INPUT) {
                break;
            }
        }
        self.next_rationing = now.checked_add(HOLD);
    }
}
