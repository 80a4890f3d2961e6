use super::connections::not_before_long;
use super::datagrams::Datagrams;
use super::listener::Listener;
use super::source::Source;
use super::{EventLoop, earlier};
use crate::metrics::Event;
use std::time::{Duration, Instant};

/// How long connections are held, at most, before it is looked again whether the server has room for their calls.
const HOLD: Duration = Duration::from_millis(5);

/// What a loop does when it is time for it.
impl EventLoop {
    /// Whether the server ends because it has nothing to do.
    pub(super) fn is_idle_for_long(&mut self) -> bool {
        let Self { idleness, seats, ready, datagrams, shared, .. } = self;
        let is_busy = || seats.total() > 0 || !ready.is_empty() || datagrams.iter().any(Datagrams::is_busy);
        idleness.is_over(is_busy, shared.clock.last())
    }

    /// Does what it is time for at `now`, and works out when there is more.
    #[cold]
    pub(super) fn look_at_deadlines(&mut self, now: Instant) {
        self.connections.close_overdue(&self.programs, now, &self.shared.recorder);
        self.expire_calls(now);
        self.resume_listeners(now);
        self.shared.give_back(now);
        self.shared.alarm.set(self.deadline(), now);
    }

    fn deadline(&self) -> Option<Instant> {
        let paused = self.listeners.iter().filter_map(Listener::paused_until).min();
        let calls = earlier(self.next_expiry, self.connections.deadline());
        let idle = self.idleness.deadline(self.shared.clock.last());
        let idle = earlier(idle, self.shared.leisure());
        earlier(earlier(self.release_time(), idle), earlier(paused, calls))
    }

    fn expire_calls(&mut self, now: Instant) {
        if self.next_expiry.is_some_and(|next| next <= now) {
            let (count, next) = self.programs.expire_calls(now);
            self.shared.recorder.count_many(Event::ExpiredCall, count);
            self.next_expiry = next.map(|next| not_before_long(now, next));
        }
    }

    pub(super) fn release_time(&self) -> Option<Instant> {
        if self.held.is_empty() { None } else { self.shared.clock.last().checked_add(HOLD) }
    }

    /// Lets the connections that are held try again: calls may have been answered in the meantime.
    #[inline]
    pub(super) fn release(&mut self) {
        if !self.held.is_empty() {
            self.release_held();
        }
    }

    fn release_held(&mut self) {
        for key in std::mem::take(&mut self.held) {
            self.enqueue(Source::Connection(key));
        }
    }

    fn resume_listeners(&mut self, now: Instant) {
        for index in 0..self.listeners.len() {
            if self.listeners.get_mut(index).is_some_and(|listener| listener.resume(now)) {
                self.enqueue(Source::Listener(index));
            }
        }
    }
}
