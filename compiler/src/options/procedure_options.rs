use super::Setting;
use super::setting::ProcedureOption;

/// Options for a procedure: see `Compiler::procedure_options`, and docs/options.md for what each means.
#[derive(Clone, Debug, Default)]
pub struct ProcedureOptions {
    settings: Vec<Setting>,
}

impl ProcedureOptions {
    /// No options yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether carrying it out twice does what carrying it out once does.
    #[must_use]
    pub fn idempotent(self, idempotent: bool) -> Self {
        self.with(ProcedureOption::Idempotent, idempotent)
    }

    /// Whether a call that comes twice must be carried out once.
    #[must_use]
    pub fn at_most_once(self, at_most_once: bool) -> Self {
        self.with(ProcedureOption::AtMostOnce, at_most_once)
    }

    /// Whether the server's method gets something to reply with later, instead of returning the results.
    #[must_use]
    pub fn deferred(self, deferred: bool) -> Self {
        self.with(ProcedureOption::Deferred, deferred)
    }

    /// Whether there is no reply. It cannot have a result.
    #[must_use]
    pub fn oneway(self, oneway: bool) -> Self {
        self.with(ProcedureOption::Oneway, oneway)
    }

    /// Whether the server's method goes through its last argument in one pass. That needs views, and a list or an array.
    #[must_use]
    pub fn walk(self, walk: bool) -> Self {
        self.with(ProcedureOption::Walk, walk)
    }

    pub(crate) fn settings(self) -> Vec<Setting> {
        self.settings
    }

    fn with(mut self, option: ProcedureOption, truth: bool) -> Self {
        self.settings.push(Setting::Procedure(option, truth));
        self
    }
}
