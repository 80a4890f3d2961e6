//! What was served, in the end.

use oncrpc::metrics::{Outcome, Snapshot};

/// Says how often each procedure was called, how often in vain, and how many bytes came and went.
pub fn tell(metrics: &Snapshot) {
    let called = metrics.procedures.iter().filter(|it| it.calls() > 0);
    eprintln!("{:<24}{:>12}{:>10}{:>16}{:>16}", "procedure", "calls", "refused", "bytes in", "bytes out");
    for procedure in called {
        let name = procedure.procedure.as_ref().map_or("(not served)", |label| label.name);
        let refused = procedure.calls() - procedure.count(Outcome::Success);
        eprintln!("{name:<24}{:>12}{refused:>10}{:>16}{:>16}", procedure.calls(), procedure.received, procedure.sent);
    }
}
