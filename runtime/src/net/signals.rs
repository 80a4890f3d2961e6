//! SIGTERM and SIGINT, on which a server that owns the process's main thread ends.
//!
//! The first one is told to the loops that wait for it; a further one does what it does by default, and so does any
//! once no loop waits. A signal that the process was started to ignore is left alone. One that it catches itself is
//! still caught there, each time, and never does what it does by default.

use mio::event::Source;
use mio::net::UnixStream;
use mio::{Interest, Registry, Token};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SIGNALS: [i32; 2] = [SIGTERM, SIGINT];

/// Whether the next signal does what it does by default.
static DEFAULT: AtomicBool = AtomicBool::new(false);

static STATE: Mutex<State> = Mutex::new(State { waiting: 0, ours: Vec::new() });

/// What the loops of this process share.
struct State {
    /// How many loops wait for signals.
    waiting: usize,
    /// The signals whose default is ours to stand in for: once caught, they stay caught.
    ours: Vec<i32>,
}

/// Tells one loop of signals, until it is dropped.
#[derive(Debug)]
pub(super) struct Signals {
    /// Bytes come here when a signal does.
    socket: UnixStream,
    actions: Vec<SigId>,
}

impl Signals {
    /// Signals are events of `token`, also those that come before it is polled.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub(super) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
        let (socket, sender) = std::os::unix::net::UnixStream::pair()?;
        socket.set_nonblocking(true)?;
        let mut socket = UnixStream::from_std(socket);
        socket.register(registry, token, Interest::READABLE)?;
        // Dropping it undoes what was done, but takes the lock, which therefore comes behind.
        let mut this = Self { socket, actions: Vec::new() };
        let mut state = lock();
        state.waiting += 1;
        DEFAULT.store(false, Ordering::SeqCst);
        let (ignored, caught) = (mask("SigIgn:"), mask("SigCgt:"));
        for signal in SIGNALS {
            if contains(ignored, signal) {
                continue;
            }
            if !contains(caught, signal) {
                state.stand_in(signal)?;
            }
            this.actions.push(low_level::pipe::register(signal, sender.try_clone()?)?);
        }
        drop(state);
        Ok(this)
    }

    /// Whether one has come. The end of the socket is none: it ends if nobody writes to it, as all signals are ignored.
    pub(super) fn have_come(&mut self) -> bool {
        self.socket.read(&mut [0; 8]).is_ok_and(|count| count > 0)
    }
}

impl State {
    /// Does what the signal does by default if `DEFAULT` says so; the next time it will.
    fn stand_in(&mut self, signal: i32) -> io::Result<()> {
        if !self.ours.contains(&signal) {
            flag::register_conditional_default(signal, &DEFAULT)?;
            flag::register(signal, &DEFAULT)?;
            self.ours.push(signal);
        }
        Ok(())
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for action in self.actions.drain(..) {
            low_level::unregister(action);
        }
        let mut state = lock();
        state.waiting = state.waiting.saturating_sub(1);
        if state.waiting == 0 {
            DEFAULT.store(true, Ordering::SeqCst);
        }
    }
}

fn lock() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A set of signals of this process, by its name in `/proc/self/status`; empty where there is no such file.
fn mask(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let digits = status.lines().find_map(|line| line.strip_prefix(name));
    digits.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok()).unwrap_or_default()
}

fn contains(mask: u64, signal: i32) -> bool {
    mask >> (signal - 1) & 1 == 1
}
