use super::socket::{PeerSocket, Sent, Writing};
use crate::xdr::Encoder;
use std::io;
use std::mem;
use std::sync::Arc;

/// What sends records; one thread has it at a time.
#[derive(Debug)]
pub(super) struct Sender {
    socket: Arc<PeerSocket>,
    sending: Sending,
}

/// Records that are being sent. All of them stay until the last is written: should the connection end, it shows which
/// the peer has not got.
#[derive(Debug, Default)]
pub(super) struct Sending {
    pub(super) records: Encoder,
    /// Bytes of them that are written.
    pub(super) written: usize,
}

impl Sender {
    pub(super) fn new(socket: Arc<PeerSocket>) -> Self {
        Self { socket, sending: Sending::default() }
    }

    /// Sends over another connection from now on.
    pub(super) fn install(&mut self, socket: Arc<PeerSocket>) {
        self.socket = socket;
    }

    /// Writes what follows what is written.
    #[inline]
    pub(super) fn send(&mut self, writing: Writing) -> io::Result<Sent> {
        self.socket.send_stream(&mut self.sending, writing)
    }

    /// Has `gathering` sent if nothing is left; what has been sent is taken back for its memory. Whether there is
    /// anything to send.
    #[inline]
    pub(super) fn load(&mut self, gathering: &mut Encoder) -> bool {
        if self.is_empty() {
            if gathering.is_empty() {
                return false;
            }
            mem::swap(&mut self.sending.records, gathering);
        }
        true
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.left() == 0
    }

    #[inline]
    pub(super) fn left(&self) -> usize {
        self.sending.left()
    }

    pub(super) fn take(&mut self) -> Sending {
        mem::take(&mut self.sending)
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        self.sending.records.clear();
        self.sending.written = 0;
    }
}

impl Sending {
    #[inline]
    fn left(&self) -> usize {
        self.records.len().saturating_sub(self.written)
    }

    /// What is to be written, if nothing of the records is kept by reference.
    #[inline]
    pub(super) fn only_slice(&self) -> Option<&[u8]> {
        self.records.as_slice()?.get(self.written..)
    }

    /// What is to be written, piece by piece.
    pub(super) fn slices(&self) -> impl Iterator<Item = &[u8]> {
        let mut skipped = self.written;
        self.records.slices().filter_map(move |bytes| {
            let rest = bytes.get(skipped..).filter(|rest| !rest.is_empty());
            skipped = skipped.saturating_sub(bytes.len());
            rest
        })
    }
}
