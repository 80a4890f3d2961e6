use super::super::Turn;
use super::super::budget::Holding;
use super::super::rationing::SCARCE;
use super::super::shared::Shared;
use super::{BATCH, Connection};
use crate::metrics::Event;
use crate::session::server::Programs;
use crate::xdr::Encoder;
use std::time::Instant;

/// What a connection may keep in memory.
impl Connection {
    /// Memory that it holds for replies, and since when the peer takes nothing; `None` if it holds none.
    pub(in crate::net) fn held_output(&self) -> Option<(&Holding, Option<Instant>)> {
        (self.output.bytes() > 0).then(|| (&self.output, self.socket.stalled()))
    }

    /// Since when it has kept more of a record than any connection may and lacks the rest; `None` if it does not, or waits for
    /// something else as well.
    pub(in crate::net) fn lacks_input_since(&self, programs: &Programs) -> Option<Instant> {
        let since = self.stream.began().filter(|_| self.input.exceeds_portion() && self.backlog.is_empty())?;
        let is_full = self.stream.origin().is_some_and(|origin| origin.is_full())
            || self.out.as_ref().is_some_and(|out| self.is_full(out, programs));
        (!is_full).then_some(since)
    }

    /// Whether more has come than is read.
    pub(in crate::net) fn may_read(&self) -> bool {
        self.socket.may_read()
    }

    /// Whether it may not read for now: that is not its peer's fault.
    pub(super) fn is_withheld(&self, programs: &Programs) -> bool {
        self.may_read() && self.lacks_input_since(programs).is_some()
    }

    /// Since when nothing has come, if all that has come is read.
    pub(in crate::net) fn silent_since(&self) -> Option<Instant> {
        (!self.may_read()).then(|| self.last_active())
    }

    /// Bytes to read at a time: few if memory for input is short, and none if this connection has its portion.
    pub(super) fn appetite(&self, shared: &Shared) -> usize {
        if shared.is_favoured || !shared.input.is_used_up(SCARCE) {
            return shared.scratch.len();
        }
        if self.input.exceeds_portion() { 0 } else { shared.input.portion().min(shared.scratch.len()) }
    }

    /// Notes what is held from now on. Buffers that are far larger than what is in them are kept as long as there is plenty
    /// of memory.
    pub(super) fn settle(&mut self, shared: &mut Shared) {
        if shared.input.is_used_up(1) {
            self.stream.fit();
        }
        let backlog = if self.backlog.is_empty() { 0 } else { self.backlog_memory };
        let input = self.stream.memory().saturating_add(backlog);
        self.input.set(input);
        let calls = self.stream.calls_memory();
        let Some(out) = &mut self.out else { return self.output.set(calls) };
        if shared.output.is_used_up(1)
            && let Some(spare) = out.fit()
        {
            shared.keep_spare(Box::new(spare));
        }
        self.output.set(out.memory().saturating_add(calls));
    }

    /// Again, unless it may not read for now and has nothing else to do.
    pub(super) fn read_again(&self, shared: &Shared) -> Turn {
        if !self.backlog.is_empty() || self.stream.has_postponed() || self.appetite(shared) > 0 {
            return Turn::Again;
        }
        shared.recorder.count(Event::PausedInputTotal);
        Turn::Hold
    }

    /// Whether so much waits for the peer that no more calls are answered: as much as may, or more than is left for all.
    pub(super) fn is_full(&self, out: &Encoder, programs: &Programs) -> bool {
        is_full(out, &self.output, programs)
    }

    /// Less than so many bytes may always wait for the peer, and are written together.
    pub(super) fn never_full(&self, programs: &Programs) -> usize {
        BATCH.min(programs.limits().output_bytes).min(self.output.portion())
    }

    /// The limit for which it is so.
    pub(super) fn why_full(&self, out: &Encoder, programs: &Programs) -> Event {
        if is_at_limit(out, programs) { Event::PausedOutput } else { Event::PausedOutputTotal }
    }
}

/// As [`Connection::is_full`], where `output` is held so far.
#[inline]
pub(super) fn is_full(out: &Encoder, output: &Holding, programs: &Programs) -> bool {
    is_at_limit(out, programs) || output.is_beyond_share(out.len())
}

fn is_at_limit(out: &Encoder, programs: &Programs) -> bool {
    out.len() >= programs.limits().output_bytes.max(1)
}
