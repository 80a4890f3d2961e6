//! A span for each call, with the feature `tracing`; nothing at all without it.

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Trace, connected_again, lost};
#[cfg(feature = "tracing")]
pub(crate) use on::{Trace, connected_again, lost};
