use super::ClientOptions;
use super::connect::{Target, connect_deadline, open_address};
use crate::address::Address;
use crate::error::{Error, Result};
use socket2::Socket;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The pause after the first failure to connect. It doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Connects to where the client was connected before: a name is looked up and rpcbind asked again.
#[derive(Debug)]
pub(super) struct Connector {
    pub(super) address: Address,
    pub(super) program: u32,
    pub(super) version: u32,
    pub(super) options: ClientOptions,
}

/// Whether there is a connection, and when another one is to be tried.
#[derive(Debug)]
pub(super) struct Wire {
    connector: Option<Arc<Connector>>,
    stage: Stage,
    /// Attempts since the last reply.
    attempts: u32,
    /// Why the last attempt failed.
    failure: Option<Error>,
    /// Calls given up while there is no connection, whose records are not to be sent.
    pub(super) dropped: HashSet<u32>,
}

#[derive(Debug)]
enum Stage {
    Up,
    /// It has ended with this error, but a thread may still be sending.
    Lost(Error),
    Down {
        not_before: Instant,
    },
    /// A thread connects.
    Connecting,
}

/// What a thread that needs a connection does.
pub(super) enum Step {
    Connect(Arc<Connector>),
    /// Waits until then, or until it is woken.
    Wait(Option<Instant>),
}

impl Connector {
    pub(super) fn connect(&self, deadline: Instant) -> Result<Socket> {
        let target = Target { program: self.program, version: self.version, options: &self.options };
        open_address(&self.address, target, deadline.min(connect_deadline(&self.options))).map(|(socket, _)| socket)
    }
}

impl Wire {
    /// There is a connection. Without a `connector`, it is the only one.
    pub(super) fn new(connector: Option<Connector>) -> Self {
        let connector = connector.map(Arc::new);
        Self { connector, stage: Stage::Up, attempts: 0, failure: None, dropped: HashSet::new() }
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self.stage, Stage::Up)
    }

    /// There is a connection, and the peer has replied over it if it is not the first one.
    pub(super) fn is_settled(&self) -> bool {
        self.is_up() && self.attempts == 0
    }

    /// It has ended, and what is to become of it is open.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.stage, Stage::Lost(_))
    }

    pub(super) fn may_reconnect(&self) -> bool {
        self.connector.is_some()
    }

    /// The connection has ended.
    pub(super) fn lose(&mut self, error: Error) {
        if self.is_up() {
            self.stage = Stage::Lost(error);
        }
    }

    /// No thread uses the connection that has ended. Returns why it has; `None` if it has not.
    pub(super) fn settle(&mut self, now: Instant) -> Option<Error> {
        let Stage::Lost(error) = &self.stage else { return None };
        let error = error.clone();
        self.stage = Stage::Down { not_before: now + pause(self.attempts) };
        Some(error)
    }

    /// What is to be done to get a connection. The caller is to do it.
    pub(super) fn step(&mut self, now: Instant) -> Step {
        match (&self.stage, &self.connector) {
            (Stage::Down { not_before }, _) if now < *not_before => Step::Wait(Some(*not_before)),
            (Stage::Down { .. }, Some(connector)) => {
                let connector = connector.clone();
                self.stage = Stage::Connecting;
                self.attempts = self.attempts.saturating_add(1);
                Step::Connect(connector)
            }
            _ => Step::Wait(None),
        }
    }

    pub(super) fn connected(&mut self) {
        self.stage = Stage::Up;
        self.failure = None;
    }

    pub(super) fn failed(&mut self, error: Error, now: Instant) {
        self.stage = Stage::Down { not_before: now + pause(self.attempts) };
        self.failure = Some(error);
    }

    /// The peer has replied: it is there.
    pub(super) fn replied(&mut self) {
        self.attempts = 0;
    }

    /// Why a call that has no more time was not sent; `None` if there is a connection.
    pub(super) fn unsent_error(&self, peer: &str) -> Option<Error> {
        let untried = || Error::Connect { address: peer.to_owned(), source: Arc::new(ErrorKind::TimedOut.into()) };
        (!self.is_up()).then(|| self.failure.clone().unwrap_or_else(untried))
    }
}

/// Between half and all of the pause that is due after so many attempts, lest many clients come back at once.
fn pause(attempts: u32) -> Duration {
    let Some(doublings) = attempts.checked_sub(1) else { return Duration::ZERO };
    let longest = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(doublings.min(10))).min(MAX_PAUSE);
    let random = RandomState::new().hash_one(attempts) % 512;
    longest.mul_f64(0.5 + random as f64 / 1_024.0)
}
