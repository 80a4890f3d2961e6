use super::socket::Sent;
use crate::address::Transport;
use crate::session::Retransmission;
use crate::xdr::Encoder;
use bytes::Bytes;
use std::mem;
use std::time::{Duration, Instant};

/// How long a thread reads beside one that sends, before it looks whether that one has left.
const READ_BESIDE_SENDER: Duration = Duration::from_millis(100);

/// What is to be sent.
#[derive(Debug)]
pub(super) enum Output {
    Stream(StreamOutput),
    Datagrams(DatagramOutput),
}

/// What one thread sends at a time, without the lock.
#[derive(Debug)]
pub(super) enum Batch {
    Records(Encoder),
    Message(Bytes),
}

/// Records: some gather while others are sent.
#[derive(Debug)]
pub(super) struct StreamOutput {
    pub(super) gathering: Encoder,
    /// `None` while a thread sends it.
    sending: Option<Encoder>,
    /// The last write found no room.
    stuck: bool,
}

#[derive(Debug)]
pub(super) struct DatagramOutput {
    pub(super) calls: Retransmission,
    /// The last read found nothing: no reply waits unread, and what is due may be sent again.
    heard_nothing: bool,
}

impl Output {
    pub(super) fn new(transport: Transport, retransmit_interval: Duration) -> Self {
        match transport {
            Transport::Tcp | Transport::Unix => {
                Self::Stream(StreamOutput { gathering: Encoder::new(), sending: Some(Encoder::new()), stuck: false })
            }
            Transport::Udp => Self::Datagrams(DatagramOutput {
                calls: Retransmission::new(retransmit_interval),
                heard_nothing: false,
            }),
        }
    }

    /// What to send now, if any and if no other thread sends. `reading` tells whether another thread reads: what comes
    /// is then seen at once.
    pub(super) fn take(&mut self, now: Instant, reading: bool) -> Option<Batch> {
        match self {
            // When stuck, the peer may be waiting for us to read.
            Self::Stream(stream) if stream.stuck && !reading => None,
            Self::Stream(stream) => stream.take().map(Batch::Records),
            Self::Datagrams(DatagramOutput { calls, heard_nothing }) => calls
                .poll_first(now)
                .or_else(|| if *heard_nothing || reading { calls.poll_again(now) } else { None })
                .map(Batch::Message),
        }
    }

    /// Returns what was taken, less what was sent.
    pub(super) fn put_back(&mut self, batch: Batch, sent: Sent) {
        if let (Self::Stream(stream), Batch::Records(records)) = (self, batch) {
            stream.sending = Some(records);
            stream.stuck = sent == Sent::Stuck;
        }
    }

    /// Notes that a read is done, and whether nothing came. As long as something comes, a stuck peer is better read from
    /// than written to: it may be sending replies before it goes on reading calls.
    pub(super) fn note_read(&mut self, nothing: bool) {
        match self {
            Self::Stream(stream) => stream.stuck &= !nothing,
            Self::Datagrams(datagrams) => datagrams.heard_nothing = nothing,
        }
    }

    /// Notes that a thread goes its way: if nobody reads from now on, replies may come and wait unread.
    pub(super) fn note_pause(&mut self) {
        if let Self::Datagrams(datagrams) = self {
            datagrams.heard_nothing = false;
        }
    }

    pub(super) fn is_stuck(&self) -> bool {
        matches!(self, Self::Stream(stream) if stream.stuck)
    }

    /// How long a thread that would wait for `wait` may read; `None` if it must not, because what it waits for may not
    /// be sent yet, and the thread that sends may leave that to it.
    pub(super) fn read_wait(&self, wait: Duration) -> Option<Duration> {
        match self {
            Self::Stream(stream) if stream.stuck => Some(Duration::ZERO),
            Self::Stream(stream) if !stream.gathering.is_empty() => None,
            Self::Stream(stream) if stream.sending.is_none() => Some(wait.min(READ_BESIDE_SENDER)),
            _ => Some(wait),
        }
    }

    /// Whether there are records and no thread is sending any.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Self::Stream(StreamOutput { gathering, sending: Some(sending), .. })
            if !gathering.is_empty() || !sending.is_empty())
    }

    /// Bytes that are not sent; what a thread is sending counts as one.
    pub(super) fn unsent(&self) -> usize {
        match self {
            Self::Stream(stream) => stream.gathering.len() + stream.sending.as_ref().map_or(1, Encoder::len),
            Self::Datagrams(_) => 0,
        }
    }

    /// When there is something to send, if nothing else happens.
    pub(super) fn next_due(&self) -> Option<Instant> {
        match self {
            Self::Stream(_) => None,
            Self::Datagrams(datagrams) => datagrams.calls.next_due(),
        }
    }

    /// Drops the transmissions of a call that is complete or given up.
    pub(super) fn forget(&mut self, xid: u32) {
        if let Self::Datagrams(datagrams) = self {
            datagrams.calls.remove(xid);
        }
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) {
        match self {
            Self::Stream(stream) => {
                stream.gathering.clear();
                stream.sending.get_or_insert_default().clear();
            }
            Self::Datagrams(datagrams) => datagrams.calls.clear(),
        }
    }
}

impl StreamOutput {
    fn take(&mut self) -> Option<Encoder> {
        let sending = self.sending.as_mut()?;
        if sending.is_empty() {
            mem::swap(sending, &mut self.gathering);
        }
        if sending.is_empty() { None } else { self.sending.take() }
    }
}
