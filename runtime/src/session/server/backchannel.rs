use super::Port;
use crate::error::{Error, Result};
use crate::record::Record;
use crate::session::{ClientConfig, ClientSession, NewCall, Results};
use crate::xdr::{EncodeError, Encoder};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

/// Bytes of calls that may wait for the connection to send them; a call that begins below that may exceed it.
const BACKLOG: usize = 256 << 10;

/// Calls in flight on one connection, as many as [clients](crate::ClientOptions::max_calls) have by default.
const MOST_CALLS: usize = 1 << 20;

/// Longer than any call waits; keeps sums of times in range.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);

/// The calls that a server makes over a connection that was made to it: replies and calls go both ways.
///
/// May be used from any thread and never waits. Calls go out through the [`Port`] that the connection is with, which
/// [takes](super::ServerStream::take_calls) them; replies come in as records of the connection.
pub struct Backchannel {
    peer: Arc<str>,
    port: Arc<dyn Port>,
    key: usize,
    state: Mutex<State>,
}

struct State {
    calls: ClientSession,
    /// Records that the connection has not taken.
    output: Encoder,
    /// Whether the port knows that there is something to do.
    told: bool,
    waiting: HashMap<u32, Waiting>,
    /// When those have no more time that are to be told so.
    due: BTreeSet<(Instant, u32)>,
    /// Those that wait for room.
    crowded: Vec<Waker>,
    /// When the last call in flight has no more time.
    busy_until: Option<Instant>,
    closed: bool,
}

/// Who waits for the reply of a call.
struct Waiting {
    waker: Waker,
    due: Option<Instant>,
}

impl Backchannel {
    /// Over the connection that `port` calls `key`.
    pub(super) fn new(config: ClientConfig, port: Arc<dyn Port>, key: usize) -> Self {
        let peer = config.peer.clone();
        let state = State {
            calls: ClientSession::new(config),
            output: Encoder::new(),
            told: false,
            waiting: HashMap::new(),
            due: BTreeSet::new(),
            crowded: Vec::new(),
            busy_until: None,
            closed: false,
        };
        Self { peer, port, key, state: Mutex::new(state) }
    }

    /// The name of the peer in errors.
    pub fn peer(&self) -> &Arc<str> {
        &self.peer
    }

    /// Whether this thread may wait for replies: not the one that is to read them.
    pub fn may_wait(&self) -> bool {
        self.port.may_wait()
    }

    /// Whether there is room for a call; if not, `waker` is woken when there is.
    ///
    /// # Errors
    /// [`Error::Closed`] if the connection has ended.
    pub fn poll_room(&self, waker: &Waker) -> Result<bool> {
        let mut state = self.open()?;
        let is_full = state.output.len() >= BACKLOG;
        if is_full && !state.crowded.iter().any(|crowded| crowded.will_wake(waker)) {
            state.crowded.push(waker.clone());
        }
        Ok(!is_full)
    }

    /// Starts a call at `now`, whether or not there is [room](Self::poll_room). Returns its xid.
    ///
    /// # Errors
    /// `arguments` failed, the call is too large, too many are in flight, or the connection has ended.
    pub fn start(
        &self,
        now: Instant,
        call: NewCall<'_>,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<u32> {
        let mut guard = self.open()?;
        let state = &mut *guard;
        if state.calls.pending() >= MOST_CALLS {
            return Err(Error::TooManyCalls { limit: MOST_CALLS });
        }
        let xid = state.calls.start(now, call, arguments, &mut state.output)?;
        let deadline = now.checked_add(call.timeout.min(FOREVER));
        state.busy_until = state.busy_until.max(deadline);
        self.tell(guard);
        Ok(xid)
    }

    /// Sends a call that nobody waits for.
    ///
    /// # Errors
    /// As [`Backchannel::start`].
    pub fn send(
        &self,
        call: NewCall<'_>,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<()> {
        let mut guard = self.open()?;
        let state = &mut *guard;
        state.calls.append(call, arguments, &mut state.output)?;
        self.tell(guard);
        Ok(())
    }

    /// The outcome of a call, which is then no longer pending. If it has not come, `waker` is woken when it has; that its
    /// time is over is for the caller to see.
    pub fn poll(&self, xid: u32, now: Instant, waker: &Waker) -> Option<Result<Results>> {
        let mut state = self.lock();
        let outcome = state.outcome(xid, now);
        if outcome.is_none() {
            state.watch(xid, None, waker);
        }
        outcome
    }

    /// As [`Backchannel::poll`], but `waker` is also woken when the time of the call is over.
    pub fn poll_timed(&self, xid: u32, now: Instant, waker: &Waker) -> Option<Result<Results>> {
        let mut state = self.lock();
        let outcome = state.outcome(xid, now);
        if outcome.is_none() {
            let first = state.due.first().copied();
            let deadline = state.calls.deadline(xid);
            state.watch(xid, deadline, waker);
            if state.due.first().copied() != first {
                self.tell(state);
            }
        }
        outcome
    }

    /// The outcome of a call if it has come.
    pub fn take(&self, xid: u32, now: Instant) -> Option<Result<Results>> {
        self.lock().outcome(xid, now)
    }

    /// Until when a call waits; `None` if it has its outcome.
    pub fn deadline(&self, xid: u32) -> Option<Instant> {
        self.lock().calls.deadline(xid)
    }

    /// Gives up a call: it may still be carried out, and its reply is skipped.
    pub fn forget(&self, xid: u32) {
        let mut state = self.lock();
        state.calls.forget(xid);
        state.unwatch(xid);
    }

    /// Whether the connection has ended.
    ///
    /// # Errors
    /// [`Error::Closed`] if it has.
    pub fn check_open(&self) -> Result<()> {
        self.open().map(drop)
    }

    /// Until when the connection is to stay although nothing comes.
    pub(super) fn busy_until(&self) -> Option<Instant> {
        let state = self.lock();
        state.busy_until.filter(|_| state.calls.pending() > 0)
    }

    /// Bytes of memory that calls may take before the connection is told of them again; nothing if none waits.
    pub(super) fn memory(&self) -> usize {
        let state = self.lock();
        if state.output.is_empty() { 0 } else { state.output.memory().max(2 * BACKLOG) }
    }

    /// Whether replies are to come.
    pub(super) fn awaits_replies(&self) -> bool {
        self.lock().calls.pending() > 0
    }

    /// Whether `xid` is that of a call whose reply is to come.
    pub(super) fn awaits(&self, xid: u32) -> bool {
        self.lock().calls.deadline(xid).is_some()
    }

    /// Takes a reply of the peer. One that no call waits for is skipped.
    pub(super) fn handle_reply(&self, record: &Record<'_>) {
        let mut state = self.lock();
        let waker = state.calls.handle_record(record).and_then(|xid| state.unwatch(xid));
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Moves the calls that are to be sent to `out`. Returns whether there were any.
    pub(super) fn take_calls(&self, out: &mut Encoder) -> bool {
        let mut state = self.lock();
        state.told = false;
        if state.output.is_empty() {
            return false;
        }
        let calls = std::mem::take(&mut state.output);
        let crowded = std::mem::take(&mut state.crowded);
        drop(state);
        out.append(calls);
        crowded.into_iter().for_each(Waker::wake);
        true
    }

    /// Wakes those whose calls have no more time. Returns when that is so for others.
    pub(super) fn expire(&self, now: Instant) -> Option<Instant> {
        let mut state = self.lock();
        let mut woken = Vec::new();
        while let Some((due, xid)) = state.due.first().copied()
            && due <= now
        {
            woken.extend(state.unwatch(xid));
            state.due.remove(&(due, xid));
        }
        let next = state.due.first().map(|(due, _)| *due);
        drop(state);
        woken.into_iter().for_each(Waker::wake);
        next
    }

    /// The connection has ended: calls without an outcome fail.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.output.clear();
        state.calls.fail_all(&self.closed());
        state.due.clear();
        let waiting = std::mem::take(&mut state.waiting);
        let crowded = std::mem::take(&mut state.crowded);
        drop(state);
        waiting.into_values().map(|waiting| waiting.waker).chain(crowded).for_each(Waker::wake);
    }

    fn open(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.lock();
        if state.closed { Err(self.closed()) } else { Ok(state) }
    }

    fn closed(&self) -> Error {
        Error::Closed { peer: self.peer.clone(), within_reply: false }
    }

    /// Has the connection look for calls and deadlines, once for all that comes before it does.
    fn tell(&self, mut state: MutexGuard<'_, State>) {
        let was_told = std::mem::replace(&mut state.told, true);
        drop(state);
        if !was_told {
            self.port.call_back(self.key);
        }
    }

    /// A thread that panicked while it encoded arguments has left the state as it was.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn outcome(&mut self, xid: u32, now: Instant) -> Option<Result<Results>> {
        let outcome = self.calls.poll(xid, now)?;
        self.unwatch(xid);
        Some(outcome)
    }

    fn watch(&mut self, xid: u32, due: Option<Instant>, waker: &Waker) {
        self.calls.expect(xid);
        let former = self.waiting.insert(xid, Waiting { waker: waker.clone(), due });
        if let Some(former) = former.and_then(|former| former.due) {
            self.due.remove(&(former, xid));
        }
        self.due.extend(due.map(|due| (due, xid)));
    }

    fn unwatch(&mut self, xid: u32) -> Option<Waker> {
        let Waiting { waker, due } = self.waiting.remove(&xid)?;
        if let Some(due) = due {
            self.due.remove(&(due, xid));
        }
        Some(waker)
    }
}

impl fmt::Debug for Backchannel {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Backchannel").field("peer", &self.peer).finish_non_exhaustive()
    }
}
