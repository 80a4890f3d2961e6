use super::stream::Stream;
use crate::xdr::Encoder;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::time::Instant;

/// Pieces written at a time; and where there are no more than a few, which a reply with one payload makes, so that not a
/// kilobyte has to be cleared.
const PIECES: usize = 64;
const FEW: usize = 3;

/// A socket, and what is known of it since its last events: whether to try, and how long it has been still.
#[derive(Debug)]
pub(super) struct Watched {
    socket: Stream,
    /// Whether there may be bytes to read, and room to write, since the last event.
    readable: bool,
    writable: bool,
    /// Whether the end of the input has been announced, and reached.
    end_announced: bool,
    ended: bool,
    /// Whether the peer takes nothing any more.
    broken: bool,
    /// Whether it is to be read to where nothing more has come.
    to_the_end: bool,
    /// When the last byte went either way.
    last_active: Instant,
    /// Since when the peer has not taken a byte of those that wait.
    stalled: Option<Instant>,
    received: u64,
    sent: u64,
}

impl Watched {
    pub(super) fn new(socket: Stream, now: Instant) -> Self {
        Self {
            socket,
            readable: false,
            writable: true,
            end_announced: false,
            ended: false,
            broken: false,
            to_the_end: false,
            last_active: now,
            stalled: None,
            received: 0,
            sent: 0,
        }
    }

    /// Notes what an event says.
    pub(super) fn handle_event(&mut self, event: &mio::event::Event) {
        self.readable |= event.is_readable() || event.is_read_closed() || event.is_error();
        self.writable |= event.is_writable() || event.is_write_closed() || event.is_error();
        self.end_announced |= event.is_read_closed();
        self.broken |= event.is_error();
    }

    /// From now on it is read to where nothing more has come.
    pub(super) fn read_to_the_end(&mut self) {
        self.to_the_end = true;
        self.readable = true;
    }

    /// Reads once, into `buffer`: how many bytes. Fewer than fit tell that there are no more for now. But an end that has been
    /// announced is not announced again, so that it has to be read up to there.
    #[inline]
    pub(super) fn read(&mut self, buffer: &mut [u8], now: Instant) -> io::Result<usize> {
        self.receive(buffer.len(), now, |socket| socket.read(buffer))
    }

    /// The same into `room` and then `scratch`: how many bytes went into the room, and those in `scratch`.
    pub(super) fn read_into_both<'a>(
        &mut self,
        room: &mut [u8],
        scratch: &'a mut [u8],
        now: Instant,
    ) -> io::Result<(usize, &'a [u8])> {
        let (direct, most) = (room.len(), room.len().saturating_add(scratch.len()));
        let count = self.receive(most, now, |socket| match direct {
            0 => socket.read(scratch),
            _ => socket.read_vectored(&mut [IoSliceMut::new(room), IoSliceMut::new(scratch)]),
        })?;
        let direct = direct.min(count);
        Ok((direct, scratch.get(..count.saturating_sub(direct)).unwrap_or_default()))
    }

    /// The same into `pieces`, one after the other: how many bytes.
    pub(super) fn read_pieces(&mut self, pieces: &mut [IoSliceMut<'_>], now: Instant) -> io::Result<usize> {
        let most = pieces.iter().fold(0, |most: usize, piece| most.saturating_add(piece.len()));
        self.receive(most, now, |socket| socket.read_vectored(pieces))
    }

    #[inline]
    fn receive(
        &mut self,
        most: usize,
        now: Instant,
        mut read: impl FnMut(&mut Stream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        while self.may_read() {
            match read(&mut self.socket) {
                Ok(count) => {
                    self.ended = count == 0;
                    self.readable = self.end_announced || self.to_the_end || count == most;
                    self.last_active = now;
                    self.received = self.received.wrapping_add(count as u64);
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.readable = false,
                Err(error) => return Err(error),
            }
        }
        Ok(0)
    }

    /// Writes what the peer takes at once. `now` is the time after the calls, or before them if they were small so far.
    #[inline]
    pub(super) fn write(&mut self, out: &mut Encoder, now: Instant) -> io::Result<()> {
        if out.is_empty() { Ok(()) } else { self.write_some(out, now) }
    }

    /// The same, the first `most` bytes by themselves. There must be some.
    pub(super) fn write_divided(&mut self, out: &mut Encoder, most: usize, now: Instant) -> io::Result<()> {
        if self.writable {
            let (outcome, offered) = write_pieces::<FEW>(&mut self.socket, out, most);
            self.note(outcome, offered, out, now)?;
        }
        self.write(out, now)
    }

    #[inline(never)]
    fn write_some(&mut self, out: &mut Encoder, now: Instant) -> io::Result<()> {
        // As a rule, all of it goes at once.
        if self.writable
            && let Some(bytes) = out.as_slice()
        {
            let (outcome, offered) = (self.socket.write(bytes), bytes.len());
            self.note(outcome, offered, out, now)?;
        }
        if out.is_empty() { Ok(()) } else { self.write_rest(out, now) }
    }

    #[inline(never)]
    fn write_rest(&mut self, out: &mut Encoder, now: Instant) -> io::Result<()> {
        while self.writable && !out.is_empty() {
            let write = if out.most_slices() <= FEW { write_pieces::<FEW> } else { write_pieces::<PIECES> };
            let (outcome, offered) = write(&mut self.socket, out, usize::MAX);
            self.note(outcome, offered, out, now)?;
        }
        if !out.is_empty() {
            self.stalled.get_or_insert_with(Instant::now);
        }
        Ok(())
    }

    /// Notes what came of a write that so many bytes were offered to.
    #[inline(always)]
    fn note(&mut self, outcome: io::Result<usize>, offered: usize, out: &mut Encoder, now: Instant) -> io::Result<()> {
        match outcome {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => {
                if count == out.len() {
                    out.clear();
                } else {
                    out.advance(count);
                }
                self.writable = count == offered;
                self.sent = self.sent.wrapping_add(count as u64);
                self.last_active = now;
                self.stalled = None;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.writable = false,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether there may be bytes to read.
    #[inline]
    pub(super) fn may_read(&self) -> bool {
        self.readable && !self.ended
    }

    /// Whether the peer has sent all it will.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    pub(super) fn last_active(&self) -> Instant {
        self.last_active
    }

    pub(super) fn stalled(&self) -> Option<Instant> {
        self.stalled
    }

    /// Bytes that were read.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Bytes that went either way.
    pub(super) fn moved(&self) -> u64 {
        self.received.wrapping_add(self.sent)
    }

    /// Bytes that were written.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }
}

/// One write of `most` bytes, as far as they are in so many pieces; how much was taken, and how much was offered.
fn write_pieces<const PIECES: usize>(socket: &mut Stream, out: &Encoder, most: usize) -> (io::Result<usize>, usize) {
    let mut pieces = [IoSlice::new(&[]); PIECES];
    let (mut offered, mut used) = (0, 0);
    for (piece, bytes) in pieces.iter_mut().zip(out.slices()) {
        let bytes = bytes.get(..most.saturating_sub(offered)).unwrap_or(bytes);
        *piece = IoSlice::new(bytes);
        offered += bytes.len();
        used += 1;
    }
    (socket.write_vectored(pieces.get(..used).unwrap_or_default()), offered)
}
