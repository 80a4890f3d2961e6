use super::output::{Batch, Output};
use super::socket::{PeerSocket, Sent};
use super::state::{Input, State};
use crate::address::Transport;
use crate::error::{Error, Result};
use crate::session::{ClientSession, Results};
use crate::xdr::{EncodeError, Encoder};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Output up to this many bytes gathers before a call that is started waits for room.
const GATHER: usize = 64 << 10;

/// What a call that is waited for too late still gets to find its reply in the socket.
const GRACE: Duration = Duration::from_millis(1);

/// One connection and the calls on it.
///
/// There is no thread behind it: the threads that wait for replies do the work. One of them reads for all, one sends
/// for all, the others are parked; whoever has its reply hands on what it was doing. A lone call is one write, one read.
#[derive(Debug)]
pub(super) struct Channel {
    socket: PeerSocket,
    state: Mutex<State>,
    timeout: Duration,
    peer: Arc<str>,
}

type Guard<'a> = MutexGuard<'a, State>;

impl Channel {
    pub(super) fn new(socket: PeerSocket, state: State, timeout: Duration, peer: Arc<str>) -> Self {
        Self { socket, state: Mutex::new(state), timeout, peer }
    }

    pub(super) fn peer(&self) -> &str {
        &self.peer
    }

    /// Calls and waits.
    pub(super) fn call(
        &self,
        procedure: u32,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<Results> {
        let begin = Instant::now();
        let mut state = self.open(begin)?;
        let xid = state.start(begin, procedure, arguments)?;
        self.await_reply(state, xid)
    }

    /// Starts a call. Returns its xid.
    pub(super) fn start(
        &self,
        procedure: u32,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<u32> {
        let begin = Instant::now();
        let mut state = self.open(begin)?;
        let xid = state.start(begin, procedure, arguments)?;
        if self.socket.transport() == Transport::Udp {
            self.send_datagrams(state);
        }
        Ok(xid)
    }

    /// Waits for a call that was started.
    pub(super) fn wait(&self, xid: u32) -> Result<Results> {
        let mut state = self.lock();
        if let Some(outcome) = state.calls.take(xid) {
            return outcome;
        }
        state.calls.extend(xid, Instant::now() + GRACE);
        self.await_reply(state, xid)
    }

    /// Gives up a call.
    pub(super) fn forget(&self, xid: u32) {
        self.lock().forget(xid);
    }

    /// Sends what has gathered.
    pub(super) fn flush(&self) -> Result<()> {
        let state = self.lock();
        state.check_open()?;
        self.drain(state, 0, Instant::now()).map(drop)
    }

    /// The state, with room for a call that began at `begin`.
    fn open(&self, begin: Instant) -> Result<Guard<'_>> {
        let state = self.lock();
        state.check_open()?;
        if state.output.unsent() > GATHER { self.drain(state, GATHER, begin) } else { Ok(state) }
    }

    fn await_reply<'a>(&'a self, mut state: Guard<'a>, xid: u32) -> Result<Results> {
        loop {
            let now = Instant::now();
            if let Some(outcome) = state.calls.poll(xid, now) {
                state.output.forget(xid);
                state.output.note_pause();
                hand_on(state);
                return outcome;
            }
            let deadline = state.calls.deadline(xid).unwrap_or(now);
            state = self.turn(state, now, deadline, xid);
        }
    }

    /// One thing that brings the reply of a call nearer: sending, reading, or waiting for the threads that do.
    fn turn<'a>(&'a self, mut state: Guard<'a>, now: Instant, deadline: Instant, xid: u32) -> Guard<'a> {
        let reading = state.input.is_none();
        if let Some(batch) = state.output.take(now, reading) {
            return self.transmit(state, batch);
        }
        let until = state.output.next_due().map_or(deadline, |due| due.min(deadline));
        let wait = until.saturating_duration_since(now);
        if let Some(read_wait) = state.output.read_wait(wait)
            && let Some(input) = state.input.take()
        {
            return self.receive(state, input, read_wait);
        }
        state.parked.insert(xid, thread::current());
        drop(state);
        thread::park_timeout(wait);
        let mut state = self.lock();
        state.parked.remove(&xid);
        state
    }

    /// Sends until at most `limit` bytes are left. Reads only while the peer takes nothing, as it may wait for that.
    ///
    /// Other threads may have parked because this one sends or reads: however it ends, one of them goes on.
    fn drain<'a>(&'a self, mut state: Guard<'a>, limit: usize, begin: Instant) -> Result<Guard<'a>> {
        let mut outcome = Ok(());
        while outcome.is_ok() && state.output.unsent() > limit {
            let now = Instant::now();
            let left = self.timeout.saturating_sub(now.duration_since(begin));
            if left.is_zero() {
                outcome = Err(Error::TimedOut { peer: self.peer.clone(), after: self.timeout });
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
        let reading = state.input.is_none();
        if let Some(batch) = state.output.take(now, reading) {
            return self.transmit(state, batch);
        }
        if state.output.is_stuck()
            && let Some(input) = state.input.take()
        {
            return self.receive(state, input, Duration::ZERO);
        }
        state.crowded.push(thread::current());
        drop(state);
        thread::park_timeout(left);
        self.lock()
    }

    fn send_datagrams<'a>(&'a self, mut state: Guard<'a>) {
        while let Some(batch) = state.output.take(Instant::now(), false) {
            state = self.transmit(state, batch);
        }
    }

    fn transmit<'a>(&'a self, state: Guard<'a>, mut batch: Batch) -> Guard<'a> {
        drop(state);
        let sent = match &mut batch {
            Batch::Records(records) => self.socket.send_stream(records),
            Batch::Message(message) => self.socket.send_datagram(message),
        };
        let mut state = self.lock();
        state.output.put_back(batch, *sent.as_ref().unwrap_or(&Sent::Some));
        if let Err(error) = sent {
            self.send_failed(&mut state, error);
        }
        state.wake_crowded();
        state
    }

    /// Replies to earlier calls may wait in the socket of a stream: the thread that reads takes them and then sees the
    /// end. A datagram socket stays of use, the calls in flight have little hope.
    fn send_failed(&self, state: &mut State, error: io::Error) {
        let error = self.io_error(error);
        match self.socket.transport() {
            Transport::Tcp | Transport::Unix => {
                state.break_off(error);
                self.socket.shut_down();
            }
            Transport::Udp => state.fail_all(&error),
        }
    }

    fn receive<'a>(&'a self, state: Guard<'a>, mut input: Box<Input>, wait: Duration) -> Guard<'a> {
        drop(state);
        let received = self.socket.receive(&mut input.scratch, wait);
        let mut state = self.lock();
        state.output.note_read(matches!(received, Ok(None)));
        let mut woken = Vec::new();
        let handled = match received {
            Ok(None) => Ok(()),
            Ok(Some(length)) => state.handle_input(&mut input, length, self.socket.transport(), &mut woken),
            Err(error) => Err(self.io_error(error)),
        };
        state.input = Some(input);
        if let Err(error) = handled {
            self.receive_failed(&mut state, &error);
        }
        if woken.is_empty() {
            return state;
        }
        drop(state);
        woken.iter().for_each(Thread::unpark);
        self.lock()
    }

    fn receive_failed(&self, state: &mut State, error: &Error) {
        match self.socket.transport() {
            Transport::Tcp | Transport::Unix => {
                state.close(error);
                self.socket.shut_down();
            }
            Transport::Udp => state.fail_all(error),
        }
    }

    fn io_error(&self, source: io::Error) -> Error {
        Error::Io { peer: self.peer.clone(), source: Arc::new(source) }
    }

    /// A thread that panicked while it encoded arguments has left the state as it was.
    fn lock(&self) -> Guard<'_> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes a thread that goes on with reading and sending.
fn hand_on(state: Guard<'_>) {
    let successor = state.successor();
    drop(state);
    if let Some(thread) = successor {
        thread.unpark();
    }
}

impl Drop for Channel {
    /// Calls that were started and given up before they were sent still go out, if the system has room for them.
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        while let Some(Batch::Records(mut records)) = state.output.take(Instant::now(), true) {
            match self.socket.send_stream(&mut records) {
                Ok(Sent::Some) => state.output.put_back(Batch::Records(records), Sent::Some),
                Ok(Sent::Stuck) | Err(_) => return,
            }
        }
    }
}

/// The state of a new connection.
pub(super) fn new_state(
    calls: ClientSession,
    transport: Transport,
    options: &super::ClientOptions,
    peer: Arc<str>,
) -> State {
    State::new(calls, Output::new(transport, options.retransmit_interval), options.record_limits, peer)
}
