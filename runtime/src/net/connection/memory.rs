use super::super::Turn;
use super::super::budget::Holding;
use super::super::rationing::INPUT;
use super::super::shared::Shared;
use super::Connection;
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

    /// Since when it has kept more input than any connection may without getting further; `None` if it does not.
    pub(in crate::net) fn keeps_input_since(&self) -> Option<Instant> {
        let since = self.stream.began().or(self.kept_since);
        since.filter(|_| self.input.exceeds_portion())
    }

    /// Bytes to read at a time: few if memory for input is short, and none if this connection has its portion.
    pub(super) fn appetite(&self, shared: &Shared) -> usize {
        if shared.is_favoured || !shared.input.is_used_up(INPUT) {
            return shared.scratch.len();
        }
        if self.input.exceeds_portion() { 0 } else { shared.input.portion().min(shared.scratch.len()) }
    }

    /// Notes what is held from now on. Buffers that are far larger than what is in them are kept as long as there is plenty
    /// of memory.
    pub(super) fn settle(&mut self, shared: &mut Shared, now: Instant) {
        if shared.input.is_used_up(1) {
            self.stream.fit();
        }
        let backlog = if self.backlog.is_empty() { 0 } else { self.backlog_memory };
        let input = self.stream.memory().saturating_add(backlog);
        self.input.set(input);
        if input == 0 {
            self.kept_since = None;
        } else {
            self.kept_since.get_or_insert(now);
        }
        let calls = self.stream.calls_memory();
        let Some(out) = &mut self.out else { return self.output.set(calls) };
        if shared.output.is_used_up(1)
            && let Some(spare) = out.fit()
        {
            shared.keep_spare(spare);
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
        is_at_limit(out, programs) || self.output.is_beyond_share(out.len())
    }

    /// The limit for which it is so.
    pub(super) fn why_full(&self, out: &Encoder, programs: &Programs) -> Event {
        if is_at_limit(out, programs) { Event::PausedOutput } else { Event::PausedOutputTotal }
    }
}

fn is_at_limit(out: &Encoder, programs: &Programs) -> bool {
    out.len() >= programs.limits().output_bytes.max(1)
}
