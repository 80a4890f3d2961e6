use super::mailbox::Mailbox;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// How other threads stop a server, also one that has not begun.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    asked: AtomicBool,
    server: Mutex<Server>,
}

/// What is known of the server once it runs.
#[derive(Debug, Default)]
struct Server {
    loops: Vec<Arc<Mailbox>>,
    threads: Vec<ThreadId>,
}

impl Stop {
    /// Asks all loops to stop.
    pub(crate) fn ask(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.lock().loops.iter().for_each(|mailbox| mailbox.wake());
    }

    /// Whether this thread is one of the server's, which cannot wait for the server's end.
    pub(crate) fn is_own_thread(&self) -> bool {
        self.lock().threads.contains(&thread::current().id())
    }

    /// This thread is one of the server's.
    pub(crate) fn note_own_thread(&self) {
        self.lock().threads.push(thread::current().id());
    }

    /// The loops of the server, in the order in which they were added.
    pub(super) fn loops(&self) -> Vec<Arc<Mailbox>> {
        self.lock().loops.clone()
    }

    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// To be called before the loop looks at [`Stop::is_asked`] for the first time.
    pub(super) fn add_loop(&self, mailbox: Arc<Mailbox>) {
        self.lock().loops.push(mailbox);
    }

    fn lock(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
