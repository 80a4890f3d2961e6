use super::woken::Woken;
use crate::session::XidMap;
use std::collections::BTreeSet;
use std::task::Waker;
use std::thread::Thread;
use std::time::Instant;

/// Tasks that await the reply of a call, and the threads that send and read for them.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    waiting: XidMap<Task>,
    due: BTreeSet<(Instant, u32)>,
    /// Helpers that there are, and which of them are parked until when.
    pub(super) helpers: usize,
    parked: Vec<(Instant, Thread)>,
    /// Until when at most a helper reads.
    pub(super) reads_until: Option<Instant>,
    pub(super) retired: bool,
    /// Calls of the peer may come at any time: a helper is to read them.
    pub(super) serves: bool,
}

#[derive(Debug)]
struct Task {
    deadline: Instant,
    waker: Waker,
}

impl Tasks {
    /// Adds a task that awaits a call, or notes how it is to be woken from now on.
    pub(super) fn add(&mut self, xid: u32, deadline: Instant, waker: &Waker) {
        match self.waiting.get_mut(&xid) {
            Some(task) => task.waker.clone_from(waker),
            None => {
                self.waiting.insert(xid, Task { deadline, waker: waker.clone() });
                self.due.insert((deadline, xid));
            }
        }
    }

    /// Removes the task that awaits a call. Returns how it is woken.
    #[inline]
    pub(super) fn remove(&mut self, xid: u32) -> Option<Waker> {
        if self.waiting.is_empty() { None } else { self.remove_waiting(xid) }
    }

    fn remove_waiting(&mut self, xid: u32) -> Option<Waker> {
        let task = self.waiting.remove(&xid)?;
        self.due.remove(&(task.deadline, xid));
        Some(task.waker)
    }

    /// Whether there is nothing that a helper is to do.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && !self.serves
    }

    /// Whether replies are awaited.
    pub(super) fn are_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// When the first call that is awaited has no more time.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Removes the tasks whose calls have no more time.
    pub(super) fn expire(&mut self, now: Instant, woken: &mut Woken) {
        while let Some((due, xid)) = self.due.first().copied()
            && due <= now
        {
            woken.add(self.remove(xid));
        }
    }

    /// Removes all tasks.
    pub(super) fn drain(&mut self, woken: &mut Woken) {
        self.due.clear();
        self.waiting.drain().for_each(|(_, task)| woken.add(Some(task.waker)));
    }

    /// Whether no helper looks after the tasks by `event`.
    pub(super) fn are_late(&self, event: Option<Instant>) -> bool {
        let parked = self.parked.iter().map(|(until, _)| *until);
        let attended = parked.chain(self.reads_until).min();
        event.is_some_and(|event| attended.is_none_or(|attended| event < attended))
    }

    /// Notes that a helper parks.
    pub(super) fn park(&mut self, until: Instant, thread: Thread) {
        self.parked.push((until, thread));
    }

    /// Notes that a helper goes on.
    pub(super) fn unpark(&mut self, thread: &Thread) {
        self.parked.retain(|(_, parked)| parked.id() != thread.id());
    }

    /// A helper that is parked.
    pub(super) fn idle_helper(&self) -> Option<Thread> {
        self.parked.first().map(|(_, thread)| thread.clone())
    }

    /// Ends all helpers. Returns whether there are any.
    pub(super) fn retire(&mut self) -> bool {
        self.retired = true;
        self.parked.iter().for_each(|(_, thread)| thread.unpark());
        self.helpers > 0
    }
}
