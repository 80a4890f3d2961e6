use super::Arguments;
use super::output::LITTLE;
use super::service::Service;
use super::state::State;
use crate::address::Transport;
use crate::error::{Error, Result};
use crate::session::server::Origin;
use crate::session::{NewCall, Results};
use crate::trace::Trace;
use crate::xdr::Encoder;
use std::io;
use std::mem;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

/// Output up to this many bytes gathers before a call that is started waits for room.
const GATHER: usize = 64 << 10;

/// What a call that is waited for too late still gets to find its reply in the socket.
const GRACE: Duration = Duration::from_millis(1);

/// The same for one that is awaited too late: a helper may have to start first.
const AWAITED_GRACE: Duration = Duration::from_millis(20);

/// Reads of one look for a reply. Stops a peer that sends stale replies without end from keeping the caller.
const LOOKS: usize = 16;

/// Time in which the peer must make room for a reply.
const WRITE_TIME: Duration = Duration::from_secs(30);

/// One connection and the calls on it.
///
/// There is no thread behind it: the threads that wait for replies do the work. One of them reads for all, one sends
/// for all, the others are parked; whoever has its reply hands on what it was doing. Where many are woken together, their next
/// calls are sent some at a time (`State::waits_for_others`). A lone call is one write, one read.
/// Tasks cannot do that work: while some await replies, helpers take part for them (see `helper.rs`).
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) transport: Transport,
    state: Mutex<State>,
    pub(super) peer: Arc<str>,
}

pub(super) type Guard<'a> = MutexGuard<'a, State>;

impl Channel {
    pub(super) fn new(transport: Transport, state: State, peer: Arc<str>) -> Self {
        Self { transport, state: Mutex::new(state), peer }
    }

    pub(super) fn peer(&self) -> &str {
        &self.peer
    }

    pub(super) fn local_address(&self) -> Option<SocketAddr> {
        self.lock().socket.local()
    }

    /// Calls and waits; `trace` gets the xid, `results` the results.
    pub(super) fn call(
        &self,
        call: NewCall<'_>,
        trace: &Trace,
        arguments: Arguments<'_>,
        results: &mut Results,
    ) -> Result<()> {
        let begin = Instant::now();
        let state = self.enter();
        if state.may_be_alone(begin) {
            self.call_alone(state, begin, call, trace, arguments, results)
        } else {
            self.call_among_others(state, begin, call, trace, arguments, results)
        }
    }

    #[inline(never)]
    fn call_among_others(
        &self,
        mut state: Guard<'_>,
        begin: Instant,
        call: NewCall<'_>,
        trace: &Trace,
        arguments: Arguments<'_>,
        results: &mut Results,
    ) -> Result<()> {
        state.join();
        let (mut state, at_once) = self.open(state, begin, call.timeout)?;
        let xid = state.start(begin, call, arguments)?;
        trace.started(xid);
        // Another thread may read the reply as soon as the call is sent.
        state.calls.expect(xid);
        let is_small = state.output.unsent() <= LITTLE;
        if at_once {
            state = self.first_turn(state, begin, call.timeout, xid);
        }
        self.go_on(state, xid, results, is_small)
    }

    /// Waits for a call that has been started, if it has not come to something yet. If it has, and `may_rest`, it is looked
    /// whether the next one is alone.
    #[inline(always)]
    pub(super) fn go_on(&self, mut state: Guard<'_>, xid: u32, results: &mut Results, may_rest: bool) -> Result<()> {
        let Some(outcome) = state.done(xid, results) else {
            return self.await_reply(state, xid, Duration::ZERO, results);
        };
        if may_rest {
            state.note_rest();
        }
        leave(state);
        outcome
    }

    /// Starts a call. Returns its xid.
    pub(super) fn start(&self, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<u32> {
        let begin = Instant::now();
        let (mut state, _) = self.open(self.lock(), begin, call.timeout)?;
        let xid = state.start(begin, call, arguments)?;
        if self.transport == Transport::Udp {
            drop(self.send_datagrams(state, begin));
        }
        Ok(xid)
    }

    /// Sends a call, soon and once, whose reply nobody waits for.
    pub(super) fn send(&self, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<()> {
        let begin = Instant::now();
        let (mut state, _) = self.open(self.lock(), begin, call.timeout)?;
        state.send(begin, call, arguments)?;
        if self.transport == Transport::Udp {
            drop(self.send_datagrams(state, begin));
        }
        Ok(())
    }

    /// Waits for a call that was started; its results are put into `results`.
    pub(super) fn wait(&self, xid: u32, results: &mut Results) -> Result<()> {
        let mut state = self.lock();
        state.tasks.remove(xid);
        if let Some(outcome) = state.calls.take_into(xid, results) {
            return outcome;
        }
        self.await_reply(state, xid, GRACE, results)
    }

    /// The outcome of a call that was started, if it has come. Sends and reads what can be without waiting.
    pub(super) fn look(&self, xid: u32) -> Option<Result<Results>> {
        let mut state = self.lock();
        for _ in 0..LOOKS {
            if let Some(outcome) = state.outcome(xid, Instant::now()) {
                hand_on(state);
                return Some(outcome);
            }
            state = self.send_now(state);
            if state.input.is_none() || !state.wire.is_up() || !state.socket.has_input() {
                break;
            }
            if let Some(input) = state.input.take() {
                state = self.receive(state, input, Duration::ZERO);
            }
        }
        let outcome = state.outcome(xid, Instant::now());
        hand_on(state);
        outcome
    }

    /// The outcome of a call that was started; if it has not come, `waker` is woken when it has. Does not wait. `first`
    /// is for the first time that this is asked.
    pub(super) fn poll(self: &Arc<Self>, xid: u32, first: bool, waker: &Waker) -> Option<Result<Results>> {
        let now = Instant::now();
        let mut state = self.lock();
        if first {
            state.calls.extend(xid, now + AWAITED_GRACE);
        }
        if let Some(outcome) = state.outcome(xid, now) {
            hand_on(state);
            return Some(outcome);
        }
        let deadline = state.calls.expect(xid).unwrap_or(now);
        state.tasks.add(xid, deadline, waker);
        let state = self.send_now(state);
        self.attend(state).err().map(|error| {
            self.forget(xid);
            Err(self.io_error(error))
        })
    }

    /// Gives up a call.
    pub(super) fn forget(&self, xid: u32) {
        self.lock().forget(xid);
    }

    /// Gives up the reply of a call, not the call.
    pub(super) fn detach(&self, xid: u32) {
        self.lock().detach(xid);
    }

    /// Sends what has gathered, within `timeout`.
    pub(super) fn flush(&self, timeout: Duration) -> Result<()> {
        let state = self.lock();
        state.check_open()?;
        self.drain(state, 0, Instant::now(), timeout).map(drop)
    }

    /// The state, with room for a call that began at `begin` and has `timeout`, and whether there was room at once.
    #[inline]
    fn open<'a>(&'a self, mut state: Guard<'a>, begin: Instant, timeout: Duration) -> Result<(Guard<'a>, bool)> {
        state.check_open()?;
        if state.was_idle(begin) {
            state = self.look_for_end(state);
        }
        if state.output.unsent() <= GATHER {
            return Ok((state, true));
        }
        self.drain(state, GATHER, begin, timeout).map(|state| (state, false))
    }

    /// The peer may have ended the connection.
    #[cold]
    fn look_for_end<'a>(&'a self, mut state: Guard<'a>) -> Guard<'a> {
        if state.socket.has_input()
            && let Some(input) = state.input.take()
        {
            state = self.receive(state, input, Duration::ZERO);
        }
        state
    }

    pub(super) fn io_error(&self, source: io::Error) -> Error {
        Error::Io { peer: self.peer.clone(), source: Arc::new(source) }
    }

    /// The state, for all that threads do with it but [lone](super::lone) calls.
    #[inline]
    pub(super) fn lock(&self) -> Guard<'_> {
        let mut state = self.enter();
        state.join();
        state
    }

    /// The state, in which a call may be alone. A thread that panicked while it encoded arguments has left it as it was.
    #[inline]
    pub(super) fn enter(&self) -> Guard<'_> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whom something has happened to, without the lock: a waker may be any code.
    #[inline]
    pub(super) fn wake<'a>(&'a self, state: Guard<'a>) -> Guard<'a> {
        if state.woken.is_empty() { state } else { self.wake_some(state) }
    }

    #[inline(never)]
    fn wake_some<'a>(&'a self, mut state: Guard<'a>) -> Guard<'a> {
        let woken = mem::take(&mut state.woken);
        drop(state);
        woken.wake();
        self.lock()
    }

    /// From now on calls of the peer are taken by `service`.
    ///
    /// # Errors
    /// The system has no thread to spare.
    pub(super) fn serve(self: &Arc<Self>, service: Arc<Service>) -> Result<()> {
        let mut state = self.lock();
        state.service = Some(service);
        state.tasks.serves = true;
        self.attend(state).map_err(|error| self.io_error(error))
    }

    /// Sends a reply to a call of the peer. Waits while the peer does not take what was sent before; one that takes
    /// nothing is given up.
    pub(super) fn reply(self: &Arc<Self>, service: &Service, origin: &Arc<Origin>, reply: Encoder) {
        if self.make_room(service, origin).is_err() && service.is_current(origin) {
            self.lock().socket.shut_down();
        }
        self.reply_now(service, origin, reply);
    }

    /// Sends a reply to a call of the peer, as far as that goes without waiting. The rest is for others.
    pub(super) fn reply_now(self: &Arc<Self>, service: &Service, origin: &Arc<Origin>, reply: Encoder) {
        let mut state = self.lock();
        if !reply.is_empty() && service.is_current(origin) {
            state.output.append(reply);
            let state = self.send_now(state);
            // A helper that cannot be started now is there as a rule: it reads.
            let _ = self.attend(state);
        }
    }

    fn make_room(&self, service: &Service, origin: &Arc<Origin>) -> Result<()> {
        let state = self.lock();
        let is_crowded = state.output.unsent() > GATHER && service.is_current(origin);
        if is_crowded { self.drain(state, GATHER, Instant::now(), WRITE_TIME).map(drop) } else { Ok(()) }
    }

    /// Nobody will call any more. Calls that were started and given up before they were sent still go out, if the
    /// system has room for them; helpers end.
    pub(super) fn retire(&self) {
        let mut state = self.send_now(self.lock());
        if let Some(service) = &state.service {
            service.close();
        }
        if state.tasks.retire() {
            state.socket.shut_down();
        }
    }
}

/// Leaves sending and reading to others.
#[inline]
pub(super) fn leave(mut state: Guard<'_>) {
    state.output.note_pause();
    state.note_rest();
    hand_on(state);
}

/// Wakes a thread that goes on with reading and sending.
#[inline]
pub(super) fn hand_on(state: Guard<'_>) {
    if let Some(thread) = state.successor() {
        drop(state);
        thread.unpark();
    }
}
