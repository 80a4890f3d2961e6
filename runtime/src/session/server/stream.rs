use super::Programs;
use crate::call::Peer;
use crate::record::{Reader, RecordError};
use crate::xdr::Encoder;
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
        Self {
            peer,
            reader: Reader::new(programs.limits.record),
            began: None,
        }
    }

    /// Who is at the other end.
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// Answers the next record in `input`, whose bytes are taken from its front: the reply is appended to `out`.
    /// `Ok(false)` if `input` was used up before the record was complete.
    ///
    /// # Errors
    /// The peer broke record marking or a limit: the connection is to be closed.
    pub fn handle_input(
        &mut self,
        programs: &Programs,
        now: Instant,
        input: &mut &[u8],
        out: &mut Encoder,
    ) -> Result<bool, RecordError> {
        match self.reader.next(input)? {
            Some(record) => {
                self.began = None;
                programs.handle_record(self.peer, &record, out);
                Ok(true)
            }
            None => {
                if self.reader.is_mid_record() {
                    self.began.get_or_insert(now);
                }
                Ok(false)
            }
        }
    }

    /// When the connection is to be closed if the record that has begun is not complete by then.
    pub fn poll_deadline(&self, programs: &Programs) -> Option<Instant> {
        self.began?.checked_add(programs.limits.record_time)
    }

    /// Whether the peer has sent a part of a record.
    pub fn is_mid_record(&self) -> bool {
        self.began.is_some()
    }
}
