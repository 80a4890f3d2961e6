use super::sending::Sending;
use crate::address::Transport;
use crate::call::Peer;
use socket2::Socket;
use std::hint;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How long one write may block. What the peer sends is read in between, should it wait for that.
const WRITE_SLICE: Duration = Duration::from_millis(20);

/// The shortest time that a read waits: shorter ones round to forever or to nothing.
const MIN_READ: Duration = Duration::from_millis(1);

/// Pieces of one vectored write; and where there are no more than a few, which a call with one payload makes, so that not a
/// kilobyte has to be cleared.
const MAX_PIECES: usize = 64;
const FEW: usize = 3;

/// `MSG_PEEK`, the same everywhere.
const PEEK: i32 = 2;

/// `MSG_DONTWAIT`. Where there is none, a write may wait for a moment.
const DO_NOT_WAIT: i32 = match (cfg!(any(target_os = "linux", target_os = "android")), cfg!(unix)) {
    (true, _) => 0x40,
    (false, true) => 0x80,
    (false, false) => 0,
};

/// A blocking, connected socket.
#[derive(Debug)]
pub(super) struct PeerSocket {
    socket: Socket,
    /// The read timeout that is set, in microseconds; 0 is none. Only the thread that reads changes it.
    read_timeout: AtomicU64,
    /// How long a read looks for input before it sleeps.
    spin: Duration,
}

/// What a write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// All was written, or as much as one write takes.
    Some,
    /// The peer does not take more now.
    Stuck,
}

/// Whether a write may wait for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// For a moment.
    Waits,
    DoesNotWait,
}

impl PeerSocket {
    pub(super) fn new(socket: Socket, spin: Duration) -> io::Result<Self> {
        socket.set_write_timeout(Some(WRITE_SLICE))?;
        Ok(Self { socket, read_timeout: AtomicU64::new(0), spin })
    }

    /// Who is at the other end.
    pub(super) fn peer(&self, transport: Transport) -> Peer {
        let address = self.socket.peer_addr().ok().and_then(|address| address.as_socket());
        address.map_or(Peer::unix(None), |address| Peer::new(address, transport))
    }

    /// The address of our end.
    pub(super) fn local(&self) -> Option<SocketAddr> {
        self.socket.local_addr().ok()?.as_socket()
    }

    /// Writes what follows what is written, `most` bytes of it.
    #[inline]
    pub(super) fn send_stream(&self, out: &mut Sending, most: usize, writing: Writing) -> io::Result<Sent> {
        let written = match out.only_slice() {
            Some(bytes) => {
                let bytes = bytes.get(..most).unwrap_or(bytes);
                self.send_slice(bytes, writing).map(|written| (written, bytes.len()))
            }
            None if out.records.most_slices() <= FEW => self.send_pieces::<FEW>(out, most, writing),
            None => self.send_pieces::<MAX_PIECES>(out, most, writing),
        };
        out.note(written)
    }

    /// Writes `bytes` as far as there is room for them. How many that were.
    #[inline]
    pub(super) fn send_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        self.send_slice(bytes, Writing::DoesNotWait)
    }

    #[inline]
    fn send_slice(&self, bytes: &[u8], writing: Writing) -> io::Result<usize> {
        match writing {
            Writing::Waits => (&self.socket).write(bytes),
            Writing::DoesNotWait => self.socket.send_with_flags(bytes, DO_NOT_WAIT),
        }
    }

    /// Bytes that were written, and those that were to be.
    #[inline(never)]
    fn send_pieces<const MOST: usize>(
        &self,
        out: &Sending,
        most: usize,
        writing: Writing,
    ) -> io::Result<(usize, usize)> {
        let mut pieces = [IoSlice::new(&[]); MOST];
        let (mut count, mut length) = (0, 0);
        for (piece, bytes) in pieces.iter_mut().zip(out.slices(most)) {
            *piece = IoSlice::new(bytes);
            count += 1;
            length += bytes.len();
        }
        let pieces = pieces.get(..count).unwrap_or_default();
        let written = match writing {
            Writing::Waits => (&self.socket).write_vectored(pieces),
            Writing::DoesNotWait => self.socket.send_vectored_with_flags(pieces, DO_NOT_WAIT),
        };
        Ok((written?, length))
    }

    /// Sends one datagram. One that the system has no room for is as good as lost on the way.
    #[inline]
    pub(super) fn send_datagram(&self, message: &[u8]) -> io::Result<Sent> {
        match (&self.socket).write(message) {
            Ok(_) => Ok(Sent::Some),
            Err(error) if is_timeout(&error) => Ok(Sent::Some),
            Err(error) => Err(error),
        }
    }

    /// Reads what is there, into `pieces` one after the other, waiting for `wait` at most. `None` if nothing came; a stream
    /// that has ended gives 0 bytes.
    pub(super) fn receive(&self, pieces: &mut [IoSliceMut<'_>], wait: Duration) -> io::Result<Option<usize>> {
        self.set_read_timeout(wait.max(MIN_READ))?;
        if !self.spin.is_zero() {
            self.look_for_input(self.spin.min(wait));
        }
        let received = match pieces {
            [only] => (&self.socket).read(only),
            pieces => (&self.socket).read_vectored(pieces),
        };
        match received {
            Ok(length) => Ok(Some(length)),
            Err(error) if is_timeout(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a read would return at once, be it with the end of the stream or an error.
    pub(super) fn has_input(&self) -> bool {
        let peeked = self.socket.recv_with_flags(&mut [MaybeUninit::uninit()], PEEK | DO_NOT_WAIT);
        !peeked.is_err_and(|error| is_timeout(&error))
    }

    /// Returns as soon as there is input, or when `time` is over. Does not sleep.
    fn look_for_input(&self, time: Duration) {
        let begin = Instant::now();
        while !self.has_input() && begin.elapsed() < time {
            hint::spin_loop();
        }
    }

    /// Ends both directions; a thread that reads takes what has come and then sees the end.
    pub(super) fn shut_down(&self) {
        // It fails if the peer has ended the connection, which is as well.
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    /// Changes the timeout only if the one that is set is noticeably longer, or so much shorter that reads would end
    /// in vain: most calls need no system call for it.
    #[inline]
    fn set_read_timeout(&self, wait: Duration) -> io::Result<()> {
        let wait = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        let set = self.read_timeout.load(Relaxed);
        if set >= wait / 2 && set <= wait.saturating_add(wait / 64) && set != 0 {
            return Ok(());
        }
        self.socket.set_read_timeout(Some(Duration::from_micros(wait)))?;
        self.read_timeout.store(wait, Relaxed);
        Ok(())
    }
}

/// There is no room where a write is over its time, or was interrupted.
#[inline]
pub(super) fn or_stuck(sent: io::Result<Sent>) -> io::Result<Sent> {
    match sent {
        Err(error) if is_timeout(&error) => Ok(Sent::Stuck),
        sent => sent,
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
