//! What a server counts, always: calls, bytes and times of each procedure, and every reason to refuse or to close.
//!
//! Each thread counts for itself, without locks and without locked instructions; a [`Snapshot`] adds up what they have.
//! Memory is fixed when the server starts: about 1 KiB for each procedure that is served and each thread. Whatever else
//! peers call shares one row.

mod counter;
mod event;
mod histogram;
mod outcome;
mod prometheus;
mod recorder;
mod snapshot;
mod table;

pub use event::{Event, Family};
pub use histogram::Latency;
pub use outcome::Outcome;
pub use recorder::Recorder;
pub use snapshot::{Label, ProcedureMetrics, ReplayMetrics, Snapshot};

use recorder::{Row, Shard};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The row of all that is not served.
pub const UNSERVED: u32 = u32::MAX;

/// The counters of one server.
#[derive(Debug, Default)]
pub struct Metrics {
    /// In order; the row behind the last one is that of what is not served.
    labels: Box<[Label]>,
    shards: Mutex<Vec<Arc<Shard>>>,
}

impl Metrics {
    /// Counters for these procedures and for all others together.
    pub fn new(procedures: impl IntoIterator<Item = Label>) -> Self {
        let mut labels: Vec<_> = procedures.into_iter().collect();
        labels.sort_unstable();
        labels.dedup_by_key(|label| (label.program, label.version, label.number));
        Self { labels: labels.into(), shards: Mutex::default() }
    }

    /// Counts for one more thread.
    pub fn recorder(&self) -> Recorder {
        let shard = Arc::new(Shard::new(self.labels.len().saturating_add(1)));
        self.shards().push(Arc::clone(&shard));
        Recorder::new(shard)
    }

    /// Bytes of memory that the counters of all threads take.
    pub fn memory(&self) -> usize {
        let rows = self.labels.len().saturating_add(1).saturating_mul(size_of::<Row>());
        rows.saturating_add(size_of::<Shard>()).saturating_mul(self.shards().len())
    }

    /// The row of a procedure, or the one of all that is not served.
    pub fn row(&self, program: u32, version: u32, number: u32) -> u32 {
        let wanted = (program, version, number);
        let found = self.labels.binary_search_by_key(&wanted, |label| (label.program, label.version, label.number));
        found.ok().and_then(|row| u32::try_from(row).ok()).unwrap_or(UNSERVED)
    }

    /// What all threads have counted; calls in flight and the replay cache are left at 0, as others count them.
    pub fn snapshot(&self) -> Snapshot {
        let rows = self.labels.iter().copied().map(Some).chain([None]);
        let mut snapshot = Snapshot {
            procedures: rows.map(|procedure| ProcedureMetrics { procedure, ..ProcedureMetrics::default() }).collect(),
            ..Snapshot::default()
        };
        let shards = self.shards();
        for (index, metrics) in snapshot.procedures.iter_mut().enumerate() {
            add_rows(&shards, index, metrics);
        }
        let count = |event: Event| sum(&shards, |shard| shard.events.get(event.index()).map_or(0, |it| it.get()));
        snapshot.events = Event::ALL.iter().map(|event| (*event, count(*event))).collect();
        snapshot
    }

    fn shards(&self) -> MutexGuard<'_, Vec<Arc<Shard>>> {
        self.shards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add_rows(shards: &[Arc<Shard>], index: usize, metrics: &mut ProcedureMetrics) {
    let mut outcomes = [0_u64; Outcome::ALL.len()];
    for row in shards.iter().filter_map(|shard| shard.rows.get(index)) {
        for (sum, counter) in outcomes.iter_mut().zip(&row.outcomes) {
            *sum = sum.wrapping_add(counter.get());
        }
        metrics.received = metrics.received.wrapping_add(row.received.get());
        metrics.sent = metrics.sent.wrapping_add(row.sent.get());
        row.latency.add_to(&mut metrics.latency);
    }
    metrics.outcomes = Outcome::ALL.into_iter().zip(outcomes).filter(|(_, count)| *count > 0).collect();
}

fn sum(shards: &[Arc<Shard>], count: impl Fn(&Shard) -> u64) -> u64 {
    shards.iter().fold(0, |sum, shard| sum.wrapping_add(count(shard)))
}

#[cfg(test)]
mod tests;
