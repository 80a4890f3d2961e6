use super::counter::Counter;
use super::histogram::Histogram;
use super::{Event, Outcome};
use core::cell::Cell;
use core::marker::PhantomData;
use core::time::Duration;
use std::sync::Arc;

/// What one thread of a server has counted.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) rows: Box<[Row]>,
    pub(super) events: [Counter; Event::COUNT],
    pub(super) in_flight: Counter,
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
        Self {
            rows: (0..rows).map(|_| Row::default()).collect(),
            events: core::array::from_fn(|_| Counter::default()),
            in_flight: Counter::default(),
        }
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

    /// A call came to `outcome`; `row` is that of its procedure. `received` and `sent` are the bytes of both messages.
    #[inline]
    pub fn call(&self, row: usize, outcome: Outcome, received: usize, sent: usize) {
        if let Some(row) = self.shard.rows.get(row) {
            if let Some(counter) = row.outcomes.get(outcome as usize) {
                counter.add(1);
            }
            row.received.add(received as u64);
            row.sent.add(sent as u64);
        }
    }

    /// A call took `time`.
    #[inline]
    pub fn latency(&self, row: usize, time: Duration) {
        if let Some(row) = self.shard.rows.get(row) {
            row.latency.record(time);
        }
    }

    /// `event` happened.
    pub fn count(&self, event: Event) {
        if let Some(counter) = self.shard.events.get(event.index()) {
            counter.add(1);
        }
    }

    /// So many calls of this thread's peers have no reply yet.
    pub fn set_in_flight(&self, calls: usize) {
        self.shard.in_flight.set(calls as u64);
    }
}
