use super::ClientOptions;
use super::input::{Input, Received};
use super::output::{Batch, Output};
use super::service::Service;
use super::socket::PeerSocket;
use super::tasks::Tasks;
use super::wire::Wire;
use super::woken::Woken;
use crate::address::Transport;
use crate::error::{Error, Result};
use crate::record::{self, Record};
use crate::rpc::CALL;
use crate::session::{ClientSession, NewCall, Results, XidMap};
use crate::trace;
use crate::xdr::{EncodeError, Encoder};
use std::mem;
use std::sync::Arc;
use std::thread::Thread;
use std::time::{Duration, Instant};

/// A peer that ends connections does so after some silence.
const IDLE: Duration = Duration::from_millis(100);

/// What the threads of one client share, under a lock that is never held while a socket blocks.
#[derive(Debug)]
pub(super) struct State {
    pub(super) socket: Arc<PeerSocket>,
    pub(super) wire: Wire,
    pub(super) calls: ClientSession,
    pub(super) output: Output,
    /// `None` while a thread reads: whoever has it is the one that reads for all.
    pub(super) input: Option<Box<Input>>,
    /// Threads that wait for the reply of a call, by its xid.
    pub(super) parked: XidMap<Thread>,
    /// Tasks that await the reply of a call, and the threads that help them.
    pub(super) tasks: Tasks,
    /// Threads that wait for output to be sent.
    pub(super) crowded: Vec<Thread>,
    /// Why sending failed. Replies to what was sent before may still come.
    broken: Option<Error>,
    closed: bool,
    /// When the last call began.
    last_begin: Instant,
    /// What takes calls of the peer.
    pub(super) service: Option<Arc<Service>>,
    limits: record::Limits,
    max_calls: usize,
    peer: Arc<str>,
}

impl State {
    pub(super) fn new(
        socket: PeerSocket,
        wire: Wire,
        calls: ClientSession,
        output: Output,
        options: &ClientOptions,
        peer: Arc<str>,
    ) -> Self {
        let limits = options.record_limits;
        Self {
            socket: Arc::new(socket),
            wire,
            calls,
            output,
            input: Some(Box::new(Input::new(limits))),
            parked: XidMap::default(),
            tasks: Tasks::default(),
            crowded: Vec::new(),
            broken: None,
            closed: false,
            last_begin: Instant::now(),
            service: None,
            limits,
            max_calls: options.max_calls,
            peer,
        }
    }

    /// # Errors
    /// The connection has ended.
    pub(super) fn check_open(&self) -> Result<()> {
        match &self.broken {
            None if !self.closed => Ok(()),
            _ if self.wire.may_reconnect() => Ok(()),
            _ => Err(Error::Closed { peer: self.peer.clone(), within_reply: false }),
        }
    }

    /// Encodes a call whose time runs from `begin`. Returns its xid.
    pub(super) fn start(
        &mut self,
        begin: Instant,
        call: NewCall<'_>,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<u32> {
        if self.calls.pending() >= self.max_calls {
            return Err(Error::TooManyCalls { limit: self.max_calls });
        }
        match &mut self.output {
            Output::Stream(stream) => Ok(self.calls.start(begin, call, arguments, &mut stream.gathering)?),
            Output::Datagrams(datagrams) => {
                let started = self.calls.start_datagram(begin, call, arguments);
                let (xid, message) = started.map_err(|error| match error {
                    EncodeError::TooLarge { limit } => Error::TooLargeForDatagram { limit },
                    error => Error::Encode(error),
                })?;
                let until = self.calls.deadline(xid).unwrap_or(begin);
                datagrams.calls.add(xid, message, until);
                Ok(xid)
            }
        }
    }

    /// Encodes a call that nobody waits for.
    pub(super) fn send(
        &mut self,
        begin: Instant,
        call: NewCall<'_>,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<()> {
        match &mut self.output {
            Output::Stream(stream) => Ok(self.calls.send(call, arguments, &mut stream.gathering)?),
            Output::Datagrams(_) => {
                let xid = self.start(begin, call, arguments)?;
                self.calls.forget(xid);
                Ok(())
            }
        }
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
    pub(super) fn outcome(&mut self, xid: u32, now: Instant) -> Option<Result<Results>> {
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

    /// As [`State::outcome`], whatever time it is.
    pub(super) fn done(&mut self, xid: u32) -> Option<Result<Results>> {
        let outcome = self.calls.take(xid)?;
        self.complete(xid);
        Some(outcome)
    }

    /// Drops what is kept for a call that is no longer pending.
    pub(super) fn complete(&mut self, xid: u32) {
        self.output.forget(xid);
        self.tasks.remove(xid);
    }

    /// Takes what was read. Adds the threads whose replies have come to `woken`, also when what follows is an error.
    ///
    /// # Errors
    /// The stream has ended or is out of step.
    pub(super) fn handle_input(
        &mut self,
        input: &mut Input,
        received: Received,
        kind: Transport,
        woken: &mut Woken,
    ) -> Result<()> {
        match kind {
            Transport::Udp => self.handle_record(&Record::Borrowed(input.datagram(received)), woken),
            Transport::Tcp | Transport::Unix if received.is_end() => return Err(self.ended(input.is_mid_record())),
            Transport::Tcp | Transport::Unix => input.read(received, |record| self.handle_record(record, woken))?,
        }
        Ok(())
    }

    fn handle_record(&mut self, record: &Record<'_>, woken: &mut Woken) {
        if let Some(xid) = self.calls.handle_record(record) {
            self.output.forget(xid);
            self.wire.replied();
            if !self.parked.is_empty() {
                woken.threads.extend(self.parked.remove(&xid));
            }
            woken.add(self.tasks.remove(xid));
        } else if let Some(service) = &self.service
            && is_call(record)
        {
            service.take(record);
        }
    }

    /// The stream has ended: because sending failed before, or because the peer wanted it.
    fn ended(&self, within_reply: bool) -> Error {
        self.broken.clone().unwrap_or(Error::Closed { peer: self.peer.clone(), within_reply })
    }

    /// Sending failed: nothing more is sent, calls in flight may still be answered.
    pub(super) fn break_off(&mut self, error: Error) {
        if !self.wire.may_reconnect() {
            self.output.clear();
        }
        self.broken.get_or_insert(error);
    }

    /// What to send now, as [`Output::take`].
    pub(super) fn take_batch(&mut self, now: Instant, reading: bool) -> Option<Batch> {
        if self.wire.is_up() && self.broken.is_none() { self.output.take(now, reading) } else { None }
    }

    /// The records to send now, as [`Output::take_records`].
    pub(super) fn take_records(&mut self, reading: bool) -> Option<Batch> {
        if self.wire.is_up() && self.broken.is_none() { self.output.take_records(reading) } else { None }
    }

    /// How long a thread that would wait for `wait` may read, as [`Output::read_wait`].
    pub(super) fn read_wait(&self, wait: Duration) -> Option<Duration> {
        // What is left of the connection is the replies that came before its end.
        if self.broken.is_some() { Some(Duration::ZERO) } else { self.output.read_wait(wait) }
    }

    /// Whether a thread that only sends has to read: the peer waits for that, or the connection has broken.
    pub(super) fn must_read(&self) -> bool {
        self.output.is_stuck() || self.broken.is_some()
    }

    /// Whether the connection has not been used for so long that the peer may have ended it. Notes a call that begins.
    pub(super) fn was_idle(&mut self, begin: Instant) -> bool {
        let pause = begin.saturating_duration_since(std::mem::replace(&mut self.last_begin, begin));
        pause > IDLE && self.wire.may_reconnect() && self.wire.is_up() && self.calls.pending() == 0
    }

    /// The stream has ended.
    pub(super) fn end(&mut self, error: &Error, woken: &mut Woken) {
        if let Some(service) = &self.service {
            service.end();
        }
        if self.wire.may_reconnect() {
            trace::lost(&self.peer, error);
            self.wire.lose(error.clone());
            self.settle(woken);
        } else {
            self.close(error, woken);
        }
    }

    /// After the end of a connection, once no thread uses it: decides what becomes of each call.
    pub(super) fn settle(&mut self, woken: &mut Woken) {
        if !self.wire.is_lost() || self.input.is_none() || !self.output.is_home() {
            return;
        }
        let Some(error) = self.wire.settle(Instant::now()) else { return };
        self.broken = None;
        let unsent = self.output.take_unsent();
        let again = self.calls.lose(&unsent.iter().map(|(xid, _)| *xid).collect(), &error);
        self.output.put(again.into_iter().chain(unsent.into_iter().map(|(_, record)| record)));
        self.wake_all(woken);
    }

    /// Takes a new connection in use.
    pub(super) fn install(&mut self, socket: PeerSocket, transport: Transport, woken: &mut Woken) {
        if let Some(service) = &self.service {
            service.begin(socket.peer(transport));
        }
        self.socket = Arc::new(socket);
        if let Some(input) = &mut self.input {
            input.reset(self.limits);
        }
        let dropped = mem::take(&mut self.wire.dropped);
        if !dropped.is_empty() {
            let wanted = self.output.take_unsent().into_iter().filter(|(xid, _)| !dropped.contains(xid));
            self.output.put(wanted.map(|(_, record)| record).collect::<Vec<_>>());
        }
        trace::connected_again(&self.peer);
        self.wire.connected();
        self.wake_all(woken);
    }

    /// Wakes everybody: something has changed for all.
    pub(super) fn wake_all(&mut self, woken: &mut Woken) {
        woken.threads.extend(self.parked.drain().map(|(_, thread)| thread));
        self.tasks.drain(woken);
        self.wake_crowded();
    }

    /// The connection has ended: every call without an outcome fails with `error`.
    pub(super) fn close(&mut self, error: &Error, woken: &mut Woken) {
        self.closed = true;
        self.fail_all(error, woken);
    }

    /// Every call without an outcome fails with `error`.
    pub(super) fn fail_all(&mut self, error: &Error, woken: &mut Woken) {
        self.output.clear();
        self.calls.fail_all(error);
        self.wake_all(woken);
    }

    /// Wakes the threads that wait for output to be sent.
    pub(super) fn wake_crowded(&mut self) {
        mem::take(&mut self.crowded).iter().for_each(Thread::unpark);
    }

    /// A thread that is to go on with what the calling one leaves: reading, or sending what is left.
    pub(super) fn successor(&self) -> Option<Thread> {
        let idle = self.input.is_some() || self.output.is_ready();
        if !idle {
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

    /// When something is to be done for a task, if nothing else happens.
    pub(super) fn next_event(&self) -> Option<Instant> {
        [self.tasks.next_due(), self.output.next_due()].into_iter().flatten().min()
    }
}

/// Whether a message is a call (RFC 5531 §9).
fn is_call(record: &Record<'_>) -> bool {
    record.as_slice().get(4..8) == Some(&CALL.to_be_bytes())
}
