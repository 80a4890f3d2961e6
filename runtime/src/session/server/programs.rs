use super::answer::{Admitted, NULL};
use super::layers::Layer;
use super::load::Load;
use super::replay::ReplayCache;
use crate::call::Call;
use crate::capture::Capture;
use crate::dispatch::Dispatch;
use crate::error::Error;
use crate::limits::Limits;
use crate::metrics::{Label, Metrics, Recorder, Snapshot, UNSERVED};
use crate::procedure::Procedure;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What is told of calls that failed.
type OnError = Box<dyn Fn(&Call, &Error) + Send + Sync>;

/// The programs that a server serves, its limits, and what it has in flight.
#[derive(Default)]
pub struct Programs {
    /// In order of program and version.
    entries: Vec<Entry>,
    /// What [`Port::submit`](super::Port::submit) takes.
    on_pool: Vec<Procedure>,
    /// Those that go there when their handlers say so.
    on_pool_if: Vec<Procedure>,
    pub(super) limits: Limits,
    /// In the order in which calls pass them.
    pub(super) layers: Vec<Layer>,
    pub(super) on_error: Option<OnError>,
    pub(super) load: Load,
    /// Procedures that are not to be carried out twice, whatever their interface says.
    at_most_once: Vec<Procedure>,
    pub(super) replay: Arc<ReplayCache>,
    metrics: Metrics,
    pub(super) capture: Arc<Capture>,
}

/// A version of a program.
pub(super) struct Entry {
    program: u32,
    version: u32,
    pub(super) dispatch: Box<dyn Dispatch>,
    /// In order of their numbers.
    procedures: Vec<Served>,
    /// The row of the procedure that does nothing, among the counters.
    null_row: u32,
}

/// A procedure, and how it is served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Served {
    pub(super) procedure: &'static Procedure,
    pub(super) on_pool: bool,
    /// Whether it is carried out there if its handler would have to wait.
    pub(super) on_pool_if: bool,
    pub(super) at_most_once: bool,
    /// Among the counters.
    row: u32,
}

impl Served {
    /// Whether its calls are simply carried out, on the thread that they come up on.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        !self.on_pool && !self.at_most_once
    }
}

impl Programs {
    /// None yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, replay: Arc::new(ReplayCache::new(limits.replay)), ..Self::default() }
    }

    /// Serves one version of a program; in place of the former one if there is one of these numbers.
    pub fn add(&mut self, dispatch: impl Dispatch) {
        let entry = Entry::new(dispatch, &self.on_pool, &self.on_pool_if, &self.at_most_once);
        match self.entries.binary_search_by_key(&entry.numbers(), Entry::numbers) {
            Ok(at) => {
                if let Some(former) = self.entries.get_mut(at) {
                    *former = entry;
                }
            }
            Err(at) => self.entries.insert(at, entry),
        }
    }

    /// Has calls of `procedures` carried out by the [port](super::Port::submit).
    pub fn put_on_pool(&mut self, procedures: impl IntoIterator<Item = Procedure>) {
        self.on_pool.extend(procedures);
        for served in self.entries.iter_mut().flat_map(|entry| &mut entry.procedures) {
            served.on_pool = is_among(served.procedure, &self.on_pool);
        }
    }

    /// Has calls of `procedures` carried out by the port if their handlers would have to wait.
    pub fn put_on_pool_if(&mut self, procedures: impl IntoIterator<Item = Procedure>) {
        self.on_pool_if.extend(procedures);
        for served in self.entries.iter_mut().flat_map(|entry| &mut entry.procedures) {
            served.on_pool_if = is_among(served.procedure, &self.on_pool_if);
        }
    }

    /// Has calls of `procedures` carried out once, however often they come.
    pub fn guard(&mut self, procedures: impl IntoIterator<Item = Procedure>) {
        self.at_most_once.extend(procedures);
        for served in self.entries.iter_mut().flat_map(|entry| &mut entry.procedures) {
            served.at_most_once |= is_among(served.procedure, &self.at_most_once);
        }
    }

    /// Whether the port has anything to carry out.
    pub fn has_pool(&self) -> bool {
        self.entries.iter().flat_map(|entry| &entry.procedures).any(|served| served.on_pool || served.on_pool_if)
    }

    /// Replaces the limits.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
        self.replay = Arc::new(ReplayCache::new(limits.replay));
    }

    /// Calls `on_error` with each call that is answered with `SYSTEM_ERR`, and why.
    pub fn set_on_error(&mut self, on_error: impl Fn(&Call, &Error) + Send + Sync + 'static) {
        self.on_error = Some(Box::new(on_error));
    }

    /// Gives a row of counters to each procedure that has been added. To be called when all are, before anything is
    /// counted.
    pub fn number_rows(&mut self) {
        self.metrics = Metrics::new(self.entries.iter().flat_map(Entry::labels));
        for entry in &mut self.entries {
            entry.null_row = self.metrics.row(entry.program, entry.version, NULL);
            for served in &mut entry.procedures {
                served.row = self.metrics.row(entry.program, entry.version, served.procedure.number());
            }
        }
    }

    /// Messages are shown to `capture`.
    pub fn set_capture(&mut self, capture: Arc<Capture>) {
        self.capture = capture;
    }

    /// Counts for one more thread what becomes of messages.
    pub fn recorder(&self) -> Recorder {
        self.metrics.recorder()
    }

    /// What was counted.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = self.metrics.snapshot();
        let usage = self.replay.usage();
        snapshot.in_flight = self.load.calls.load(Ordering::Relaxed) as u64;
        snapshot.replay.entries = usage.in_progress.saturating_add(usage.done) as u64;
        snapshot.replay.bytes = usage.bytes as u64;
        snapshot.replay.evicted = usage.evicted;
        snapshot
    }

    /// Bytes of memory that the counters take.
    pub fn metrics_memory(&self) -> usize {
        self.metrics.memory()
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Program and version of all that is served, in order.
    pub fn numbers(&self) -> impl Iterator<Item = (u32, u32)> {
        self.entries.iter().map(Entry::numbers)
    }

    /// The version of the program, if it is served.
    #[inline]
    pub(super) fn version(&self, program: u32, version: u32) -> Option<&Entry> {
        // Few are served.
        self.entries.iter().find(|entry| entry.numbers() == (program, version))
    }

    /// The version that serves `call` and those like it.
    #[inline]
    pub(super) fn route(&self, call: &Call) -> Option<&Entry> {
        self.entries.get(call.route()?)
    }

    /// Notes who serves `call` and those like it, if there is nothing to ask of them but their procedure.
    pub(super) fn set_route(&self, call: &mut Call, admitted: &Admitted<'_>) {
        let is_version = |entry: &Entry| std::ptr::eq(entry, admitted.version);
        let route = if self.layers.is_empty() { self.entries.iter().position(is_version) } else { None };
        call.set_route(route, admitted.served.is_some_and(Served::is_plain));
    }

    /// [`Error::ProgramMismatch`] with the versions served, or [`Error::ProgramUnavailable`].
    #[cold]
    pub(super) fn unserved(&self, program: u32) -> Error {
        let mut served = self.entries.iter().filter(|entry| entry.program == program).map(|entry| entry.version);
        match (served.next(), served.next_back()) {
            (Some(low), high) => Error::ProgramMismatch { low, high: high.unwrap_or(low) },
            (None, _) => Error::ProgramUnavailable,
        }
    }
}

impl Entry {
    fn new(
        dispatch: impl Dispatch,
        on_pool: &[Procedure],
        on_pool_if: &[Procedure],
        at_most_once: &[Procedure],
    ) -> Self {
        let served = |procedure: &'static Procedure| Served {
            procedure,
            on_pool: is_among(procedure, on_pool),
            on_pool_if: is_among(procedure, on_pool_if),
            row: UNSERVED,
            at_most_once: procedure.is_at_most_once() || is_among(procedure, at_most_once),
        };
        let mut procedures: Vec<_> = dispatch.procedures().iter().map(served).collect();
        procedures.sort_by_key(|served| served.procedure.number());
        Self {
            program: dispatch.program(),
            version: dispatch.version(),
            dispatch: Box::new(dispatch),
            procedures,
            null_row: UNSERVED,
        }
    }

    fn numbers(&self) -> (u32, u32) {
        (self.program, self.version)
    }

    /// What is counted: its procedures, and the one that does nothing.
    fn labels(&self) -> impl Iterator<Item = Label> {
        let (program, version) = self.numbers();
        let label = move |number, name| Label { program, version, number, name };
        let has_null = self.procedures.iter().any(|served| served.procedure.number() == NULL);
        let null = (!has_null).then(|| label(NULL, "NULL"));
        self.procedures.iter().map(move |served| label(served.procedure.number(), served.procedure.name())).chain(null)
    }

    /// The row of a procedure that is `served`, or of none of that number.
    #[inline]
    pub(super) fn row(&self, served: Option<&Served>, number: u32) -> u32 {
        match served {
            Some(served) => served.row,
            None if number == NULL => self.null_row,
            None => UNSERVED,
        }
    }

    /// The procedure of a number and its row, if its calls are simply carried out.
    #[inline]
    pub(super) fn plain(&self, number: u32) -> Option<(&'static Procedure, u32)> {
        let served = self.procedure(number).filter(|served| served.is_plain())?;
        Some((served.procedure, served.row))
    }

    /// The procedure of a number; most are numbered from 0 or 1 on without a gap.
    #[inline]
    pub(super) fn procedure(&self, number: u32) -> Option<&Served> {
        let at = |index: usize| self.procedures.get(index).filter(|served| served.procedure.number() == number);
        let index = usize::try_from(number).ok()?;
        at(index).or_else(|| at(index.wrapping_sub(1))).or_else(|| {
            let index = self.procedures.binary_search_by_key(&number, |served| served.procedure.number()).ok()?;
            self.procedures.get(index)
        })
    }
}

fn is_among(procedure: &Procedure, procedures: &[Procedure]) -> bool {
    let numbers = |it: &Procedure| (it.program(), it.version(), it.number());
    procedures.iter().any(|it| numbers(it) == numbers(procedure))
}

impl fmt::Debug for Programs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.numbers()).finish()
    }
}
