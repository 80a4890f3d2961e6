use super::connection::Connection;
use super::earlier;
use crate::metrics::Recorder;
use crate::session::server::Programs;
use slab::Slab;
use std::time::{Duration, Instant};

/// The time between two looks at all deadlines, at least.
const GRAIN: Duration = Duration::from_millis(20);

/// The connections of a server.
#[derive(Debug)]
pub(super) struct Connections {
    slots: Slab<Connection>,
    /// When deadlines are looked at again: before the earliest one there can be.
    next_look: Option<Instant>,
}

impl Connections {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { slots: Slab::with_capacity(64), next_look: None }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn get_mut(&mut self, key: usize) -> Option<&mut Connection> {
        self.slots.get_mut(key)
    }

    /// The key that the next connection gets.
    pub(super) fn next_key(&self) -> usize {
        self.slots.vacant_key()
    }

    pub(super) fn insert(&mut self, connection: Connection, programs: &Programs) -> usize {
        self.next_look = earlier(self.next_look, first_deadline(connection.last_active(), programs));
        self.slots.insert(connection)
    }

    pub(super) fn remove(&mut self, key: usize) {
        self.slots.try_remove(key);
    }

    /// Closes the connection that has been silent the longest, rather one without calls in flight; whether there was one.
    pub(super) fn evict(&mut self) -> bool {
        let oldest = self.slots.iter().min_by_key(|(_, it)| (it.in_flight() > 0, it.last_active()));
        let key = oldest.map(|(key, _)| key);
        key.is_some_and(|key| self.slots.try_remove(key).is_some())
    }

    /// Closes the connection that has held the most memory for replies the longest, of those that hold more than each may
    /// if there is one; whether there was any.
    pub(super) fn release_output(&mut self, now: Instant) -> bool {
        let weight = |bytes: usize, since: Option<Instant>| {
            let time = since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
            time.as_millis().saturating_add(1).saturating_mul(bytes as u128)
        };
        let held = self.slots.iter().filter_map(|(key, it)| Some((key, it.held_output()?)));
        let heaviest =
            held.max_by_key(|(_, (output, since))| (output.exceeds_portion(), weight(output.bytes(), *since)));
        let key = heaviest.map(|(key, _)| key);
        key.is_some_and(|key| self.slots.try_remove(key).is_some())
    }

    /// Of the connections that hold more memory for a record than each may and lack the rest of it, the one that began first
    /// and `is_so`.
    pub(super) fn eldest_record(&self, programs: &Programs, is_so: impl Fn(&Connection) -> bool) -> Option<usize> {
        let lacking = self.slots.iter().filter(|(_, connection)| is_so(connection));
        let lacking = lacking.filter_map(|(key, connection)| Some((connection.lacks_input_since(programs)?, key)));
        lacking.min().map(|(_, key)| key)
    }

    /// Whether one holds more memory for a record than each may and lacks the rest of it.
    pub(super) fn lacks_input(&self, key: usize, programs: &Programs) -> bool {
        self.slots.get(key).is_some_and(|connection| connection.lacks_input_since(programs).is_some())
    }

    /// Whether more has come of one than is read.
    pub(super) fn may_read(&self, key: usize) -> bool {
        self.slots.get(key).is_some_and(Connection::may_read)
    }

    /// When [`Connections::close_overdue`] is to be called.
    pub(super) fn deadline(&self) -> Option<Instant> {
        if self.slots.is_empty() { None } else { self.next_look }
    }

    /// Tells who waits too long for the peer of one; from now on, when that will be so is known.
    pub(super) fn expire_calls(&mut self, key: usize, now: Instant) {
        let next = self.slots.get(key).and_then(|connection| connection.expire_calls(now));
        self.next_look = earlier(self.next_look, next);
    }

    /// Closes those whose deadline is over; not one that waits for its turn, as it may have come to what it is waited
    /// for.
    #[inline]
    pub(super) fn close_overdue(&mut self, programs: &Programs, now: Instant, recorder: &Recorder) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.close_each_overdue(programs, now, recorder);
        }
    }

    fn close_each_overdue(&mut self, programs: &Programs, now: Instant, recorder: &Recorder) {
        let mut earliest = None;
        self.slots.retain(|_, connection| {
            earliest = earlier(earliest, connection.expire_calls(now));
            let overdue = if connection.queued { None } else { connection.overdue(programs, now) };
            match overdue {
                Some(reason) => recorder.count(reason),
                None => earliest = earlier(earliest, connection.deadline(programs)),
            }
            overdue.is_none()
        });
        let next = earlier(earliest, first_deadline(now, programs));
        self.next_look = next.map(|next| not_before_long(now, next));
    }

    /// [Stops](Connection::stop) all; whose turn it is then.
    pub(super) fn stop(&mut self) -> Vec<usize> {
        self.slots.iter_mut().map(|(key, connection)| (key, connection.stop()).0).collect()
    }
}

/// `next`, but a while after `now`: many deadlines are looked at together.
pub(super) fn not_before_long(now: Instant, next: Instant) -> Instant {
    now.checked_add(GRAIN).map_or(next, |soonest| next.max(soonest))
}

/// The earliest deadline that can be set from `now` on.
fn first_deadline(now: Instant, programs: &Programs) -> Option<Instant> {
    let limits = programs.limits();
    now.checked_add(limits.record_time.min(limits.write_time).min(limits.idle_time))
}
