//! What a server answers later: replies that handlers have kept, work for other threads, and what comes of both.

use crate::back::Back;
use crate::ledger::Ledger;
use crate::service::{Answered, Fate, refusal};
use oncrpc::Error;
use oncrpc::codegen::Reply;
use oncrpc::session::server::{Delivery, Port, Work};
use std::collections::BTreeMap;
use std::mem;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

/// The port of all servers that there are one after the other.
pub(crate) struct Desk(Mutex<Drawers>);

struct Drawers {
    now: Instant,
    letters: Vec<Delivery>,
    tasks: BTreeMap<u64, Task>,
    /// Of the last task.
    key: u64,
    /// The connection that is being served.
    line: Option<usize>,
    /// Tasks that nobody has been told of.
    news: Vec<(u64, Fate)>,
    /// Calls that wait for call backs.
    backs: Vec<Back>,
    /// The connections that call backs wait for.
    callers: Vec<usize>,
}

enum Task {
    Reply(Reply<Answered>, Answered, Fate),
    /// With the connection that it came from; `None` for a datagram.
    Work(Work, Option<usize>),
}

impl Desk {
    pub(crate) fn new(now: Instant) -> Self {
        let (letters, tasks, news) = (Vec::new(), BTreeMap::new(), Vec::new());
        let (backs, callers) = (Vec::new(), Vec::new());
        Self(Mutex::new(Drawers { now, letters, tasks, key: 0, line: None, news, backs, callers }))
    }

    /// The clock has moved.
    pub(crate) fn set_now(&self, now: Instant) {
        self.drawers().now = now;
    }

    /// From now on a connection is served, or datagrams are.
    pub(crate) fn set_line(&self, line: Option<usize>) {
        self.drawers().line = line;
    }

    /// Keeps a reply until its fate comes to pass.
    pub(crate) fn keep(&self, reply: Reply<Answered>, answer: Answered, fate: Fate) {
        self.drawers().add(Task::Reply(reply, answer, fate), fate);
    }

    /// Keeps a call until the call back that it waits for has an outcome.
    pub(crate) fn keep_back(&self, back: Back) {
        self.drawers().backs.push(back);
    }

    /// Answers those whose call backs have an outcome; tells what they came to.
    pub(crate) fn finish_backs(&self) -> Vec<&'static str> {
        let (mut ends, mut backs) = (Vec::new(), mem::take(&mut self.drawers().backs));
        backs.retain_mut(|back| back.finish().map(|end| ends.push(end)).is_none());
        self.drawers().backs.extend(backs);
        ends
    }

    /// The connections that have calls to make since this was asked.
    pub(crate) fn callers(&self) -> Vec<usize> {
        mem::take(&mut self.drawers().callers)
    }

    /// Tasks that have come since this was asked, each with what is to become of it.
    pub(crate) fn news(&self) -> Vec<(u64, Fate)> {
        mem::take(&mut self.drawers().news)
    }

    pub(crate) fn letters(&self) -> Vec<Delivery> {
        mem::take(&mut self.drawers().letters)
    }

    /// Does what is to be done. Work of a connection that is not there any more may be gone, and must not be begun.
    pub(crate) fn carry_out(&self, key: u64, is_there: impl FnOnce(usize) -> bool, ledger: &Ledger) {
        let task = self.drawers().tasks.remove(&key);
        match task {
            None => {}
            Some(Task::Work(work, line)) => {
                let (wanted, before) = (line.is_none_or(is_there), ledger.effects());
                work.run();
                assert!(wanted || ledger.effects() == before, "work of a peer that has left was begun");
            }
            Some(Task::Reply(reply, answer, fate)) => match fate {
                Fate::Answered | Fate::Slow => reply.send(Ok(answer)),
                Fate::Refused(kind) => reply.send(Err(refusal(kind))),
                Fate::Failed => reply.send(Err(Error::TooLargeForDatagram { limit: 7 })),
                Fate::Dropped => drop(reply),
            },
        }
    }

    /// Nothing is left when all is over.
    pub(crate) fn check(&self) {
        let drawers = self.drawers();
        let left = (drawers.letters.len(), drawers.tasks.len(), drawers.news.len());
        let backs = (drawers.backs.len(), drawers.callers.len());
        drop(drawers);
        assert_eq!(left, (0, 0, 0));
        assert_eq!(backs, (0, 0), "call backs are left");
    }

    fn drawers(&self) -> MutexGuard<'_, Drawers> {
        self.0.lock().unwrap()
    }
}

impl Drawers {
    fn add(&mut self, task: Task, fate: Fate) {
        self.key += 1;
        self.tasks.insert(self.key, task);
        self.news.push((self.key, fate));
    }
}

impl Port for Desk {
    fn now(&self) -> Instant {
        self.drawers().now
    }

    fn deliver(&self, delivery: Delivery) {
        self.drawers().letters.push(delivery);
    }

    fn submit(&self, work: Work) {
        let mut drawers = self.drawers();
        let task = Task::Work(work, drawers.line);
        drawers.add(task, Fate::Answered);
    }

    fn call_back(&self, key: usize) {
        self.drawers().callers.push(key);
    }

    fn may_wait(&self) -> bool {
        false
    }

    fn forget(&self) {
        let mut drawers = self.drawers();
        let unwanted = |task: &Task| matches!(task, Task::Work(work, _) if !work.is_wanted());
        let keys: Vec<u64> = drawers.tasks.iter().filter(|(_, task)| unwanted(task)).map(|(key, _)| *key).collect();
        let gone: Vec<_> = keys.iter().map(|key| drawers.tasks.remove(key)).collect();
        drop(drawers);
        // Whoever drops it may call the port.
        drop(gone);
    }
}
