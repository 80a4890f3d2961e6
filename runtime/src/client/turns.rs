//! What the threads of a channel do in turn: send, read, wait for those who do.

use super::channel::{Channel, Guard, leave};
use super::connect::MAX_TIMEOUT;
use super::input::{Input, Received};
use super::output::Batch;
use super::sending::Sender;
use super::socket::{PeerSocket, Sent, Writing};
use super::state::State;
use super::wire::{Connector, Step};
use crate::address::Transport;
use crate::error::{Error, Result};
use crate::session::Results;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a call waits to be sent with those of threads that return, should they be kept from that.
const GATHERING_TIME: Duration = Duration::from_millis(5);

/// Batches that are sent without waiting at a time: what was left, and what has gathered.
const BATCHES: usize = 2;

impl Channel {
    /// Sends a call that began at `begin`, the only one, and reads once, if the one takes no waiting and nobody else does
    /// the other: no look at the clock is needed then. Else it does not do all of it.
    #[inline]
    pub(super) fn first_turn<'a>(
        &'a self,
        mut state: Guard<'a>,
        begin: Instant,
        timeout: Duration,
        xid: u32,
    ) -> Guard<'a> {
        let Some(wait) = state.first_wait(timeout) else { return state };
        state = match state.output.take_records(false) {
            Some(sender) => self.send_records(state, sender, Writing::DoesNotWait),
            None => match state.output.take_first(begin) {
                Some(message) => self.send_message(state, &message),
                None => state,
            },
        };
        if state.wire.is_up()
            && state.calls.is_unanswered(xid)
            && let Some(wait) = state.read_wait(wait)
            && let Some(input) = state.input.take()
        {
            state = self.receive(state, input, wait);
        }
        state
    }

    /// Takes part in sending and reading until the call has its outcome, which is put into `results` if they have come. It
    /// has not yet, and has `grace` at least.
    pub(super) fn await_reply<'a>(
        &'a self,
        mut state: Guard<'a>,
        xid: u32,
        grace: Duration,
        results: &mut Results,
    ) -> Result<()> {
        // Another thread may read the reply as soon as the call is sent.
        let deadline = state.calls.expect(xid);
        // All else is done while the peer is busy with it.
        state = if state.waits_for_others() { self.gather(state, xid, deadline) } else { self.send_gathered(state) };
        let mut now = Instant::now();
        let deadline = state.calls.extend(xid, now + grace).unwrap_or(now);
        let outcome = loop {
            if let Some(outcome) = state.outcome(xid, now) {
                break outcome.map(|come| *results = come);
            }
            state = self.turn(state, now, deadline, xid);
            if let Some(outcome) = state.done(xid, results) {
                break outcome;
            }
            now = Instant::now();
        };
        leave(state);
        outcome
    }

    /// Leaves sending a call to the threads that return, for some time. One that has no more time than that is sent at once.
    fn gather<'a>(&'a self, state: Guard<'a>, xid: u32, deadline: Option<Instant>) -> Guard<'a> {
        let until = Instant::now() + GATHERING_TIME;
        if deadline.is_some_and(|deadline| deadline <= until) {
            return self.send_gathered(state);
        }
        self.park(state, xid, until)
    }

    /// Sends the records that have gathered, if no other thread sends.
    #[inline]
    fn send_gathered<'a>(&'a self, mut state: Guard<'a>) -> Guard<'a> {
        let reading = state.input.is_none();
        match state.take_records(reading) {
            Some(sender) if state.calls.pending() > 1 => self.send_records(state, sender, Writing::Waits),
            Some(sender) => self.send_by(state, sender, |sender| sender.send_alone(Writing::Waits)),
            None => state,
        }
    }

    /// One thing that brings the reply of a call nearer: sending, reading, or waiting for the threads that do.
    fn turn<'a>(&'a self, mut state: Guard<'a>, now: Instant, deadline: Instant, xid: u32) -> Guard<'a> {
        if !state.wire.is_up() {
            return match state.wire.step(now) {
                Step::Connect(connector) => self.connect(state, &connector, deadline),
                Step::Wait(until) => self.park(state, xid, until.map_or(deadline, |until| until.min(deadline))),
            };
        }
        let reading = state.input.is_none();
        if let Some(batch) = state.take_batch(now, reading) {
            return self.transmit(state, batch, Writing::Waits);
        }
        let until = state.output.next_due().map_or(deadline, |due| due.min(deadline));
        let wait = until.saturating_duration_since(now);
        if let Some(read_wait) = state.read_wait(wait)
            && let Some(input) = state.input.take()
        {
            return self.receive(state, input, read_wait);
        }
        self.park(state, xid, until)
    }

    /// Parks until something happens to the call.
    fn park<'a>(&'a self, mut state: Guard<'a>, xid: u32, until: Instant) -> Guard<'a> {
        state.parked.insert(xid, thread::current());
        drop(state);
        thread::park_timeout(until.saturating_duration_since(Instant::now()));
        let mut state = self.lock();
        state.unpark(xid);
        state
    }

    /// Sends until at most `limit` bytes are left. Reads only while the peer takes nothing, as it may wait for that.
    ///
    /// Other threads may have parked because this one sends or reads: however it ends, one of them goes on.
    pub(super) fn drain<'a>(
        &'a self,
        mut state: Guard<'a>,
        limit: usize,
        begin: Instant,
        timeout: Duration,
    ) -> Result<Guard<'a>> {
        let mut outcome = Ok(());
        while outcome.is_ok() && state.output.unsent() > limit {
            let now = Instant::now();
            let left = timeout.saturating_sub(now.duration_since(begin));
            if left.is_zero() {
                let timed_out = || Error::TimedOut { peer: self.peer.clone(), after: timeout };
                outcome = Err(state.wire.unsent_error(&self.peer).unwrap_or_else(timed_out));
            } else {
                state = self.drain_turn(state, now, left);
                outcome = state.check_open();
            }
        }
        if let Some(thread) = state.successor() {
            thread.unpark();
        }
        outcome.map(|()| state)
    }

    fn drain_turn<'a>(&'a self, mut state: Guard<'a>, now: Instant, left: Duration) -> Guard<'a> {
        let mut until = now + left.min(MAX_TIMEOUT);
        if !state.wire.is_up() {
            match state.wire.step(now) {
                Step::Connect(connector) => return self.connect(state, &connector, until),
                Step::Wait(retry) => until = retry.map_or(until, |retry| retry.min(until)),
            }
        }
        let reading = state.input.is_none();
        if let Some(batch) = state.take_batch(now, reading) {
            return self.transmit(state, batch, Writing::Waits);
        }
        if state.wire.is_up()
            && state.must_read()
            && let Some(input) = state.input.take()
        {
            return self.receive(state, input, Duration::ZERO);
        }
        state.crowded.push(thread::current());
        drop(state);
        thread::park_timeout(until.saturating_duration_since(now));
        self.lock()
    }

    /// Sends the datagrams that are due at `now`.
    pub(super) fn send_datagrams<'a>(&'a self, mut state: Guard<'a>, now: Instant) -> Guard<'a> {
        while let Some(batch) = state.take_batch(now, false) {
            state = self.transmit(state, batch, Writing::Waits);
        }
        state
    }

    /// Sends what can be sent without waiting. The rest is for threads that may wait.
    pub(super) fn send_now<'a>(&'a self, mut state: Guard<'a>) -> Guard<'a> {
        for _ in 0..BATCHES {
            let reading = state.input.is_none();
            let Some(batch) = state.take_batch(Instant::now(), reading) else { break };
            state = self.transmit(state, batch, Writing::DoesNotWait);
            if state.output.is_stuck() {
                break;
            }
        }
        state
    }

    pub(super) fn transmit<'a>(&'a self, state: Guard<'a>, batch: Batch, writing: Writing) -> Guard<'a> {
        match batch {
            Batch::Records(sender) => self.send_records(state, sender, writing),
            Batch::Message(message) => self.send_message(state, &message),
        }
    }

    #[inline]
    fn send_records<'a>(&'a self, state: Guard<'a>, sender: Box<Sender>, writing: Writing) -> Guard<'a> {
        self.send_by(state, sender, |sender| sender.send(writing))
    }

    #[inline]
    fn send_by<'a>(
        &'a self,
        state: Guard<'a>,
        mut sender: Box<Sender>,
        send: impl FnOnce(&mut Sender) -> io::Result<Sent>,
    ) -> Guard<'a> {
        drop(state);
        let sent = send(&mut sender);
        let mut state = self.lock();
        state.output.put_back(sender, *sent.as_ref().unwrap_or(&Sent::Some));
        self.note_sent(state, sent)
    }

    #[inline]
    fn send_message<'a>(&'a self, state: Guard<'a>, message: &[u8]) -> Guard<'a> {
        let socket = Arc::clone(&state.socket);
        drop(state);
        let sent = socket.send_datagram(message);
        let state = self.lock();
        self.note_sent(state, sent)
    }

    #[inline]
    pub(super) fn note_sent<'a>(&'a self, mut state: Guard<'a>, sent: io::Result<Sent>) -> Guard<'a> {
        if let Err(error) = sent {
            self.send_failed(&mut state, error);
        }
        state.settle();
        state.wake_crowded();
        self.wake(state)
    }

    /// Replies to earlier calls may wait in the socket of a stream: the thread that reads takes them and then sees the
    /// end. A datagram socket stays of use, the calls in flight have little hope.
    #[cold]
    fn send_failed(&self, state: &mut State, error: io::Error) {
        let error = self.io_error(error);
        match self.transport {
            Transport::Tcp | Transport::Unix => {
                state.break_off(error);
                state.socket.shut_down();
            }
            Transport::Udp => state.fail_all(&error),
        }
    }

    #[inline]
    pub(super) fn receive<'a>(&'a self, state: Guard<'a>, mut input: Box<Input>, wait: Duration) -> Guard<'a> {
        let service = state.service.clone();
        drop(state);
        let received =
            if service.is_none_or(|service| service.wait_for_room(wait)) { input.receive(wait) } else { Ok(None) };
        self.take_in(self.lock(), input, received)
    }

    /// Takes what a read has brought, and `input` back.
    #[inline(always)]
    pub(super) fn take_in<'a>(
        &'a self,
        mut state: Guard<'a>,
        mut input: Box<Input>,
        received: io::Result<Option<Received>>,
    ) -> Guard<'a> {
        state.output.note_read(matches!(received, Ok(None)));
        let handled = match received {
            Ok(None) => Ok(()),
            Ok(Some(received)) => state.handle_input(&mut input, received, self.transport),
            Err(error) => Err(self.io_error(error)),
        };
        state.input = Some(input);
        if let Err(error) = handled {
            self.receive_failed(&mut state, &error);
        }
        self.wake(state)
    }

    #[cold]
    fn receive_failed(&self, state: &mut State, error: &Error) {
        match self.transport {
            Transport::Tcp | Transport::Unix => {
                state.socket.shut_down();
                state.end(error);
            }
            Transport::Udp => state.fail_all(error),
        }
    }

    /// Connects again. The others wait for it.
    pub(super) fn connect<'a>(&'a self, state: Guard<'a>, connector: &Connector, deadline: Instant) -> Guard<'a> {
        drop(state);
        let unusable = |source| self.io_error(source);
        let opened = connector.connect(deadline);
        let opened = opened.and_then(|socket| PeerSocket::new(socket, connector.options.spin).map_err(unusable));
        let mut state = self.lock();
        match opened {
            Ok(socket) => state.install(socket, self.transport),
            Err(error) => {
                state.wire.failed(error, Instant::now());
                state.wake_all();
            }
        }
        self.wake(state)
    }
}
