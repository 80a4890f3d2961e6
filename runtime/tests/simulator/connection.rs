//! One connection of the server.

use crate::line::Line;
use crate::stage::{Event, Stage};
use oncrpc::Peer;
use oncrpc::record;
use oncrpc::rpc::CallHeader;
use oncrpc::session::server::{Delivery, Origin, Programs, ServerStream};
use oncrpc::xdr::{Encoder, Sink};
use std::sync::Arc;
use std::time::Instant;

pub(crate) struct Connection {
    line: usize,
    stream: ServerStream,
    out: Encoder,
    /// What was read and waits until replies are taken, or fewer calls are in flight.
    backlog: Vec<u8>,
    /// When a look at the time of a record is due.
    watched: Option<Instant>,
}

impl Connection {
    pub(crate) fn new(line: usize, peer: Peer, programs: &Programs, origin: Arc<Origin>) -> Self {
        let stream = ServerStream::new(peer, programs, Some(origin));
        Self { line, stream, out: Encoder::new(), backlog: Vec::new(), watched: None }
    }

    /// The port's name for it.
    pub(crate) fn key(&self) -> usize {
        self.stream.origin().unwrap().key()
    }

    /// Reads, answers and writes until there is nothing to do; whether all is answered that there will ever be.
    pub(crate) fn turn(&mut self, programs: &Programs, pipes: &mut Line, stage: &mut Stage) -> bool {
        self.exchange(programs, pipes, stage);
        let has_ended = pipes.to_server.is_at_end() && self.backlog.is_empty();
        if has_ended {
            self.stream.handle_end();
        }
        let has_input = !has_ended || self.stream.has_postponed();
        if has_input || !self.out.is_empty() || self.stream.in_flight() > 0 {
            self.watch(programs, stage);
            return false;
        }
        assert!(self.stream.poll_deadline(programs).is_none(), "connection {} ends within a record", self.line);
        pipes.to_caller.end(stage);
        true
    }

    /// Takes a reply that has come later, unless it is for somebody else who had the same name.
    pub(crate) fn deliver(&mut self, delivery: Delivery, stage: &mut Stage) {
        if delivery.is_for(self.stream.origin().unwrap()) {
            let reply = delivery.into_reply().into_bytes();
            self.out.begin(reply.len());
            self.out.put_slice(&reply).unwrap();
        } else {
            stage.note("reply for a former connection");
        }
    }

    /// Takes the calls that are to be made over it.
    pub(crate) fn take_calls(&mut self, stage: &mut Stage) {
        if self.stream.take_calls(&mut self.out) {
            stage.note("called back");
        }
    }

    /// Whether the record that has begun has taken too long.
    pub(crate) fn is_overdue(&mut self, programs: &Programs, stage: &mut Stage) -> bool {
        self.watched = None;
        let is_overdue = self.stream.poll_deadline(programs).is_some_and(|deadline| deadline <= stage.now);
        self.watch(programs, stage);
        is_overdue
    }

    fn exchange(&mut self, programs: &Programs, pipes: &mut Line, stage: &mut Stage) {
        loop {
            pipes.to_caller.write_all(&mut self.out, stage);
            if self.stream.is_full(stage.now) {
                return stage.note("too many in flight");
            }
            if self.out.len() >= programs.limits().output_bytes {
                return;
            }
            let mut bytes = std::mem::take(&mut self.backlog);
            if bytes.is_empty() {
                bytes = pipes.to_server.read(stage);
            }
            if !self.handle_input(programs, &bytes, stage) && bytes.is_empty() {
                return;
            }
        }
    }

    /// Part of what comes goes straight to the record it belongs to, where there is room for it. Whether a record was
    /// handled behind it, which may have come before.
    fn handle_input(&mut self, programs: &Programs, bytes: &[u8], stage: &mut Stage) -> bool {
        let room = self.stream.room();
        let direct = room.len().min(bytes.len());
        room[..direct].copy_from_slice(&bytes[..direct]);
        if direct > 0 {
            stage.note("read into its place");
            self.stream.handle_room(programs, direct, &mut self.out);
        }
        let mut input = &bytes[direct..];
        let mut rounds = 0;
        while (!input.is_empty() || self.stream.has_postponed()) && self.out.len() < programs.limits().output_bytes {
            let before = self.stream.poll_deadline(programs);
            let handled = self.stream.handle_input(programs, || stage.now, &mut input, &mut self.out);
            if !handled.expect("the callers' records are right") {
                let after = self.stream.poll_deadline(programs);
                assert!(before.is_none() || after.is_none() || before == after, "bytes renew the time of a record");
                break;
            }
            self.add_stray(stage);
            rounds += 1;
            assert!(rounds <= 2 * bytes.len() + 10_000, "connection {} goes round in circles", self.line);
        }
        self.backlog = input.to_vec();
        rounds > 0
    }

    /// A call, which a client that serves nothing is to skip.
    fn add_stray(&mut self, stage: &mut Stage) {
        if stage.dice.percent(stage.plan.stray) {
            let xid = stage.plan.callers[0].first_xid.wrapping_add(stage.dice.below(16) as u32);
            let open = record::begin(&mut self.out, 1_000);
            CallHeader { xid, ..CallHeader::default() }.encode(&mut self.out).unwrap();
            record::finish(&mut self.out, open).unwrap();
        }
    }

    fn watch(&mut self, programs: &Programs, stage: &mut Stage) {
        let deadline = self.stream.poll_deadline(programs);
        if let Some(deadline) = deadline.filter(|_| self.watched.is_none()) {
            self.watched = Some(deadline);
            stage.at(deadline.max(stage.now), Event::RecordTime { line: self.line });
        }
    }
}
