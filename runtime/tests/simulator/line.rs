//! A stream between a caller and the server: what is sent arrives later, in other pieces, or never.

use crate::plan::Pieces;
use crate::stage::{Event, Stage};
use oncrpc::xdr::Encoder;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Both directions of a connection.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) caller: usize,
    pub(crate) to_server: Pipe,
    pub(crate) to_caller: Pipe,
    /// Whether either end has lost it without a word.
    pub(crate) is_reset: bool,
    pub(crate) was_stalled: bool,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    line: usize,
    at_server: bool,
    under_way: VecDeque<(Instant, Vec<u8>)>,
    arrived: Vec<u8>,
    /// Bytes of both.
    filled: usize,
    stalled_until: Option<Instant>,
    /// When the last event for it is due.
    expected: Option<Instant>,
    /// Nothing follows.
    ended: bool,
}

impl Line {
    pub(crate) fn new(number: usize, caller: usize) -> Self {
        let (to_server, to_caller) = (Pipe::new(number, true), Pipe::new(number, false));
        Self { caller, to_server, to_caller, is_reset: false, was_stalled: false }
    }

    /// Nothing arrives any more; both ends learn that at some time.
    pub(crate) fn reset(&mut self, stage: &mut Stage) {
        self.is_reset = true;
        for pipe in [&mut self.to_server, &mut self.to_caller] {
            let when = stage.now + stage.delay();
            pipe.arrive_at(when, stage);
        }
    }

    pub(crate) fn is_stalled(&self) -> bool {
        self.to_server.stalled_until.is_some() || self.to_caller.stalled_until.is_some()
    }
}

impl Pipe {
    fn new(line: usize, at_server: bool) -> Self {
        let (under_way, arrived) = (VecDeque::new(), Vec::new());
        Self { line, at_server, under_way, arrived, filled: 0, stalled_until: None, expected: None, ended: false }
    }

    /// Takes what there is room for; returns how much that is.
    pub(crate) fn write(&mut self, bytes: &[u8], stage: &mut Stage) -> usize {
        let taken = stage.plan.capacity.saturating_sub(self.filled).min(bytes.len());
        self.send(&bytes[..taken], stage);
        taken
    }

    /// As [`Pipe::write`], for all that there is room for; takes it off the front of `out`.
    pub(crate) fn write_all(&mut self, out: &mut Encoder, stage: &mut Stage) {
        let mut taken = 0;
        for slice in out.slices() {
            let count = self.write(slice, stage);
            taken += count;
            if count < slice.len() {
                break;
            }
        }
        out.advance(taken);
    }

    /// Nothing more is written.
    pub(crate) fn end(&mut self, stage: &mut Stage) {
        if !self.ended {
            self.ended = true;
            let when = self.not_before(stage.now + stage.delay());
            self.arrive_at(when, stage);
        }
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.ended
    }

    /// Whether the end is all that is left to read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.ended && self.filled == 0 && self.stalled_until.is_none()
    }

    pub(crate) fn stall(&mut self, until: Instant, stage: &mut Stage) {
        self.stalled_until = Some(until);
        self.arrive_at(until, stage);
    }

    /// Bytes that have come, a few at a time; empty if there are none yet.
    pub(crate) fn read(&mut self, stage: &mut Stage) -> Vec<u8> {
        if self.stalled_until.is_some_and(|until| stage.now < until) {
            return Vec::new();
        }
        self.stalled_until = None;
        while self.under_way.front().is_some_and(|(when, _)| *when <= stage.now) {
            self.arrived.extend(self.under_way.pop_front().unwrap().1);
        }
        let rest = self.arrived.split_off(stage.plan.read.min(self.arrived.len()));
        let read = std::mem::replace(&mut self.arrived, rest);
        self.filled -= read.len();
        read
    }

    fn send(&mut self, mut bytes: &[u8], stage: &mut Stage) {
        self.filled += bytes.len();
        while !bytes.is_empty() {
            let length = match stage.plan.pieces {
                Pieces::Whole => bytes.len(),
                Pieces::Random => 1 + stage.dice.below(bytes.len()),
                Pieces::Bytes => 1,
            };
            let (piece, rest) = bytes.split_at(length);
            let when = self.not_before(stage.now + stage.delay());
            // Pieces that arrive at the same time are one again.
            let between = Duration::from_micros(stage.dice.within(0..=1));
            self.under_way.push_back((when + between, piece.to_vec()));
            self.arrive_at(when + between, stage);
            bytes = rest;
        }
    }

    /// Nothing overtakes in a stream.
    fn not_before(&self, when: Instant) -> Instant {
        self.under_way.back().map_or(when, |(last, _)| when.max(*last))
    }

    fn arrive_at(&mut self, when: Instant, stage: &mut Stage) {
        if when == stage.now || self.expected.replace(when) != Some(when) {
            stage.at(when, Event::Arrive { line: self.line, at_server: self.at_server });
        }
    }
}
