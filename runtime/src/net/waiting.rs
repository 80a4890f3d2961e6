use super::signals::Signals;
use super::source::Source;
use super::{EventLoop, Turn, slice};
use mio::Events;
use mio::event::Event;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// How a loop learns what has come.
impl EventLoop {
    /// Waits for events for `timeout` at most, but not if somebody is ready, and puts those whose events they are into `ready`, unless
    /// they have their turn at once. When the wait was over.
    pub(super) fn wait(&mut self, events: &mut Events, timeout: Option<Duration>) -> io::Result<Instant> {
        let timeout = if self.ready.is_empty() { timeout } else { Some(Duration::ZERO) };
        let outcome = self.poll(events, timeout);
        let now = Instant::now();
        self.shared.clock.set(now);
        match outcome {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(now),
            outcome => outcome?,
        }
        self.take(events);
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

    /// Puts those into `ready` whose events they are. If nobody was ready before, those that have nothing in hand have their turn at
    /// once instead: a peer that waits for each reply, or for those of a few calls.
    #[inline]
    fn take(&mut self, events: &Events) {
        let slice = if self.ready.is_empty() { Some(slice(events.iter().count())) } else { None };
        let mut has_mail = false;
        for event in events {
            let source = Source::from(event.token());
            match slice.and_then(|slice| self.turn_at_once(source, event, slice)) {
                Some(turn) => self.conclude(source, turn),
                None => has_mail |= self.note(source, event),
            }
        }
        if has_mail {
            self.mailbox.take().into_iter().for_each(|letter| self.open(letter));
        }
    }

    /// The turn of the one whose event it is; `None` if it is to be `ready` first.
    #[inline]
    fn turn_at_once(&mut self, source: Source, event: &Event, slice: Duration) -> Option<Turn> {
        match source {
            Source::Connection(key) => {
                let Some(connection) = self.connections.get_mut(key) else { return Some(Turn::Wait) };
                connection.handle_event(event);
                connection.lone_turn(&self.programs, &mut self.shared, slice)
            }
            Source::Datagrams(index) => {
                self.idleness.interrupt();
                Some(self.datagram_turn(index, slice))
            }
            Source::Mail | Source::Signal | Source::Listener(_) => None,
        }
    }

    /// Puts the one into `ready` whose event it is; whether that tells of mail.
    #[inline(never)]
    fn note(&mut self, source: Source, event: &Event) -> bool {
        match source {
            Source::Connection(key) => self.connections.get_mut(key).into_iter().for_each(|it| it.handle_event(event)),
            Source::Mail => self.shared.alarm.ring(),
            Source::Signal if self.signals.as_mut().is_some_and(Signals::have_come) => self.stop.ask(),
            Source::Listener(_) | Source::Datagrams(_) => self.idleness.interrupt(),
            Source::Signal => {}
        }
        self.enqueue(source);
        matches!(source, Source::Mail)
    }
}
