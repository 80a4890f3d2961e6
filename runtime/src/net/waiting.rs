use super::signals::Signals;
use super::source::Source;
use super::{EventLoop, LONGEST_SLICE, Turn};
use mio::Events;
use mio::event::Event;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// How a loop learns what has come.
impl EventLoop {
    /// Waits for events for `timeout` at most, but not if somebody is ready, and puts those whose events they are into `ready`;
    /// one that is alone may have its turn at once. When the wait was over.
    pub(super) fn wait(&mut self, events: &mut Events, timeout: Option<Duration>) -> io::Result<Instant> {
        let timeout = if self.ready.is_empty() { timeout } else { Some(Duration::ZERO) };
        let outcome = self.poll(events, timeout);
        let now = Instant::now();
        self.shared.clock.set(now);
        match outcome {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(now),
            outcome => outcome?,
        }
        if !self.serve_alone(events) {
            self.enqueue_all(events);
        }
        self.release();
        Ok(now)
    }

    /// Waits for events, for a while without sleeping.
    #[inline]
    fn poll(&mut self, events: &mut Events, timeout: Option<Duration>) -> io::Result<()> {
        if self.spin.is_zero() { self.poll.poll(events, timeout) } else { self.spin_and_poll(events, timeout) }
    }

    #[inline(never)]
    fn spin_and_poll(&mut self, events: &mut Events, timeout: Option<Duration>) -> io::Result<()> {
        let awake = timeout.map_or(self.spin, |timeout| timeout.min(self.spin));
        let end = self.shared.clock.last().checked_add(awake).filter(|_| !awake.is_zero());
        while end.is_some_and(|end| Instant::now() < end) {
            self.poll.poll(events, Some(Duration::ZERO))?;
            if !events.is_empty() {
                return Ok(());
            }
        }
        self.poll.poll(events, timeout.map(|timeout| timeout.saturating_sub(awake)))
    }

    /// The turn of one whose event is the only one, while nobody else is ready: of a peer that waits for each reply. Whether it has
    /// had it, or is gone.
    #[inline]
    fn serve_alone(&mut self, events: &Events) -> bool {
        let mut all = events.iter();
        let (Some(event), None) = (all.next(), all.next()) else { return false };
        if !self.ready.is_empty() {
            return false;
        }
        let source = Source::from(event.token());
        let turn = match source {
            Source::Connection(key) => self.lone_turn(key, event),
            Source::Datagrams(index) => Some(self.lone_datagram_turn(index)),
            _ => None,
        };
        if let Some(turn) = turn {
            self.conclude(source, turn);
        }
        turn.is_some()
    }

    fn lone_turn(&mut self, key: usize, event: &Event) -> Option<Turn> {
        let Some(connection) = self.connections.get_mut(key) else { return Some(Turn::Wait) };
        connection.handle_event(event);
        connection.lone_turn(&self.programs, &mut self.shared, LONGEST_SLICE)
    }

    fn lone_datagram_turn(&mut self, index: usize) -> Turn {
        let turn = self.datagram_turn(index, LONGEST_SLICE);
        self.idleness.interrupt();
        turn
    }

    /// Puts those into `ready` whose events they are.
    #[inline(never)]
    fn enqueue_all(&mut self, events: &Events) {
        let mut has_mail = false;
        for event in events {
            match Source::from(event.token()) {
                Source::Connection(key) => self.connection_event(key, event),
                source => has_mail |= self.other_event(source),
            }
        }
        if has_mail {
            self.mailbox.take().into_iter().for_each(|letter| self.open(letter));
        }
    }

    #[inline]
    fn connection_event(&mut self, key: usize, event: &Event) {
        if let Some(connection) = self.connections.get_mut(key) {
            connection.handle_event(event);
            if !std::mem::replace(&mut connection.queued, true) {
                self.ready.push_back(Source::Connection(key));
            }
        }
    }

    /// Whether it tells of mail.
    #[inline(never)]
    fn other_event(&mut self, source: Source) -> bool {
        match source {
            Source::Mail => self.shared.alarm.ring(),
            Source::Signal if self.signals.as_mut().is_some_and(Signals::have_come) => self.stop.ask(),
            Source::Listener(_) | Source::Datagrams(_) => self.idleness.interrupt(),
            Source::Signal | Source::Connection(_) => {}
        }
        self.enqueue(source);
        matches!(source, Source::Mail)
    }
}
