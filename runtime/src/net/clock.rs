use std::time::Instant;

/// The clock of a loop. A look at it costs as much as a small call, so that it is looked at for what is timed; all else goes by the
/// last look, since when no more has been done than to answer a few calls that were small so far. Deadlines are late, and a connection
/// is idle too early, by as much as these take if they have become slow.
#[derive(Debug)]
pub(super) struct Clock {
    last: Instant,
    /// Whether something was done since.
    is_late: bool,
}

impl Clock {
    /// One that is looked at now.
    pub(super) fn new() -> Self {
        Self { last: Instant::now(), is_late: false }
    }

    /// The last look.
    #[inline]
    pub(super) fn last(&self) -> Instant {
        self.last
    }

    /// The time at which something begins that is timed: now.
    #[inline]
    pub(super) fn begin(&mut self) -> Instant {
        if self.is_late {
            self.set(Instant::now());
        }
        self.last
    }

    /// It was looked at, and nothing has been done since.
    #[inline]
    pub(super) fn set(&mut self, now: Instant) {
        self.last = now;
        self.is_late = false;
    }

    /// Something was done since the last look.
    #[inline]
    pub(super) fn pass(&mut self) {
        self.is_late = true;
    }
}
