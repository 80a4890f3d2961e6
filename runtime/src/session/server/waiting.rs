use super::Programs;
use super::ticket::Held;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

/// The calls of a server that are answered later, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Line>);

#[derive(Debug, Default)]
struct Line {
    last: u64,
    calls: BTreeMap<u64, (Instant, Weak<Held>)>,
}

impl Programs {
    /// Gives up the calls that have not been answered for [`Limits::call_time`](crate::Limits::call_time): they are
    /// answered `SYSTEM_ERR`. How many there were, and when this is to be asked again; never if no call can come to it.
    pub fn expire_calls(&self, now: Instant) -> (u64, Option<Instant>) {
        let time = self.limits.call_time;
        let (overdue, next) = match now.checked_sub(time) {
            Some(until) => self.load.waiting.take(until),
            None => (Vec::new(), None),
        };
        // One by one, without the lock: whoever is told of them may call the server.
        let count = overdue.into_iter().filter(|call| call.expire(time)).count();
        (count as u64, next.unwrap_or(now).checked_add(time))
    }
}

impl Waiting {
    /// A call has come that is answered later: its number here.
    pub(super) fn enter(&self, call: Weak<Held>, began: Instant) -> u64 {
        let mut line = self.line();
        line.last = line.last.wrapping_add(1);
        let number = line.last;
        line.calls.insert(number, (began, call));
        number
    }

    /// A call is done with.
    pub(super) fn leave(&self, number: u64) {
        self.line().calls.remove(&number);
    }

    /// Takes out those that came by `until`; and tells when the next one came.
    fn take(&self, until: Instant) -> (Vec<Arc<Held>>, Option<Instant>) {
        let mut line = self.line();
        let mut taken = Vec::new();
        while let Some(first) = line.calls.first_entry() {
            let began = first.get().0;
            if began > until {
                return (taken, Some(began));
            }
            let (_, call) = first.remove();
            taken.extend(call.upgrade());
        }
        (taken, None)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
