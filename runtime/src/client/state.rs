mod ending;

use super::input::{Input, Received};
use super::lone::Traffic;
use super::output::{Batch, Output};
use super::sending::Sender;
use super::service::Service;
use super::socket::PeerSocket;
use super::tasks::Tasks;
use super::wire::Wire;
use super::woken::Woken;
use super::{Arguments, ClientOptions};
use crate::address::Transport;
use crate::error::{Error, Result};
use crate::record::{self, Record};
use crate::rpc::CALL;
use crate::session::{ClientSession, NewCall, Results, XidMap};
use crate::xdr::EncodeError;
use std::mem;
use std::sync::Arc;
use std::thread::Thread;
use std::time::{Duration, Instant};

/// A peer that ends connections does so after some silence.
pub(super) const IDLE: Duration = Duration::from_millis(100);

/// What the threads of one client share, under a lock that is never held while a socket blocks.
#[derive(Debug)]
pub(super) struct State {
    pub(super) socket: Arc<PeerSocket>,
    pub(super) wire: Wire,
    pub(super) calls: ClientSession,
    pub(super) output: Output,
    pub(super) traffic: Traffic,
    /// `None` while a thread reads: whoever has it is the one that reads for all.
    pub(super) input: Option<Box<Input>>,
    /// Threads that wait for the reply of a call, by its xid.
    pub(super) parked: XidMap<Thread>,
    /// Tasks that await the reply of a call, and the threads that help them.
    pub(super) tasks: Tasks,
    /// Threads that wait for output to be sent.
    pub(super) crowded: Vec<Thread>,
    /// Whom something has happened to; they are woken when the lock is given up next.
    pub(super) woken: Woken,
    /// Threads that are no longer parked, as something has happened to them, and have not come back yet. What others leave is left
    /// to them, however long the system keeps them from running.
    pub(super) returning: usize,
    /// Why sending failed. Replies to what was sent before may still come.
    broken: Option<Error>,
    closed: bool,
    /// When the connection has not been used for so long that the peer may have ended it.
    pub(super) idle_from: Instant,
    /// What takes calls of the peer.
    pub(super) service: Option<Arc<Service>>,
    limits: record::Limits,
    max_calls: usize,
    peer: Arc<str>,
}

impl State {
    pub(super) fn new(
        socket: Arc<PeerSocket>,
        wire: Wire,
        calls: ClientSession,
        output: Output,
        options: &ClientOptions,
        peer: Arc<str>,
    ) -> Self {
        let limits = options.record_limits;
        Self {
            input: Some(Box::new(Input::new(Arc::clone(&socket), limits))),
            socket,
            wire,
            calls,
            output,
            traffic: Traffic::Any,
            parked: XidMap::default(),
            tasks: Tasks::default(),
            crowded: Vec::new(),
            woken: Woken::default(),
            returning: 0,
            broken: None,
            closed: false,
            idle_from: Instant::now() + IDLE,
            service: None,
            limits,
            max_calls: options.max_calls,
            peer,
        }
    }

    /// # Errors
    /// The connection has ended.
    #[inline]
    pub(super) fn check_open(&self) -> Result<()> {
        match &self.broken {
            None if !self.closed => Ok(()),
            _ if self.wire.may_reconnect() => Ok(()),
            _ => Err(Error::Closed { peer: self.peer.clone(), within_reply: false }),
        }
    }

    /// Encodes a call whose time runs from `begin`. Returns its xid.
    #[inline]
    pub(super) fn start(&mut self, begin: Instant, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<u32> {
        if self.calls.pending() >= self.max_calls {
            return Err(Error::TooManyCalls { limit: self.max_calls });
        }
        match &mut self.output {
            Output::Stream(stream) => Ok(self.calls.start(begin, call, |out| arguments(out), &mut stream.gathering)?),
            Output::Datagrams(datagrams) => {
                let started = self.calls.start_datagram(begin, call, |out| arguments(out));
                let (xid, message) = started.map_err(of_datagram)?;
                let until = self.calls.deadline(xid).unwrap_or(begin);
                datagrams.calls.add(xid, message, until);
                Ok(xid)
            }
        }
    }

    /// Encodes a call that nobody waits for.
    pub(super) fn send(&mut self, begin: Instant, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<()> {
        match &mut self.output {
            Output::Stream(stream) => {
                self.calls.append(call, |out| arguments(out), &mut stream.gathering)?;
            }
            Output::Datagrams(_) => {
                let xid = self.start(begin, call, arguments)?;
                self.calls.forget(xid);
            }
        }
        Ok(())
    }

    /// Gives up a call.
    pub(super) fn forget(&mut self, xid: u32) {
        if !self.wire.is_up() {
            self.wire.dropped.insert(xid);
        }
        self.calls.forget(xid);
        self.complete(xid);
    }

    /// Gives up the reply of a call, not the call.
    pub(super) fn detach(&mut self, xid: u32) {
        self.calls.forget(xid);
        self.complete(xid);
    }

    /// The outcome of a call, which is then no longer pending; `None` while it may still come.
    #[inline]
    pub(super) fn outcome(&mut self, xid: u32, now: Instant) -> Option<Result<Results>> {
        if self.calls.is_waiting(xid, now) { None } else { self.last_outcome(xid, now) }
    }

    /// The outcome of a call that has one, or no more time.
    #[cold]
    fn last_outcome(&mut self, xid: u32, now: Instant) -> Option<Result<Results>> {
        let is_unsent = !self.wire.is_up() && !self.calls.was_sent(xid);
        let unsent = if is_unsent { self.wire.unsent_error(&self.peer) } else { None };
        let outcome = self.calls.poll(xid, now)?;
        self.complete(xid);
        match (outcome, unsent) {
            (Err(Error::TimedOut { .. }), Some(error)) => {
                self.wire.dropped.insert(xid);
                Some(Err(error))
            }
            (outcome, _) => Some(outcome),
        }
    }

    /// As [`State::outcome`], whatever time it is. The results are put into `results`.
    #[inline]
    pub(super) fn done(&mut self, xid: u32, results: &mut Results) -> Option<Result<()>> {
        let outcome = self.calls.take_into(xid, results)?;
        self.complete(xid);
        Some(outcome)
    }

    /// Drops what is kept for a call that is no longer pending.
    #[inline]
    pub(super) fn complete(&mut self, xid: u32) {
        self.output.forget(xid);
        self.tasks.remove(xid);
    }

    /// Takes what was read. Those whose replies have come are to be woken, also when what follows is an error.
    ///
    /// # Errors
    /// The stream has ended or is out of step.
    #[inline(always)]
    pub(super) fn handle_input(&mut self, input: &mut Input, received: Received, kind: Transport) -> Result<()> {
        match kind {
            Transport::Udp => self.handle_record(&Record::Borrowed(input.datagram(received))),
            Transport::Tcp | Transport::Unix if received.is_end() => return Err(self.ended(input.is_mid_record())),
            Transport::Tcp | Transport::Unix => input.read(received, |record| self.handle_record(record))?,
        }
        Ok(())
    }

    #[inline]
    fn handle_record(&mut self, record: &Record<'_>) {
        if let Some(xid) = self.calls.handle_record(record) {
            self.output.forget(xid);
            self.wire.replied();
            if !self.parked.is_empty() {
                self.wake_parked(xid);
            }
            self.woken.add(self.tasks.remove(xid));
        } else if let Some(service) = &self.service
            && is_call(record)
        {
            service.take(record);
        }
    }

    fn wake_parked(&mut self, xid: u32) {
        if let Some(thread) = self.parked.remove(&xid) {
            self.woken.threads.push(thread);
            self.returning += 1;
        }
    }

    /// Notes that a thread that was parked for a call is back, woken or not.
    pub(super) fn unpark(&mut self, xid: u32) {
        if self.parked.remove(&xid).is_none() {
            debug_assert!(self.returning > 0, "whoever is woken is counted");
            self.returning = self.returning.saturating_sub(1);
        }
    }

    /// The stream has ended: because sending failed before, or because the peer wanted it.
    fn ended(&self, within_reply: bool) -> Error {
        self.broken.clone().unwrap_or(Error::Closed { peer: self.peer.clone(), within_reply })
    }

    /// What to send now, as [`Output::take`].
    #[inline]
    pub(super) fn take_batch(&mut self, now: Instant, reading: bool) -> Option<Batch> {
        if self.wire.is_up() && self.broken.is_none() { self.output.take(now, reading) } else { None }
    }

    /// The records to send now, as [`Output::take_records`].
    #[inline]
    pub(super) fn take_records(&mut self, reading: bool) -> Option<Box<Sender>> {
        if self.wire.is_up() && self.broken.is_none() { self.output.take_records(reading) } else { None }
    }

    /// Whether a call that has just begun waits for those of the threads that return, to be sent with them. They call again as a
    /// rule; the last one that does not hands on. Notes it if so.
    #[inline]
    pub(super) fn waits_for_others(&mut self) -> bool {
        self.returning > 0 && self.output.gathers(self.calls.pending())
    }

    /// How long a thread that would wait for `wait` may read, as [`Output::read_wait`].
    #[inline]
    pub(super) fn read_wait(&self, wait: Duration) -> Option<Duration> {
        // What is left of the connection is the replies that came before its end.
        if self.broken.is_some() { Some(Duration::ZERO) } else { self.output.read_wait(wait) }
    }

    /// How long a call that has just begun may wait for its reply until something else is to be done, if nobody reads and
    /// it can be sent alone, and others do not return to call again; `timeout` is the time that it has.
    #[inline]
    pub(super) fn first_wait(&self, timeout: Duration) -> Option<Duration> {
        let is_free = self.wire.is_up() && self.broken.is_none() && self.input.is_some() && self.returning == 0;
        if is_free { self.output.first_wait(timeout) } else { None }
    }

    /// Whether a thread that only sends has to read: the peer waits for that, or the connection has broken.
    pub(super) fn must_read(&self) -> bool {
        self.output.is_stuck() || self.broken.is_some()
    }

    /// Whether the connection has not been used for so long that the peer may have ended it. Notes a call that begins.
    #[inline]
    pub(super) fn was_idle(&mut self, begin: Instant) -> bool {
        let idle_from = mem::replace(&mut self.idle_from, begin + IDLE);
        begin > idle_from && self.wire.may_reconnect() && self.wire.is_up() && self.calls.pending() == 0
    }

    /// Whether nothing goes on.
    #[inline]
    pub(super) fn is_at_rest(&self) -> bool {
        let is_still = self.calls.pending() == 0 && self.input.as_ref().is_some_and(|input| input.is_at_rest());
        is_still && self.nothing_waits()
    }

    fn nothing_waits(&self) -> bool {
        let is_open = self.wire.is_settled() && self.broken.is_none() && !self.closed && self.max_calls > 0;
        let nobody_waits = self.parked.is_empty() && self.tasks.is_empty() && self.crowded.is_empty();
        is_open && nobody_waits && self.output.is_at_rest() && self.woken.is_empty() && self.service.is_none()
    }

    /// Wakes the threads that wait for output to be sent.
    #[inline]
    pub(super) fn wake_crowded(&mut self) {
        if !self.crowded.is_empty() {
            mem::take(&mut self.crowded).iter().for_each(Thread::unpark);
        }
    }

    /// A thread that is to go on with what the calling one leaves: reading, or sending what is left. While threads return, nobody
    /// else need be woken for that.
    #[inline]
    pub(super) fn successor(&self) -> Option<Thread> {
        if self.parked.is_empty() && self.tasks.is_empty() { None } else { self.waiting_successor() }
    }

    fn waiting_successor(&self) -> Option<Thread> {
        let idle = self.input.is_some() || self.output.is_ready();
        if !idle || self.returning > 0 {
            return None;
        }
        let helper = || if self.tasks.is_empty() { None } else { self.tasks.idle_helper() };
        self.parked.values().next().cloned().or_else(helper)
    }

    /// Whether tasks wait for something that no thread does or will do in time.
    pub(super) fn lacks_help(&self) -> bool {
        let undone = self.input.is_some() || self.output.is_ready();
        !self.tasks.is_empty() && (undone || self.tasks.are_late(self.next_event()))
    }

    /// Has the tasks woken whose calls have no more time.
    pub(super) fn expire_tasks(&mut self, now: Instant) {
        self.tasks.expire(now, &mut self.woken);
    }

    /// When something is to be done for a task, if nothing else happens.
    pub(super) fn next_event(&self) -> Option<Instant> {
        [self.tasks.next_due(), self.output.next_due()].into_iter().flatten().min()
    }
}

/// Why a call cannot become a datagram.
pub(super) fn of_datagram(error: EncodeError) -> Error {
    match error {
        EncodeError::TooLarge { limit } => Error::TooLargeForDatagram { limit },
        error => Error::Encode(error),
    }
}

/// Whether a message is a call (RFC 5531 §9).
fn is_call(record: &Record<'_>) -> bool {
    record.as_slice().get(4..8) == Some(&CALL.to_be_bytes())
}
