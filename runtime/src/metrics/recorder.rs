use super::counter::Counter;
use super::histogram::Histogram;
use super::{Event, Outcome};
use core::cell::Cell;
use core::marker::PhantomData;
use std::sync::Arc;

/// What one thread of a server has counted.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) rows: Box<[Row]>,
    pub(super) events: [Counter; Event::COUNT],
}

/// What was counted of one procedure.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) outcomes: [Counter; Outcome::ALL.len()],
    pub(super) received: Counter,
    pub(super) sent: Counter,
    pub(super) latency: Histogram,
}

impl Shard {
    pub(super) fn new(rows: usize) -> Self {
        Self { rows: (0..rows).map(|_| Row::default()).collect(), events: core::array::from_fn(|_| Counter::default()) }
    }
}

/// Counts for one thread. It can be sent to another one, but not shared: its counters have one writer.
#[derive(Debug)]
pub struct Recorder {
    shard: Arc<Shard>,
    one_thread: PhantomData<Cell<()>>,
}

impl Recorder {
    pub(super) fn new(shard: Arc<Shard>) -> Self {
        Self { shard, one_thread: PhantomData }
    }

    /// A call of so many bytes came; `row` is that of its procedure.
    #[inline]
    pub fn received(&self, row: u32, bytes: u32) {
        if let Some(row) = self.row(row) {
            row.received.add(bytes.into());
        }
    }

    /// So many calls came to `outcome`. In all they were of so many bytes, but for those that were
    /// [counted](Self::received) before, and their replies too.
    #[inline]
    pub fn answered(&self, row: u32, outcome: Outcome, calls: u64, received: u64, sent: u64) {
        if let Some(row) = self.row(row) {
            row.received.add(received);
            row.sent.add(sent);
            if let Some(counter) = row.outcomes.get(outcome as usize) {
                counter.add(calls);
            }
        }
    }

    /// A call took so many nanoseconds.
    #[inline]
    pub fn latency(&self, row: u32, nanoseconds: u64) {
        if let Some(row) = self.row(row) {
            row.latency.record(nanoseconds);
        }
    }

    /// `event` happened.
    pub fn count(&self, event: Event) {
        self.count_many(event, 1);
    }

    /// `event` happened so many times.
    pub fn count_many(&self, event: Event, times: u64) {
        if let Some(counter) = self.shard.events.get(event.index()) {
            counter.add(times);
        }
    }

    /// The last one is that of all that is not served.
    #[inline]
    fn row(&self, row: u32) -> Option<&Row> {
        self.shard.rows.get(row as usize).or_else(|| self.shard.rows.last())
    }
}
