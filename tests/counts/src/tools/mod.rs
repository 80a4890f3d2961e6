//! What counts.

mod callgrind;
mod strace;

use crate::Result;
use crate::kind::Kind;
use crate::table::Operation;

/// What a tool has counted in one run of a process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    pub(crate) instructions: u64,
    pub(crate) allocations: u64,
    pub(crate) syscalls: u64,
}

impl Run {
    pub(crate) const fn of(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Instructions => self.instructions,
            Kind::Allocations => self.allocations,
            Kind::Syscalls => self.syscalls,
        }
    }
}

/// Runs a process that carries out an operation `times` times.
pub(crate) fn count(operation: &Operation, times: u64) -> Result<Run> {
    if operation.kinds.iter().any(|(kind, _)| *kind == Kind::Syscalls) {
        strace::count(operation, times)
    } else {
        callgrind::count(operation, times)
    }
}
