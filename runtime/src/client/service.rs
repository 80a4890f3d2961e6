//! What a client serves to its server: calls that come in on its connection are answered on it.

use super::channel::Channel;
use super::link::Link;
use super::options::ClientOptions;
use crate::call::{Call, Peer};
use crate::error::Result;
use crate::limits::Limits;
use crate::record::Record;
use crate::session::server::{Delivery, Origin, Port, Postponed, Programs, Work};
use crate::xdr::Encoder;
use std::fmt;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes of calls that wait for the handlers. From there on nothing is read. Stops a server that calls without end from
/// filling the memory.
const BACKLOG: usize = 4 << 20;

/// One thread carries the calls out, one after another; whoever reads for the channel puts them into its queue.
pub(super) struct Service {
    programs: Arc<Programs>,
    channel: Weak<Channel>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    calls: Postponed,
    /// The connection that they came over; `None` while there is none.
    origin: Option<(Peer, Arc<Origin>)>,
    closed: bool,
}

impl Service {
    /// Begins to serve over a connection to `peer` what `options` say, if they do.
    ///
    /// # Errors
    /// The system has no thread to spare.
    pub(super) fn start(link: &Arc<Link>, channel: &Arc<Channel>, peer: Peer, options: &ClientOptions) -> Result<()> {
        let Some(programs) = programs(options) else { return Ok(()) };
        let state = State { calls: Postponed::new(BACKLOG), origin: None, closed: false };
        let this = Arc::new(Self {
            programs: Arc::new(programs),
            channel: Arc::downgrade(channel),
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        this.begin(peer);
        let (service, link, for_thread) = (Arc::clone(&this), Arc::downgrade(link), Arc::clone(channel));
        let thread = thread::Builder::new().name("oncrpc-service".into());
        let started = thread.spawn(move || service.run(&for_thread, &link));
        started.map_err(|source| channel.io_error(source))?;
        channel.serve(this)
    }

    /// There is a connection to `peer`.
    pub(super) fn begin(self: &Arc<Self>, peer: Peer) {
        let port: Arc<dyn Port> = self.clone();
        let origin = Origin::connection(Arc::clone(&self.programs), port, 0);
        self.lock().origin = Some((peer, origin));
    }

    /// The connection has ended: nobody wants replies any more.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        let origin = state.origin.take();
        let calls = mem::replace(&mut state.calls, Postponed::new(BACKLOG));
        drop(state);
        self.changed.notify_all();
        drop(calls);
        if let Some((_, origin)) = origin {
            origin.close();
        }
    }

    /// Nobody is there any more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.end();
    }

    /// Takes a message that is no reply to a call of ours.
    pub(super) fn take(&self, record: &Record<'_>) {
        let mut state = self.lock();
        if state.origin.is_some() {
            state.calls.push(record.clone());
            drop(state);
            self.changed.notify_all();
        }
    }

    /// Waits until there is room for calls that are read; whether there is by then.
    pub(super) fn wait_for_room(&self, time: Duration) -> bool {
        let state = self.lock();
        if !state.calls.is_full() {
            return true;
        }
        let is_full = |state: &mut State| state.calls.is_full() && !state.closed;
        let waited = self.changed.wait_timeout_while(state, time, is_full);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Whether calls from `origin` are still to be answered.
    pub(super) fn is_current(&self, origin: &Arc<Origin>) -> bool {
        self.lock().origin.as_ref().is_some_and(|(_, current)| Arc::ptr_eq(current, origin))
    }

    fn run(&self, channel: &Arc<Channel>, link: &Weak<Link>) {
        let mut call = None;
        while let Some((peer, origin, record)) = self.next() {
            let is_same = |call: &Call| call.origin().is_some_and(|former| Arc::ptr_eq(former, &origin));
            let call = match &mut call {
                Some(call) if is_same(call) => call,
                other => other.insert(Call::new(peer, Some(Arc::clone(&origin))).with_link(link.clone())),
            };
            let mut reply = Encoder::new();
            let start = reply.mark();
            self.programs.handle_record(call, &record, &mut reply);
            call.burden(&mut reply, start);
            channel.reply(self, &origin, reply);
        }
    }

    /// The next call to carry out, as soon as there is one and not too many are in flight. Gives up those that nobody
    /// answers in time.
    fn next(&self) -> Option<(Peer, Arc<Origin>, Record<'static>)> {
        loop {
            let now = Instant::now();
            let (_, due) = self.programs.expire_calls(now);
            let mut state = self.lock();
            if state.closed {
                return None;
            }
            if let Some(next) = state.take_next() {
                drop(state);
                self.changed.notify_all();
                return Some(next);
            }
            // What is answered later has come up on this thread: no call is due earlier than is known here.
            let wait = due.map_or(Duration::MAX, |due| due.saturating_duration_since(now));
            drop(self.changed.wait_timeout(state, wait));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_next(&mut self) -> Option<(Peer, Arc<Origin>, Record<'static>)> {
        let (peer, origin) = self.origin.as_ref().filter(|(_, origin)| !origin.is_full())?;
        let record = self.calls.pop()?;
        Some((*peer, Arc::clone(origin), Record::Owned(record)))
    }
}

/// Handlers are one after another on one thread; what they defer comes here from others.
impl Port for Service {
    fn deliver(&self, delivery: Delivery) {
        let current = self.lock().origin.as_ref().map(|(_, origin)| Arc::clone(origin));
        let origin = current.filter(|origin| delivery.is_for(origin));
        let reply = delivery.into_reply();
        // The thread either sees that one less is in flight, or waits by now.
        drop(self.lock());
        self.changed.notify_all();
        if let Some((channel, origin)) = self.channel.upgrade().zip(origin) {
            channel.reply_now(self, &origin, reply);
        }
    }

    /// There is no pool: it is carried out where it comes up.
    fn submit(&self, work: Work) {
        work.run();
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn forget(&self) {}

    /// Handlers call over the client itself.
    fn call_back(&self, _key: usize) {}

    fn may_wait(&self) -> bool {
        true
    }
}

/// What is served; `None` if nothing is.
fn programs(options: &ClientOptions) -> Option<Programs> {
    let ClientOptions { services, record_limits: record, decode_limits: decode, answer_timeout: call_time, .. } =
        options;
    let limits = Limits { record: *record, decode: *decode, call_time: *call_time, ..Limits::default() };
    let mut programs = Programs::new(limits);
    services.iter().for_each(|service| programs.add(service.clone()));
    programs.number_rows();
    (!services.is_empty()).then_some(programs)
}

impl fmt::Debug for Service {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Service").field("programs", &self.programs).finish_non_exhaustive()
    }
}
