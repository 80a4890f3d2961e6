//! What was replied to calls that must not be carried out twice.
//!
//! A caller that hears nothing sends its call again, over another connection perhaps; the network may double datagrams.
//! A call of a procedure that is declared [`at_most_once`](crate::Procedure::at_most_once) is therefore looked up here
//! before it is carried out: one that is in progress is not begun again, and one that is done is answered with the reply
//! it had.
//!
//! **What is kept** is every reply of a call whose handler was begun, errors as well: a handler that fails may have
//! done half of its work, and one that refuses arguments may have looked at more than them. What is refused before
//! (authentication, layers, no such procedure) is not looked up and takes no place here.
//!
//! **What is promised**: within [`ReplayLimits::time`], and while fewer calls than fit are done, a call is carried out
//! once, whatever the network does. It is not kept on disk: a server that is started again has forgotten it.

mod key;
mod table;

pub use key::{Principal, ReplayKey};

use super::Asker;
use crate::rpc::CallHeader;
use bytes::Bytes;
use core::net::IpAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use table::Table;

/// What the replay cache may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayLimits {
    /// Calls that are in progress or done; 4,096 by default. The one that was done first makes room. Stops a peer from
    /// making the server remember small calls without end.
    pub entries: usize,
    /// Bytes of all replies, and of what tells the calls apart; 16 MiB by default. Stops a peer from filling the memory
    /// with large replies.
    pub bytes: usize,
    /// Time that a reply is kept after it was made; 120 s by default. Stops a reply from being given to a later call
    /// that happens to look the same.
    pub time: Duration,
}

impl ReplayLimits {
    /// The limits of [`ReplayLimits::default`].
    pub const DEFAULT: Self = Self { entries: 4_096, bytes: 16 << 20, time: Duration::from_secs(120) };
}

impl Default for ReplayLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What is to be done with a call.
#[derive(Debug)]
#[must_use]
pub enum Admission {
    /// It is new: to be carried out. The memo takes its reply.
    New(Memo),
    /// It is being carried out: the reply goes to the one who asked for it last as well.
    InProgress,
    /// It was carried out, and this is the message that was replied.
    Done(Bytes),
    /// It was carried out, and there is no reply to repeat: the caller wanted none, or it was too large to keep.
    DoneWithoutReply,
    /// So many calls are in progress that this one cannot be remembered: not to be carried out.
    Full,
}

/// How full a replay cache is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayUse {
    /// Calls in progress.
    pub in_progress: usize,
    /// Calls that are done.
    pub done: usize,
    /// Bytes that count against [`ReplayLimits::bytes`].
    pub bytes: usize,
    /// Calls that were forgotten before their time, to make room for others.
    pub evicted: u64,
}

/// The replies of one server, which all its threads share. Never waits for anything but the others' short turns.
#[derive(Debug)]
pub struct ReplayCache {
    limits: ReplayLimits,
    table: Mutex<Table>,
    /// A peer cannot know which arguments have the same hash.
    hasher: RandomState,
}

/// A call that is being carried out. Dropped without a reply it is forgotten, and may be carried out when it comes again.
#[derive(Debug)]
#[must_use]
pub struct Memo {
    cache: Arc<ReplayCache>,
    key: Arc<ReplayKey>,
    is_finished: AtomicBool,
}

impl Default for ReplayCache {
    fn default() -> Self {
        Self::new(ReplayLimits::DEFAULT)
    }
}

impl ReplayCache {
    /// An empty one.
    pub fn new(limits: ReplayLimits) -> Self {
        Self { limits, table: Mutex::default(), hasher: RandomState::new() }
    }

    /// What tells a call from others. `address` is that of its caller; `None` if the caller is on this machine and has
    /// none.
    pub fn key(&self, header: &CallHeader, address: Option<IpAddr>, arguments: &[u8]) -> ReplayKey {
        ReplayKey {
            principal: Principal::of(&header.credential),
            address,
            xid: header.xid,
            program: header.program,
            version: header.version,
            procedure: header.procedure,
            length: arguments.len(),
            hash: self.hasher.hash_one(arguments),
        }
    }

    /// What is to be done with the call of that key. If it is in progress, [`Memo::finish`] gets what `asker` makes; the
    /// former one is dropped.
    pub fn begin(self: &Arc<Self>, key: ReplayKey, now: Instant, asker: impl FnOnce() -> Option<Asker>) -> Admission {
        let found = self.table().begin(key, now, &self.limits, asker);
        match found {
            table::Found::New(key) => {
                Admission::New(Memo { cache: Arc::clone(self), key, is_finished: AtomicBool::new(false) })
            }
            table::Found::InProgress => Admission::InProgress,
            table::Found::Done(Some(reply)) => Admission::Done(reply),
            table::Found::Done(None) => Admission::DoneWithoutReply,
            table::Found::Full => Admission::Full,
        }
    }

    /// How full it is.
    pub fn usage(&self) -> ReplayUse {
        self.table().usage()
    }

    /// Nothing is done under the lock that can panic; were it so, the table would still be whole.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memo {
    /// The call is done: remembers the message that is replied, `None` if none is. To be called when the reply is made,
    /// also if the connection it was for is gone. `reply` should be a copy of its own, as it keeps the memory it lies in.
    /// Only the first time counts. Returns who asked for the reply meanwhile, the last one of them.
    pub fn finish(&self, reply: Option<Bytes>, now: Instant) -> Option<Asker> {
        if self.is_finished.swap(true, Ordering::AcqRel) {
            return None;
        }
        self.cache.table().finish(&self.key, reply, now, &self.cache.limits)
    }

    /// Whether somebody has asked for the reply meanwhile, and is still there.
    pub fn is_awaited(&self) -> bool {
        self.cache.table().is_awaited(&self.key)
    }
}

impl Drop for Memo {
    fn drop(&mut self) {
        if !*self.is_finished.get_mut() {
            self.cache.table().forget(&self.key);
        }
    }
}

#[cfg(test)]
mod tests;
