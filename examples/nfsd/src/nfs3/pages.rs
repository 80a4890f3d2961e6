//! What READDIRPLUS has found, kept for a while, as to ask about each file takes long. README.md says what may be old.

use crate::export::{Identity, Node, lock};
use crate::identity::Caller;
use crate::idl::Nfstime3;
use oncrpc::Bytes;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::io::read;
use std::collections::HashMap;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long it is kept if inotify tells of changes, and if it does not.
const WATCHED: Duration = Duration::from_secs(10);
const UNWATCHED: Duration = Duration::from_secs(1);

/// Bytes that are kept. Stops clients who list much from filling the memory.
const MOST_KEPT: usize = 2 << 20;

/// Directories that are watched. Stops clients who list much from filling the system's memory.
const MOST_WATCHED: i32 = 4_096;

/// Parts of directories, as they are sent. They are forgotten together when anything is changed.
#[derive(Default)]
pub struct Pages(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// How often something was changed, or all forgotten.
    changes: u64,
    bytes: usize,
    pages: HashMap<Question, (Bytes, Instant)>,
    inotify: Option<OwnedFd>,
    watched: i32,
}

/// What was asked for, by whom, and of what state of a directory.
#[derive(PartialEq, Eq, Hash)]
pub struct Question {
    pub caller: Caller,
    pub directory: Identity,
    /// When it was changed last, by anybody.
    pub changed: [Nfstime3; 2],
    pub cookie: u64,
    /// Room for names, and for all.
    pub room: [u32; 2],
}

/// A directory that is about to be read.
pub struct Watch {
    changes: u64,
    /// Whether inotify tells of all that may change in what is found.
    pub tells_all: bool,
}

impl Pages {
    /// Something was changed: nothing that was found before is right for sure.
    pub fn outdate(&self) {
        lock(&self.0).outdate();
    }

    /// What was found not long ago.
    pub fn get(&self, question: &Question) -> Option<Bytes> {
        self.kept().pages.get(question).filter(|(_, end)| Instant::now() < *end).map(|(page, _)| page.clone())
    }

    /// Has inotify tell of what changes in a directory from now on.
    pub fn watch(&self, directory: &Node) -> Watch {
        let mut kept = self.kept();
        if kept.inotify.is_none() || kept.watched >= MOST_WATCHED {
            kept.outdate();
            kept.inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).ok();
        }
        let path = format!("/proc/self/fd/{}", directory.path.as_raw_fd());
        let what = WatchFlags::ATTRIB | WatchFlags::MODIFY | WatchFlags::CREATE | WatchFlags::DELETE | WatchFlags::MOVE;
        let watched =
            kept.inotify.as_ref().and_then(|it| inotify::add_watch(it, path, what | WatchFlags::ONESHOT).ok());
        // They are numbered as they are added.
        kept.watched = watched.unwrap_or(kept.watched);
        Watch { changes: kept.changes, tells_all: watched.is_some() }
    }

    /// Keeps what was found, if nothing was changed meanwhile.
    pub fn put(&self, question: Question, page: &Bytes, watch: Watch) {
        let mut kept = self.kept();
        // With what it takes beside its entries.
        let bytes = page.len() + 512;
        if kept.changes == watch.changes && bytes <= MOST_KEPT {
            if kept.bytes + bytes > MOST_KEPT {
                kept.outdate();
            }
            kept.bytes += bytes;
            let end = Instant::now() + if watch.tells_all { WATCHED } else { UNWATCHED };
            kept.pages.insert(question, (Bytes::copy_from_slice(page), end));
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        let mut kept = lock(&self.0);
        let mut events = [0; 4_096];
        while kept.inotify.as_ref().is_some_and(|it| read(it, &mut events).is_ok()) {
            kept.outdate();
        }
        kept
    }
}

impl Kept {
    fn outdate(&mut self) {
        self.changes += 1;
        self.bytes = 0;
        self.pages.clear();
    }
}
