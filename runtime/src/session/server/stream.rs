use super::Programs;
use super::allowance;
use crate::call::Peer;
use crate::record::{Reader, Record, RecordError};
use crate::xdr::Encoder;
use bytes::BytesMut;
use std::time::Instant;

/// One connection of a server: its bytes in, replies out.
#[derive(Debug)]
pub struct ServerStream {
    peer: Peer,
    reader: Reader,
    /// When the record that is not complete began.
    began: Option<Instant>,
}

impl ServerStream {
    /// A connection of `peer` that has just come about.
    pub fn new(peer: Peer, programs: &Programs) -> Self {
        Self { peer, reader: allowance::reader(programs.limits.record), began: None }
    }

    /// Who is at the other end.
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// Answers the next record in `input`, whose bytes are taken from its front: the reply is appended to `out`.
    /// `Ok(false)` if `input` was used up before the record was complete. `now` tells the time, and is asked only for that
    /// of a record that begins and is not complete.
    ///
    /// A record that is not wholly in `input` and longer than its call can be is answered by its header; the rest of it
    /// is not kept.
    ///
    /// # Errors
    /// The peer broke record marking or a limit: the connection is to be closed.
    pub fn handle_input(
        &mut self,
        programs: &Programs,
        now: impl FnOnce() -> Instant,
        input: &mut &[u8],
        out: &mut Encoder,
    ) -> Result<bool, RecordError> {
        match self.reader.next(input)? {
            Some(record) => {
                self.handle_record(programs, record, out);
                Ok(true)
            }
            None => {
                self.handle_part(programs, now, out);
                Ok(!input.is_empty())
            }
        }
    }

    /// Room to read the next bytes of a large record straight into; empty if they are to be [read](Self::handle_input)
    /// elsewhere.
    pub fn room(&mut self) -> &mut [u8] {
        self.reader.room()
    }

    /// Takes `count` bytes that were read into the [room](Self::room); answers the record if they complete it.
    pub fn handle_room(&mut self, programs: &Programs, count: usize, out: &mut Encoder) {
        if let Some(record) = self.reader.fill(count) {
            self.handle_record(programs, record, out);
        }
    }

    /// Memory to put records together in; see [`Reader::lend`].
    pub fn lend(&mut self, buffer: BytesMut) {
        self.reader.lend(buffer);
    }

    /// Takes the memory back; see [`Reader::take_back`].
    pub fn take_back(&mut self) -> BytesMut {
        self.reader.take_back()
    }

    /// When the connection is to be closed if the record that has begun is not complete by then.
    pub fn poll_deadline(&self, programs: &Programs) -> Option<Instant> {
        self.began?.checked_add(programs.limits.record_time)
    }

    /// Notes when the record began that is not complete, and decides whether it is kept if that is in doubt.
    fn handle_part(&mut self, programs: &Programs, now: impl FnOnce() -> Instant, out: &mut Encoder) {
        if !self.reader.is_mid_record() {
            // One that was not kept has ended, or nothing has come.
            self.began = None;
            return;
        }
        self.began.get_or_insert_with(now);
        let Some(allowance) = self.reader.in_doubt().and_then(|front| programs.allowance(front)) else {
            return;
        };
        if !self.reader.allow(allowance.bytes) {
            self.reader.discard();
            if let Some(reply) = &allowance.refusal {
                programs.refuse(reply, out);
            }
        }
    }

    fn handle_record(&mut self, programs: &Programs, record: Record<'_>, out: &mut Encoder) {
        self.began = None;
        programs.handle_record(self.peer, &record, out);
        self.reader.recycle(record);
    }
}
