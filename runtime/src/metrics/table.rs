use super::{Outcome, Snapshot};
use core::fmt;

/// A table for people: of each procedure that was called its name, how often, how often it was not carried out, and the
/// bytes of calls and replies, with headers.
impl fmt::Display for Snapshot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:<28}{:>12}{:>10}{:>16}{:>16}", "procedure", "calls", "errors", "bytes in", "bytes out")?;
        for called in self.procedures.iter().filter(|it| it.calls() > 0) {
            let name = called.procedure.map_or("(not served)", |label| label.name);
            let (calls, received, sent) = (called.calls(), called.received, called.sent);
            let errors = calls.saturating_sub(called.count(Outcome::Success));
            write!(out, "\n{name:<28}{calls:>12}{errors:>10}{received:>16}{sent:>16}")?;
        }
        Ok(())
    }
}
