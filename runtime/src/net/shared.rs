use super::budget::Share;
use crate::metrics::Recorder;
use crate::xdr::Encoder;
use bytes::BytesMut;
use std::time::Instant;

/// Bytes read at a time, into a buffer that all connections share.
const SCRATCH: usize = 256 << 10;

/// What connections share, as one at a time has its turn: a connection that is silent holds no buffer.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) scratch: Vec<u8>,
    pub(super) spare: Option<Box<Encoder>>,
    /// Memory for a record that comes in pieces.
    pub(super) record: BytesMut,
    pub(super) recorder: Recorder,
    /// Memory that connections hold for input that is not complete, and for replies that are not taken.
    pub(super) input: Share,
    pub(super) output: Share,
    /// Whether the connection that has its turn may read although memory for input is short.
    pub(super) is_favoured: bool,
    /// The last look at the clock: before a turn, or after the calls of it.
    pub(super) now: Instant,
    /// Whether it is to be looked at again before the next turn.
    pub(super) is_late: bool,
}

impl Shared {
    pub(super) fn new(recorder: Recorder, input: Share, output: Share) -> Self {
        Self {
            scratch: vec![0; SCRATCH],
            spare: None,
            record: BytesMut::new(),
            recorder,
            input,
            output,
            is_favoured: false,
            now: Instant::now(),
            is_late: true,
        }
    }

    /// A buffer for replies, empty.
    #[inline]
    pub(super) fn take_spare(&mut self) -> Box<Encoder> {
        self.spare.take().unwrap_or_default()
    }

    /// Keeps the larger one of the buffers for replies.
    #[inline]
    pub(super) fn keep_spare(&mut self, out: Box<Encoder>) {
        if self.spare.as_ref().is_none_or(|spare| out.memory() >= spare.memory()) {
            self.spare = Some(out);
        }
    }
}
