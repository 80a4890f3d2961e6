use super::output::Output;
use super::tasks::Tasks;
use crate::address::Transport;
use crate::error::{Error, Result};
use crate::record::{self, Record};
use crate::session::{ClientSession, NewCall, Results};
use crate::xdr::{EncodeError, Encoder};
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;
use std::task::Waker;
use std::thread::Thread;
use std::time::Instant;

/// Bytes of one read. Memory is only touched as far as replies reach.
const SCRATCH: usize = 256 << 10;

/// What the threads of one client share, under a lock that is never held while a socket blocks.
#[derive(Debug)]
pub(super) struct State {
    pub(super) calls: ClientSession,
    pub(super) output: Output,
    /// `None` while a thread reads: whoever has it is the one that reads for all.
    pub(super) input: Option<Box<Input>>,
    /// Threads that wait for the reply of a call, by its xid.
    pub(super) parked: HashMap<u32, Thread>,
    /// Tasks that await the reply of a call, and the threads that help them.
    pub(super) tasks: Tasks,
    /// Threads that wait for output to be sent.
    pub(super) crowded: Vec<Thread>,
    /// Why sending failed. Replies to what was sent before may still come.
    broken: Option<Error>,
    closed: bool,
    peer: Arc<str>,
}

/// Who is to be woken.
#[derive(Debug, Default)]
pub(super) struct Woken {
    threads: Vec<Thread>,
    tasks: Vec<Waker>,
}

/// What reading needs.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) scratch: Vec<u8>,
    reader: record::Reader,
}

impl State {
    pub(super) fn new(calls: ClientSession, output: Output, limits: record::Limits, peer: Arc<str>) -> Self {
        let input = Input { scratch: vec![0; SCRATCH], reader: record::Reader::new(limits) };
        Self {
            calls,
            output,
            input: Some(Box::new(input)),
            parked: HashMap::new(),
            tasks: Tasks::default(),
            crowded: Vec::new(),
            broken: None,
            closed: false,
            peer,
        }
    }

    /// # Errors
    /// The connection has ended.
    pub(super) fn check_open(&self) -> Result<()> {
        match &self.broken {
            None if !self.closed => Ok(()),
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
        match &mut self.output {
            Output::Stream(stream) => Ok(self.calls.start(begin, call, arguments, &mut stream.gathering)?),
            Output::Datagrams(datagrams) => {
                let started = self.calls.start_datagram(begin, call, arguments);
                let (xid, message) = started.map_err(|error| match error {
                    EncodeError::TooLarge { limit } => Error::TooLargeForDatagram { limit },
                    error => Error::Encode(error),
                })?;
                datagrams.calls.add(xid, message);
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
        self.calls.forget(xid);
        self.complete(xid);
    }

    /// The outcome of a call, which is then no longer pending; `None` while it may still come.
    pub(super) fn outcome(&mut self, xid: u32, now: Instant) -> Option<Result<Results>> {
        let outcome = self.calls.poll(xid, now)?;
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
        length: usize,
        kind: Transport,
        woken: &mut Woken,
    ) -> Result<()> {
        let mut bytes = input.scratch.get(..length).unwrap_or_default();
        match kind {
            Transport::Udp => self.handle_record(&Record::Borrowed(bytes), woken),
            Transport::Tcp | Transport::Unix if bytes.is_empty() => {
                return Err(self.ended(input.reader.is_mid_record()));
            }
            Transport::Tcp | Transport::Unix => {
                while let Some(record) = input.reader.next(&mut bytes)? {
                    self.handle_record(&record, woken);
                }
            }
        }
        Ok(())
    }

    fn handle_record(&mut self, record: &Record<'_>, woken: &mut Woken) {
        if let Some(xid) = self.calls.handle_record(record) {
            self.output.forget(xid);
            woken.threads.extend(self.parked.remove(&xid));
            woken.add(self.tasks.remove(xid));
        }
    }

    /// The stream has ended: because sending failed before, or because the peer wanted it.
    fn ended(&self, within_reply: bool) -> Error {
        self.broken.clone().unwrap_or(Error::Closed { peer: self.peer.clone(), within_reply })
    }

    /// Sending failed: nothing more is sent, calls in flight may still be answered.
    pub(super) fn break_off(&mut self, error: Error) {
        self.output.clear();
        self.broken.get_or_insert(error);
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
        woken.threads.extend(self.parked.drain().map(|(_, thread)| thread));
        self.tasks.drain(woken);
        self.wake_crowded();
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

impl Woken {
    pub(super) fn add(&mut self, task: Option<Waker>) {
        self.tasks.extend(task);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.threads.is_empty() && self.tasks.is_empty()
    }

    /// To be called without the lock.
    pub(super) fn wake(self) {
        self.threads.iter().for_each(Thread::unpark);
        self.tasks.into_iter().for_each(Waker::wake);
    }
}
