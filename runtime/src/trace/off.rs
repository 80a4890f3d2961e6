use crate::call::Call;
use crate::error::{Error, Result};

/// Nothing.
#[derive(Clone, Debug)]
pub(crate) struct Trace;

impl Trace {
    #[inline]
    pub(crate) const fn none() -> Self {
        Self
    }

    #[inline]
    pub(crate) fn of_server(_: &Call) -> Self {
        Self
    }

    #[inline]
    pub(crate) fn of_client(_: (u32, u32), _: u32, _: &str, _: &str) -> Self {
        Self
    }

    #[inline]
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }

    #[inline]
    pub(crate) fn started(&self, _: u32) {}

    #[inline]
    pub(crate) fn finish(&self, _: &str) {}

    #[inline]
    pub(crate) fn finish_with<T>(&self, _: &Result<T>) {}
}

#[inline]
pub(crate) fn lost(_: &str, _: &Error) {}

#[inline]
pub(crate) fn connected_again(_: &str) {}
