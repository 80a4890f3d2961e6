//! What was served, in the end.

use crate::idl::{Nfsstat3, nfs_v3};
use oncrpc::Call;
use oncrpc::metrics::{Outcome, Snapshot};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Procedures of NFS.
const PROCEDURES: usize = 22;

/// Counts what the runtime does not know.
#[derive(Debug, Default)]
pub struct Tally {
    /// Calls of each procedure that came to something else than NFS3_OK.
    failed: [AtomicU64; PROCEDURES],
    read: AtomicU64,
    written: AtomicU64,
}

impl Tally {
    /// A call has come to this status.
    pub fn failed(&self, call: &Call, status: Nfsstat3) -> Nfsstat3 {
        if let Some(count) = self.failed_of(call.procedure()) {
            count.fetch_add(1, Relaxed);
        }
        status
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
        for counted in metrics.procedures.iter().filter(|it| it.calls() > 0) {
            let label = counted.procedure.as_ref();
            let name = label.map_or("(not served)", |label| label.name);
            let number = label.filter(|label| label.program == nfs_v3::PROGRAM).map(|label| label.number);
            let failed = number.and_then(|number| self.failed_of(number)).map_or(0, |count| count.load(Relaxed));
            let errors = failed + counted.calls() - counted.count(Outcome::Success);
            let (calls, received, sent) = (counted.calls(), counted.received, counted.sent);
            eprintln!("{name:<24}{calls:>12}{errors:>10}{received:>16}{sent:>16}");
        }
        eprintln!("{} bytes of files read, {} written", self.read.load(Relaxed), self.written.load(Relaxed));
    }

    fn failed_of(&self, procedure: u32) -> Option<&AtomicU64> {
        self.failed.get(usize::try_from(procedure).ok()?)
    }
}
