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
        let end = self.shared.clock.begin().checked_add(awake).filter(|_| !awake.is_zero());
        while end.is_some_and(|end| Instant::now() < end) {
            self.poll.poll(events, Some(Duration::ZERO))?;
            if !events.is_empty() {
                return Ok(());
            }
        }
        self.poll.poll(events, timeout.map(|timeout| timeout.saturating_sub(awake)))
    }

    /// Turns of those whose events they are, in order: at once, as long as nobody is `ready` who has had none, and each has nothing in
    /// hand, as a peer that waits for every reply, or for those of a few calls. The others are put there, in front of who has had one.
    #[inline]
    fn take(&mut self, events: &Events) {
        let (slice, mut left) = (slice(events.iter().count()), events.iter());
        let in_front = self.ready.is_empty();
        while let Some(event) = left.next() {
            let source = Source::from(event.token());
            let turn = if in_front { self.turn_at_once(source, event, slice) } else { None };
            let Some(turn) = turn else {
                let served = if in_front { self.ready.len() } else { 0 };
                return self.note_all(event, left, served);
            };
            self.conclude(source, turn);
        }
    }

    /// Puts those into `ready` whose events `first` and `others` are, in front of those there that were `served`.
    #[inline(never)]
    fn note_all<'a>(&mut self, first: &'a Event, others: impl Iterator<Item = &'a Event>, served: usize) {
        let mut has_mail = self.note(first);
        for event in others {
            has_mail |= self.note(event);
        }
        if served > 0 {
            self.ready.rotate_left(served.min(self.ready.len()));
        }
        if has_mail {
            self.shared.clock.pass();
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
    #[inline]
    fn note(&mut self, event: &Event) -> bool {
        let source = Source::from(event.token());
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
