//! What was served, in the end.

use oncrpc::Call;
use oncrpc::metrics::{Outcome, Snapshot};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Counts what the runtime does not know.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many have, by the names of their procedures.
    failed: Mutex<HashMap<&'static str, u64>>,
    read: AtomicU64,
    written: AtomicU64,
}

impl Tally {
    /// A call has come to another status than NFS3_OK.
    pub fn failed(&self, call: &Call) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        *failed.entry(call.procedure_name()).or_default() += 1;
    }

    /// So many bytes were read.
    pub fn read(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, Relaxed);
    }

    /// So many bytes were written.
    pub fn written(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Relaxed);
    }

    /// Says how often each procedure was called, how often in vain, and how many bytes came and went.
    pub fn tell(&self, metrics: &Snapshot) {
        eprintln!("{:<24}{:>12}{:>10}{:>16}{:>16}", "procedure", "calls", "errors", "bytes in", "bytes out");
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        for counted in metrics.procedures.iter().filter(|it| it.calls() > 0) {
            let name = counted.procedure.map_or("(not served)", |label| label.name);
            let (calls, received, sent) = (counted.calls(), counted.received, counted.sent);
            let errors = failed.get(name).unwrap_or(&0) + calls - counted.count(Outcome::Success);
            eprintln!("{name:<24}{calls:>12}{errors:>10}{received:>16}{sent:>16}");
        }
        eprintln!("{} bytes of files read, {} written", self.read.load(Relaxed), self.written.load(Relaxed));
    }
}
