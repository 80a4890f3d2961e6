use super::{Event, Latency, Outcome};

/// What a server has counted since it began, up to one moment. The numbers of that moment are read one after another:
/// a call that ends meanwhile may be in some of them and not in others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Of each procedure that is served, in order of program, version and number; the last one of all that is not.
    pub procedures: Vec<ProcedureMetrics>,
    /// How often what happened.
    pub events: Vec<(Event, u64)>,
    /// Calls that have come and have no reply yet.
    pub in_flight: u64,
    /// The replay cache.
    pub replay: ReplayMetrics,
}

/// What was counted of one procedure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcedureMetrics {
    /// Which one; `None` for all calls of what is not served.
    pub procedure: Option<Label>,
    /// Calls by what they came to; only outcomes that there were.
    pub outcomes: Vec<(Outcome, u64)>,
    /// Bytes of its calls, with headers.
    pub received: u64,
    /// Bytes of their replies, with headers.
    pub sent: u64,
    /// How long they took: from when the server turned to the call until its reply stood in the output, or came back from
    /// whoever answered it later. Not all are timed: of many calls that come in one piece, the first and then one in
    /// sixteen are, or in 64 if they are small; of small ones that come a few at a time, one in 64. It may be noted a moment
    /// after the reply is sent.
    pub latency: Latency,
}

/// The name of a procedure, as labels of metrics have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// The program.
    pub program: u32,
    /// Its version.
    pub version: u32,
    /// The number of the procedure.
    pub number: u32,
    /// Its name in the interface.
    pub name: &'static str,
}

/// How full the replay cache is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayMetrics {
    /// Calls it knows.
    pub entries: u64,
    /// Bytes that count against its limit.
    pub bytes: u64,
    /// Calls that were forgotten before their time, to make room for others.
    pub evicted: u64,
}

impl Snapshot {
    /// How often `event` happened.
    pub fn count(&self, event: Event) -> u64 {
        self.events.iter().filter(|(found, _)| *found == event).map(|(_, count)| *count).sum()
    }

    /// Connections that are open.
    pub fn connections(&self) -> u64 {
        let closed = self.events.iter().filter(|(event, _)| event.family() == super::Family::Closed);
        self.count(Event::Accepted).saturating_sub(closed.map(|(_, count)| *count).sum())
    }

    /// Calls of all procedures.
    pub fn calls(&self) -> u64 {
        self.procedures.iter().map(ProcedureMetrics::calls).sum()
    }

    /// Of the procedure of that number.
    pub fn procedure(&self, program: u32, version: u32, number: u32) -> Option<&ProcedureMetrics> {
        let is_it = |label: Label| (label.program, label.version, label.number) == (program, version, number);
        self.procedures.iter().find(|metrics| metrics.procedure.is_some_and(is_it))
    }
}

impl ProcedureMetrics {
    /// Calls, whatever they came to.
    pub fn calls(&self) -> u64 {
        self.outcomes.iter().map(|(_, count)| *count).sum()
    }

    /// Calls that came to `outcome`.
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.outcomes.iter().filter(|(found, _)| *found == outcome).map(|(_, count)| *count).sum()
    }
}
