use super::xid_table::XidTable;
use bytes::Bytes;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

/// The longest pause between two transmissions of a call.
const MAX_INTERVAL: Duration = Duration::from_secs(30);

/// Entries of calls that are dropped, beyond the number of the others, for which nothing is done.
const SOME: usize = 64;

/// Calls that were sent as datagrams and are sent again, the same bytes with the same xid, until their reply comes.
///
/// The pause doubles each time. A reply to another call does not shorten it.
#[derive(Debug)]
pub struct Retransmission {
    first_interval: Duration,
    calls: XidTable<Option<Retry>>,
    /// Not sent at all yet.
    fresh: VecDeque<u32>,
    /// When to send which again, the earliest first. Behind that one some are left of calls that are dropped.
    due: BinaryHeap<Reverse<(Instant, u32)>>,
}

#[derive(Debug)]
struct Retry {
    message: Bytes,
    /// When it is sent again, as in `due`; `None` if it is fresh.
    due: Option<Instant>,
    /// The pause after the next transmission.
    interval: Duration,
    until: Instant,
}

impl Retransmission {
    /// Without calls; `first_interval` is the pause before the second transmission.
    pub fn new(first_interval: Duration) -> Self {
        let first_interval = first_interval.clamp(Duration::from_millis(1), MAX_INTERVAL);
        Self { first_interval, calls: XidTable::default(), fresh: VecDeque::new(), due: BinaryHeap::new() }
    }

    /// Adds a call, to be sent at once, and not again from `until` on, when it has no more time.
    pub fn add(&mut self, xid: u32, message: Bytes, until: Instant) {
        *self.calls.add(xid) = Some(Retry { message, due: None, interval: self.first_interval, until });
        self.fresh.push_back(xid);
    }

    /// Drops a call that is complete or given up.
    pub fn remove(&mut self, xid: u32) {
        if let Some(retry) = self.calls.get_mut(xid) {
            *retry = None;
            self.calls.remove(xid);
            self.tidy();
        }
    }

    /// Drops all calls.
    pub fn clear(&mut self) {
        self.calls.clear();
        self.fresh.clear();
        self.due.clear();
    }

    /// The next message to be sent for the first time.
    pub fn poll_first(&mut self, now: Instant) -> Option<Bytes> {
        loop {
            let xid = self.fresh.pop_front()?;
            if let Some(message) = self.sent(xid, now) {
                return Some(message);
            }
        }
    }

    /// The next message that is to be sent again at `now`. To be asked when no reply is left unread.
    pub fn poll_again(&mut self, now: Instant) -> Option<Bytes> {
        let Reverse((due, xid)) = *self.due.peek()?;
        if due > now {
            return None;
        }
        self.due.pop();
        let message = self.sent(xid, now);
        self.tidy();
        message
    }

    /// The pause before the second transmission of a call, if it is the only one and not sent yet.
    pub fn only_interval(&self) -> Option<Duration> {
        (self.calls.len() == 1 && self.fresh.len() == 1).then_some(self.first_interval)
    }

    /// The pause before the second transmission of any call.
    #[inline]
    pub fn first_interval(&self) -> Duration {
        self.first_interval
    }

    /// Whether there are no calls.
    pub fn is_empty(&self) -> bool {
        self.calls.len() == 0 && self.fresh.is_empty()
    }

    /// When the next message is to be sent again.
    pub fn next_due(&self) -> Option<Instant> {
        self.due.peek().map(|Reverse((due, _))| *due)
    }

    /// The message of a call that is about to be sent; schedules the next transmission.
    fn sent(&mut self, xid: u32, now: Instant) -> Option<Bytes> {
        let retry = self.calls.get_mut(xid)?.as_mut()?;
        let due = now.checked_add(retry.interval)?;
        let message = retry.message.clone();
        if due < retry.until {
            retry.due = Some(due);
            retry.interval = retry.interval.saturating_mul(2).min(MAX_INTERVAL);
            self.due.push(Reverse((due, xid)));
        } else {
            *self.calls.get_mut(xid)? = None;
            self.calls.remove(xid);
        }
        Some(message)
    }

    /// Has a call that is not dropped stand first, and fewer of those that are than of others, but for some.
    fn tidy(&mut self) {
        let Self { calls, due, .. } = self;
        if calls.len() == 0 {
            due.clear();
            return;
        }
        let is_kept = |Reverse((due, xid)): &Reverse<(Instant, u32)>| {
            calls.get(*xid).and_then(Option::as_ref).is_some_and(|call| call.due == Some(*due))
        };
        if due.len() > calls.len().saturating_mul(2).saturating_add(SOME) {
            due.retain(is_kept);
        }
        while due.peek().is_some_and(|first| !is_kept(first)) {
            due.pop();
        }
    }
}
