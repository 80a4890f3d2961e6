use super::sending::{Sender, Sending};
use super::socket::{PeerSocket, Sent, or_stuck};
use crate::address::Transport;
use crate::rpc::CALL;
use crate::session::Retransmission;
use crate::xdr::{Encoder, Sink};
use bytes::{Bytes, BytesMut};
use std::io;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a thread reads beside one that sends, before it looks whether that one has left.
const READ_BESIDE_SENDER: Duration = Duration::from_millis(100);

/// So many bytes are sent at once if they can be at all, as a rule.
pub(super) const LITTLE: usize = 8 << 10;

/// Calls that wait to be sent together are at most one in so many of those pending: the peer is busy with others meanwhile, as a rule.
const GATHERING_SHARE: usize = 8;

/// What is to be sent.
#[derive(Debug)]
pub(super) enum Output {
    Stream(StreamOutput),
    Datagrams(DatagramOutput),
}

/// What one thread sends at a time, without the lock.
#[derive(Debug)]
pub(super) enum Batch {
    Records(Box<Sender>),
    Message(Bytes),
}

/// Records: some gather while others are sent.
#[derive(Debug)]
pub(super) struct StreamOutput {
    pub(super) gathering: Encoder,
    /// How many calls wait for that to be sent with others.
    waiting: usize,
    /// `None` while a thread sends it.
    sender: Option<Box<Sender>>,
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
    pub(super) fn new(transport: Transport, socket: &Arc<PeerSocket>, retransmit_interval: Duration) -> Self {
        match transport {
            Transport::Tcp | Transport::Unix => {
                let sender = Some(Box::new(Sender::new(Arc::clone(socket))));
                Self::Stream(StreamOutput { gathering: Encoder::new(), waiting: 0, sender, stuck: false })
            }
            Transport::Udp => Self::Datagrams(DatagramOutput {
                calls: Retransmission::new(retransmit_interval),
                heard_nothing: false,
            }),
        }
    }

    /// What to send now, if any and if no other thread sends. `reading` tells whether another thread reads: what comes
    /// is then seen at once.
    #[inline]
    pub(super) fn take(&mut self, now: Instant, reading: bool) -> Option<Batch> {
        match self {
            Self::Stream(_) => self.take_records(reading).map(Batch::Records),
            Self::Datagrams(datagrams) => datagrams.take(now, reading).map(Batch::Message),
        }
    }

    /// The records to send now, as [`Output::take`].
    #[inline]
    pub(super) fn take_records(&mut self, reading: bool) -> Option<Box<Sender>> {
        match self {
            // When stuck, the peer may be waiting for us to read.
            Self::Stream(stream) if !stream.stuck || reading => stream.take(),
            _ => None,
        }
    }

    /// The datagram to send now that was not sent yet.
    #[inline]
    pub(super) fn take_first(&mut self, now: Instant) -> Option<Bytes> {
        match self {
            Self::Stream(_) => None,
            Self::Datagrams(datagrams) => datagrams.calls.poll_first(now),
        }
    }

    /// Returns what was taken, less what was sent.
    #[inline]
    pub(super) fn put_back(&mut self, mut sender: Box<Sender>, sent: Sent) {
        if let Self::Stream(stream) = self {
            if sender.is_empty() {
                // What is kept by reference is the callers' again.
                sender.clear();
            }
            stream.sender = Some(sender);
            stream.stuck = sent == Sent::Stuck;
        }
    }

    /// Notes that a read is done, and whether nothing came. As long as something comes, a stuck peer is better read from
    /// than written to: it may be sending replies before it goes on reading calls.
    #[inline]
    pub(super) fn note_read(&mut self, nothing: bool) {
        match self {
            Self::Stream(stream) => stream.stuck &= !nothing,
            Self::Datagrams(datagrams) => datagrams.heard_nothing = nothing,
        }
    }

    /// Notes that a thread goes its way: if nobody reads from now on, replies may come and wait unread.
    #[inline]
    pub(super) fn note_pause(&mut self) {
        if let Self::Datagrams(datagrams) = self {
            datagrams.heard_nothing = false;
        }
    }

    #[inline]
    pub(super) fn is_stuck(&self) -> bool {
        matches!(self, Self::Stream(stream) if stream.stuck)
    }

    /// How long a thread that would wait for `wait` may read; `None` if it must not, because what it waits for may not
    /// be sent yet, and the thread that sends may leave that to it.
    #[inline]
    pub(super) fn read_wait(&self, wait: Duration) -> Option<Duration> {
        match self {
            Self::Stream(stream) if stream.stuck => Some(Duration::ZERO),
            Self::Stream(stream) if !stream.gathering.is_empty() => None,
            Self::Stream(stream) if stream.sender.is_none() => Some(wait.min(READ_BESIDE_SENDER)),
            _ => Some(wait),
        }
    }

    /// How long a call that has just begun may wait for its reply until something else is to be done, if what is to be sent
    /// is little, and nothing is left of what was; `timeout` is the time that it has.
    #[inline]
    pub(super) fn first_wait(&self, timeout: Duration) -> Option<Duration> {
        match self {
            Self::Stream(StreamOutput { gathering, sender: Some(sender), stuck: false, .. })
                if gathering.len() <= LITTLE && sender.is_empty() =>
            {
                Some(timeout)
            }
            Self::Stream(_) => None,
            Self::Datagrams(datagrams) => datagrams.calls.only_interval().map(|interval| interval.min(timeout)),
        }
    }

    /// How long a lone call may wait for its reply until something else is to be done; `timeout` is the time that it has.
    #[inline]
    pub(super) fn wait_alone(&self, timeout: Duration) -> Duration {
        match self {
            Self::Stream(_) => timeout,
            Self::Datagrams(datagrams) => datagrams.calls.first_interval().min(timeout),
        }
    }

    /// Whether nothing is to be sent, while no call is pending.
    pub(super) fn is_at_rest(&self) -> bool {
        match self {
            Self::Stream(StreamOutput { gathering, sender: Some(sender), stuck: false, .. }) => {
                gathering.is_empty() && sender.is_empty()
            }
            Self::Stream(_) => false,
            Self::Datagrams(datagrams) => datagrams.calls.is_empty() && !datagrams.heard_nothing,
        }
    }

    /// Notes what came of an attempt to send, without waiting, what has gathered: it is being sent now.
    pub(super) fn note_written(&mut self, written: io::Result<usize>) -> io::Result<Sent> {
        match self {
            Self::Stream(StreamOutput { gathering, sender: Some(sender), stuck, .. }) => {
                sender.load(gathering);
                let sent = sender.note(written);
                *stuck = matches!(sent, Ok(Sent::Stuck));
                sent
            }
            _ => or_stuck(written.map(|_| Sent::Some)),
        }
    }

    /// A copy of the records that have gathered, if it is a stream.
    pub(super) fn gathered(&self) -> Option<Bytes> {
        let Self::Stream(stream) = self else { return None };
        let mut copy = BytesMut::with_capacity(stream.gathering.len());
        stream.gathering.slices().for_each(|slice| copy.extend_from_slice(slice));
        Some(copy.freeze())
    }

    /// Whether one of `pending` calls waits to be sent with others that are about to come. Notes it if so.
    #[inline]
    pub(super) fn gathers(&mut self, pending: usize) -> bool {
        match self {
            Self::Stream(stream) => stream.gathers(pending),
            Self::Datagrams(_) => false,
        }
    }

    /// Whether there are records and no thread is sending any.
    #[inline]
    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Self::Stream(StreamOutput { gathering, sender: Some(sender), .. })
            if !gathering.is_empty() || !sender.is_empty())
    }

    /// Bytes that are not sent; what a thread is sending counts as one.
    #[inline]
    pub(super) fn unsent(&self) -> usize {
        match self {
            Self::Stream(stream) => stream.gathering.len() + stream.sender.as_ref().map_or(1, |sender| sender.left()),
            Self::Datagrams(_) => 0,
        }
    }

    /// When there is something to send, if nothing else happens.
    #[inline]
    pub(super) fn next_due(&self) -> Option<Instant> {
        match self {
            Self::Stream(_) => None,
            Self::Datagrams(datagrams) => datagrams.calls.next_due(),
        }
    }

    /// Drops the transmissions of a call that is complete or given up.
    #[inline]
    pub(super) fn forget(&mut self, xid: u32) {
        if let Self::Datagrams(datagrams) = self {
            datagrams.calls.remove(xid);
        }
    }

    /// Whether no thread sends.
    #[inline]
    pub(super) fn is_home(&self) -> bool {
        !matches!(self, Self::Stream(StreamOutput { sender: None, .. }))
    }

    /// Takes out the records that are not wholly written, with the xids of their calls. To be asked when no thread
    /// sends.
    pub(super) fn take_unsent(&mut self) -> Vec<(u32, Bytes)> {
        let Self::Stream(stream) = self else { return Vec::new() };
        (stream.stuck, stream.waiting) = (false, 0);
        let Some(Sending { records, written }) = stream.sender.as_mut().map(|sender| sender.take()) else {
            return Vec::new();
        };
        let mut unsent = divide(records.into_bytes(), written);
        unsent.extend(divide(mem::take(&mut stream.gathering).into_bytes(), 0));
        unsent
    }

    /// Sends over another connection from now on. To be called when no thread sends.
    pub(super) fn install(&mut self, socket: &Arc<PeerSocket>) {
        if let Self::Stream(StreamOutput { sender: Some(sender), .. }) = self {
            sender.install(Arc::clone(socket));
        }
    }

    /// Puts records in front of nothing: there must be none.
    pub(super) fn put(&mut self, records: impl IntoIterator<Item = Bytes>) {
        if let Self::Stream(stream) = self {
            for record in records {
                stream.gathering.begin(record.len());
                // Within the limit just set.
                let _ = stream.gathering.put_bytes(&record);
            }
        }
    }

    /// Adds a reply of ours.
    pub(super) fn append(&mut self, reply: Encoder) {
        if let Self::Stream(stream) = self {
            stream.gathering.append(reply);
        }
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) {
        match self {
            Self::Stream(stream) => {
                stream.gathering.clear();
                stream.waiting = 0;
                if let Some(sender) = &mut stream.sender {
                    sender.clear();
                }
            }
            Self::Datagrams(datagrams) => datagrams.calls.clear(),
        }
    }
}

/// The calls among the records, which we have encoded as one fragment each, that end behind `written`, with their xids.
/// Replies are of no use to another connection.
fn divide(mut records: Bytes, mut written: usize) -> Vec<(u32, Bytes)> {
    let mut unsent = Vec::new();
    while let Some(head) = records.first_chunk::<12>() {
        let [mark, xid, kind] = head_words(*head);
        let record = records.split_to(records.len().min(4 + (mark & 0x7fff_ffff) as usize));
        if record.len() > written && kind == CALL {
            unsent.push((xid, record.clone()));
        }
        written = written.saturating_sub(record.len());
    }
    unsent
}

fn head_words(head: [u8; 12]) -> [u32; 3] {
    let mut words = [0; 3];
    for (word, bytes) in words.iter_mut().zip(head.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}

impl DatagramOutput {
    fn take(&mut self, now: Instant, reading: bool) -> Option<Bytes> {
        let again = self.heard_nothing || reading;
        self.calls.poll_first(now).or_else(|| if again { self.calls.poll_again(now) } else { None })
    }
}

impl StreamOutput {
    #[inline]
    fn take(&mut self) -> Option<Box<Sender>> {
        if self.sender.as_mut()?.load(&mut self.gathering) {
            self.waiting = 0;
            self.sender.take()
        } else {
            None
        }
    }

    fn gathers(&mut self, pending: usize) -> bool {
        let is_little = !self.gathering.is_empty() && self.gathering.len() <= LITTLE;
        let gathers = is_little && self.waiting < pending / GATHERING_SHARE;
        self.waiting += usize::from(gathers);
        gathers
    }
}
