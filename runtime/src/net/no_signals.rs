//! In place of `signals` where there are none.

use mio::{Registry, Token};
use std::io;

/// Tells of no signals.
#[derive(Debug)]
pub(super) struct Signals;

impl Signals {
    /// Signals would be events of `token`.
    pub(super) fn new(_: &Registry, _: Token) -> io::Result<Self> {
        Ok(Self)
    }

    /// None has.
    pub(super) fn have_come(&mut self) -> bool {
        false
    }
}
