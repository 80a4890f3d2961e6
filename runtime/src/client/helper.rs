//! Threads that send and read for tasks, which must not wait themselves.
//!
//! They take turns with the threads that wait for calls of their own, by the same rules. The first one starts when a
//! reply is awaited that no thread waits for; a second one if that one reads while something is to be sent that the
//! peer does not take, or if a call is awaited whose time ends before that one looks up. They stay for a while when
//! nothing is awaited any more, and end with the last handle of the client.

use super::channel::{Channel, Guard, hand_on};
use super::socket::Writing;
use super::wire::Step;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// One that reads, one that can be woken.
const MAX_HELPERS: usize = 2;

/// How long a helper stays when nothing is awaited: to start one costs more than a call.
const LINGER: Duration = Duration::from_secs(5);

impl Channel {
    /// Gets the tasks help if they lack it.
    ///
    /// # Errors
    /// The system has no thread to spare.
    pub(super) fn attend(self: &Arc<Self>, mut state: Guard<'_>) -> io::Result<()> {
        if !state.lacks_help() {
            return Ok(());
        }
        if let Some(thread) = state.tasks.idle_helper() {
            drop(state);
            thread.unpark();
            return Ok(());
        }
        if state.tasks.helpers == MAX_HELPERS {
            return Ok(());
        }
        state.tasks.helpers += 1;
        drop(state);
        let channel = self.clone();
        let started = thread::Builder::new().name("oncrpc-client".into()).spawn(move || channel.help());
        started.map(drop).inspect_err(|_| self.lock().tasks.helpers -= 1)
    }

    fn help(&self) {
        let mut state = self.lock();
        let mut idle_since = None;
        while !state.tasks.retired {
            let now = Instant::now();
            if !state.tasks.is_empty() {
                idle_since = None;
                state = self.help_turn(state, now);
            } else if now.duration_since(*idle_since.get_or_insert(now)) < LINGER {
                state = self.rest(state, now + LINGER);
            } else {
                break;
            }
        }
        state.tasks.helpers -= 1;
        hand_on(state);
    }

    /// One thing that brings a reply that is awaited nearer.
    fn help_turn<'a>(&'a self, mut state: Guard<'a>, now: Instant) -> Guard<'a> {
        state.expire_tasks(now);
        if !state.woken.is_empty() {
            return self.wake(state);
        }
        let until = state.next_event().unwrap_or(now + LINGER);
        if !state.wire.is_up() && !state.tasks.are_waiting() {
            // To serve is no reason to connect.
            return self.rest(state, now + LINGER);
        }
        if !state.wire.is_up() {
            return match state.wire.step(now) {
                Step::Connect(connector) => self.connect(state, &connector, until),
                Step::Wait(retry) => self.rest(state, retry.map_or(until, |retry| retry.min(until))),
            };
        }
        let reading = state.input.is_none();
        if let Some(batch) = state.take_batch(now, reading) {
            return self.transmit(state, batch, Writing::Waits);
        }
        if let Some(wait) = state.read_wait(until.saturating_duration_since(now))
            && let Some(input) = state.input.take()
        {
            state.tasks.reads_until = Some(now + wait);
            let mut state = self.receive(state, input, wait);
            state.tasks.reads_until = None;
            return state;
        }
        self.rest(state, until)
    }

    /// Parks until something is to be done. Another thread goes on with what this one did.
    fn rest<'a>(&'a self, mut state: Guard<'a>, until: Instant) -> Guard<'a> {
        let successor = if state.tasks.is_empty() { state.successor() } else { None };
        let this = thread::current();
        state.tasks.park(until, this.clone());
        drop(state);
        if let Some(thread) = successor {
            thread.unpark();
        }
        thread::park_timeout(until.saturating_duration_since(Instant::now()));
        let mut state = self.lock();
        state.tasks.unpark(&this);
        state
    }
}
