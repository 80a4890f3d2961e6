use super::datagrams::Datagrams;
use super::source::Source;
use super::{EventLoop, earlier};
use crate::metrics::Event;
use mio::Events;
use std::io;
use std::time::Instant;

/// How a loop ends.
impl EventLoop {
    /// Closes the listeners, answers what has come, and gives handlers and peers a while.
    pub(super) fn finish(&mut self, events: &mut Events) -> io::Result<()> {
        self.listeners.clear();
        for datagrams in &mut self.datagrams {
            datagrams.deregister(self.poll.registry())?;
        }
        self.ready.retain(|source| matches!(source, Source::Connection(_)));
        let end = Instant::now().checked_add(self.programs.limits().stop_time);
        for key in self.connections.stop() {
            self.enqueue(Source::Connection(key));
        }
        self.run_ready();
        while self.is_busy() && end.is_none_or(|end| Instant::now() < end) {
            let deadline = earlier(end, self.release_time());
            self.wait(events, deadline.map(|deadline| deadline.saturating_duration_since(self.shared.clock.last())))?;
            self.ration_input();
            self.run_ready();
        }
        (0..self.connections.len()).for_each(|_| self.shared.recorder.count(Event::ClosedByStop));
        Ok(())
    }

    fn is_busy(&self) -> bool {
        !self.connections.is_empty() || self.datagrams.iter().any(Datagrams::is_busy)
    }
}
