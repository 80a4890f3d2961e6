use super::socket::{PeerSocket, Sent, Writing, or_stuck};
use crate::record::first_half;
use crate::xdr::Encoder;
use std::io::{self, ErrorKind};
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
        self.socket.send_stream(&mut self.sending, usize::MAX, writing)
    }

    /// The same for a call that the peer waits for: some are sent [half by half](first_half).
    pub(super) fn send_alone(&mut self, writing: Writing) -> io::Result<Sent> {
        if let Some(half) = first_half(self.left()) {
            let sent = self.socket.send_stream(&mut self.sending, half, writing)?;
            if sent == Sent::Stuck {
                return Ok(sent);
            }
        }
        self.send(writing)
    }

    /// Notes what came of an attempt to write all that is left.
    pub(super) fn note(&mut self, written: io::Result<usize>) -> io::Result<Sent> {
        let offered = self.left();
        self.sending.note(written.map(|written| (written, offered)))
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

    /// Notes that so many bytes were written of so many that were offered, or why none were.
    #[inline]
    pub(super) fn note(&mut self, written: io::Result<(usize, usize)>) -> io::Result<Sent> {
        or_stuck(match written {
            Ok((0, _)) => Err(ErrorKind::WriteZero.into()),
            Ok((written, offered)) => {
                self.written += written;
                Ok(if written < offered { Sent::Stuck } else { Sent::Some })
            }
            Err(error) => Err(error),
        })
    }

    /// What is to be written, if nothing of the records is kept by reference.
    #[inline]
    pub(super) fn only_slice(&self) -> Option<&[u8]> {
        self.records.as_slice()?.get(self.written..)
    }

    /// The first `most` bytes of what is to be written, piece by piece.
    pub(super) fn slices(&self, most: usize) -> impl Iterator<Item = &[u8]> {
        let (mut skipped, mut left) = (self.written, most);
        self.records.slices().filter_map(move |bytes| {
            let rest = bytes.get(skipped..).unwrap_or_default();
            skipped = skipped.saturating_sub(bytes.len());
            let rest = rest.get(..left).unwrap_or(rest);
            left = left.saturating_sub(rest.len());
            Some(rest).filter(|rest| !rest.is_empty())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xdr::Sink;
    use bytes::Bytes;

    #[test]
    fn any_part_of_what_is_left_can_be_written_by_itself() {
        let mut sending = Sending::default();
        sending.records.begin(usize::MAX);
        sending.records.put_slice(&[1; 10]).unwrap();
        sending.records.put_bytes(&Bytes::from(vec![2; 20_000])).unwrap();
        sending.records.put_slice(&[3; 10]).unwrap();
        let all = sending.records.slices().collect::<Vec<_>>().concat();
        assert_eq!(sending.records.slices().count(), 3);
        for written in [0, 1, 10, 5_000, 20_009, 20_010, 20_011, 20_020] {
            sending.written = written;
            for most in [1, 9, 10, 11, 10_000, 20_010, 20_011, usize::MAX] {
                let wanted = &all[written..][..most.min(all.len() - written)];
                let part = sending.slices(most).collect::<Vec<_>>();
                assert!(part.concat() == wanted && part.iter().all(|slice| !slice.is_empty()), "{written} {most}");
            }
        }
    }
}
