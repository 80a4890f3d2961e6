//! The thread that does what the instrument does.

use super::bench::Bench;
use super::job::Job;
use crate::idl::{DeviceError, DeviceErrorCode};
use oncrpc::Reply;
use std::collections::HashSet;
use std::mem;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Instant;

/// What the desk is told.
pub(super) enum Message {
    /// A call to carry out.
    Do(Job),
    /// The call that a link is busy with is to end.
    Abort(i32, Reply<DeviceError>),
    /// A connection has ended.
    Ended(u64),
    /// Something has become of an interrupt channel.
    Interrupts,
}

/// The instrument, and the calls that wait for it.
pub(super) struct Desk {
    bench: Bench,
    waiting: Vec<Job>,
}

pub(super) fn channel() -> (Sender<Message>, Receiver<Message>) {
    mpsc::channel()
}

/// Takes what comes until nobody is left to send it. What waits is limited by the servers' limits of calls in flight.
pub(super) fn start(messages: Receiver<Message>, abort_port: u16) {
    let mut desk = Desk { bench: Bench::new(abort_port), waiting: Vec::new() };
    thread::spawn(move || desk.run(&messages));
}

impl Desk {
    fn run(&mut self, messages: &Receiver<Message>) {
        loop {
            let next = match self.due() {
                Some(due) => messages.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.go_on(Instant::now());
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Do(job) => self.waiting.push(job),
            Message::Abort(lid, reply) => reply.send(Ok(DeviceError { error: self.abort(lid) })),
            Message::Ended(session) => {
                self.waiting.retain(|job| job.queue().0 != session);
                self.bench.forget(session);
            }
            Message::Interrupts => {}
        }
    }

    fn abort(&mut self, lid: i32) -> DeviceErrorCode {
        if !self.bench.is_open(lid) {
            return DeviceErrorCode::InvalidLink;
        }
        if let Some(index) = self.waiting.iter().position(|job| job.queue().1 == Some(lid)) {
            self.waiting.remove(index).fail(DeviceErrorCode::Abort);
        }
        DeviceErrorCode::NoError
    }

    /// Does what can be done by now. What one call does may be what another has waited for.
    fn go_on(&mut self, now: Instant) {
        self.bench.go_on(now);
        let mut before = usize::MAX;
        while mem::replace(&mut before, self.waiting.len()) > self.waiting.len() {
            self.attempt_each(now);
        }
        self.bench.ask_for_service();
    }

    fn attempt_each(&mut self, now: Instant) {
        let mut held_up = HashSet::new();
        self.waiting.retain_mut(|job| {
            let stays = held_up.contains(&job.queue()) || !job.attempt(&mut self.bench, now);
            if stays {
                held_up.insert(job.queue());
            }
            stays
        });
    }

    fn due(&self) -> Option<Instant> {
        self.waiting.iter().filter_map(Job::due).chain(self.bench.due()).min()
    }
}
