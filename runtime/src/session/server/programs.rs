use crate::call::Call;
use crate::dispatch::Dispatch;
use crate::error::{Error, Result};
use crate::limits::Limits;
use std::fmt;

/// What is told of calls that failed.
type OnError = Box<dyn Fn(&Call, &Error) + Send + Sync>;

/// The programs that a server serves, and its limits.
#[derive(Default)]
pub struct Programs {
    /// In order of program and version.
    entries: Vec<Entry>,
    pub(super) limits: Limits,
    pub(super) on_error: Option<OnError>,
}

struct Entry {
    program: u32,
    version: u32,
    dispatch: Box<dyn Dispatch>,
}

impl Programs {
    /// None yet.
    pub fn new(limits: Limits) -> Self {
        Self { entries: Vec::new(), limits, on_error: None }
    }

    /// Serves one version of a program; in place of the former one if there is one of these numbers.
    pub fn add(&mut self, dispatch: impl Dispatch) {
        let entry = Entry { program: dispatch.program(), version: dispatch.version(), dispatch: Box::new(dispatch) };
        match self.entries.binary_search_by_key(&entry.numbers(), Entry::numbers) {
            Ok(at) => {
                if let Some(former) = self.entries.get_mut(at) {
                    *former = entry;
                }
            }
            Err(at) => self.entries.insert(at, entry),
        }
    }

    /// Replaces the limits.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Calls `on_error` with each call that is answered with `SYSTEM_ERR`, and why.
    pub fn set_on_error(&mut self, on_error: impl Fn(&Call, &Error) + Send + Sync + 'static) {
        self.on_error = Some(Box::new(on_error));
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Program and version of all that is served, in order.
    pub fn numbers(&self) -> impl Iterator<Item = (u32, u32)> {
        self.entries.iter().map(Entry::numbers)
    }

    /// The version of the program.
    ///
    /// # Errors
    /// [`Error::ProgramMismatch`] with the versions served, or [`Error::ProgramUnavailable`].
    pub(super) fn find(&self, program: u32, version: u32) -> Result<&dyn Dispatch> {
        let mut served = self.entries.iter().filter(|entry| entry.program == program);
        if let Some(entry) = served.clone().find(|entry| entry.version == version) {
            return Ok(&*entry.dispatch);
        }
        match (served.next(), served.next_back()) {
            (Some(low), high) => Err(Error::ProgramMismatch { low: low.version, high: high.unwrap_or(low).version }),
            (None, _) => Err(Error::ProgramUnavailable),
        }
    }
}

impl Entry {
    fn numbers(&self) -> (u32, u32) {
        (self.program, self.version)
    }
}

impl fmt::Debug for Programs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.numbers()).finish()
    }
}
