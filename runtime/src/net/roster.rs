use super::seats::Seat;
use crate::address::Transport;
use crate::call::Peer;
use crate::session::server::Origin;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// To so much it is shown when something came or went last.
const MOMENT: Duration = Duration::from_millis(1);

/// An open connection of a server, as it was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// Its number: they count from 1 in the order in which they were taken in.
    pub id: u64,
    /// Who is at the other end.
    pub peer: Peer,
    /// What carries it.
    pub transport: Transport,
    /// The thread that serves it, counted from 0; see [`Server::workers`](crate::Server::workers).
    pub worker: usize,
    /// Time since it was taken in.
    pub age: Duration,
    /// Time since the last byte went either way, or a millisecond more.
    pub idle: Duration,
    /// Bytes that were read.
    pub received: u64,
    /// Bytes that were written.
    pub sent: u64,
    /// Calls that were answered, or are answered with silence.
    pub calls: u64,
    /// Calls that are answered later and have not been.
    pub in_flight: usize,
    /// Bytes of replies that the peer has not taken.
    pub queued: usize,
}

/// The open connections of a server, which any thread may look at. Locked only for that and when one comes or goes.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    last: AtomicU64,
    open: Mutex<BTreeMap<u64, Arc<Entry>>>,
}

/// The place of a connection: as long as this is there, it is among those that are open.
#[derive(Debug)]
pub(super) struct Place {
    roster: Arc<Roster>,
    id: u64,
    entry: Arc<Entry>,
    /// From when on it is shown anew when something came or went last.
    next: Instant,
    _seat: Seat,
}

/// What a connection has done so far, as its own thread counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) received: u64,
    pub(super) sent: u64,
    pub(super) calls: u64,
    pub(super) queued: u64,
}

#[derive(Debug)]
struct Entry {
    peer: Peer,
    worker: usize,
    since: Instant,
    origin: Arc<Origin>,
    /// Nanoseconds from `since` to the last byte.
    active: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    calls: AtomicU64,
    queued: AtomicU64,
}

impl Roster {
    /// A connection of `peer` is taken in.
    pub(super) fn enter(self: &Arc<Self>, peer: Peer, origin: Arc<Origin>, seat: Seat, now: Instant) -> Place {
        let id = self.last.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let entry = Arc::new(Entry::new(peer, origin, seat.row(), now));
        self.open().insert(id, Arc::clone(&entry));
        Place { roster: Arc::clone(self), id, entry, next: now, _seat: seat }
    }

    /// All that are open, in the order in which they came.
    pub(crate) fn view(&self, now: Instant) -> Vec<ConnectionInfo> {
        self.open().iter().map(|(id, entry)| entry.view(*id, now)).collect()
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Entry>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Shows what the connection has done; `last_active` is when the last byte went. To be called once a turn.
    #[inline]
    pub(super) fn show(&mut self, tally: Tally, last_active: Instant) {
        if last_active >= self.next {
            self.show_active(last_active);
        }
        let entry = &*self.entry;
        entry.received.store(tally.received, Ordering::Relaxed);
        entry.sent.store(tally.sent, Ordering::Relaxed);
        entry.calls.store(tally.calls, Ordering::Relaxed);
        entry.queued.store(tally.queued, Ordering::Relaxed);
    }

    #[cold]
    fn show_active(&mut self, last_active: Instant) {
        let active = last_active.saturating_duration_since(self.entry.since);
        self.entry.active.store(nanoseconds(active), Ordering::Relaxed);
        self.next = last_active.checked_add(MOMENT).unwrap_or(last_active);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.roster.open().remove(&self.id);
    }
}

impl Entry {
    fn new(peer: Peer, origin: Arc<Origin>, worker: usize, since: Instant) -> Self {
        let [active, received, sent, calls, queued] = std::array::from_fn(|_| AtomicU64::new(0));
        Self { peer, worker, since, origin, active, received, sent, calls, queued }
    }

    fn view(&self, id: u64, now: Instant) -> ConnectionInfo {
        let age = now.saturating_duration_since(self.since);
        ConnectionInfo {
            id,
            peer: self.peer,
            transport: self.peer.transport(),
            worker: self.worker,
            age,
            idle: age.saturating_sub(Duration::from_nanos(self.active.load(Ordering::Relaxed))),
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
            calls: self.calls.load(Ordering::Relaxed),
            in_flight: self.origin.in_flight(),
            queued: usize::try_from(self.queued.load(Ordering::Relaxed)).unwrap_or(usize::MAX),
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
