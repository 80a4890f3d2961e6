use super::socket::Sent;
use crate::address::Transport;
use crate::rpc::CALL;
use crate::session::Retransmission;
use crate::xdr::{Encoder, Sink};
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
    Records(Box<Sending>),
    Message(Bytes),
}

/// Records: some gather while others are sent.
#[derive(Debug)]
pub(super) struct StreamOutput {
    pub(super) gathering: Encoder,
    /// `None` while a thread sends it.
    sending: Option<Box<Sending>>,
    /// The last write found no room.
    stuck: bool,
}

/// Records that are being sent. All of them stay until the last is written: should the connection end, it shows which
/// the peer has not got.
#[derive(Debug, Default)]
pub(super) struct Sending {
    pub(super) records: Encoder,
    /// Bytes of them that are written.
    pub(super) written: usize,
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
                Self::Stream(StreamOutput { gathering: Encoder::new(), sending: Some(Box::default()), stuck: false })
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
            Self::Stream(_) => self.take_records(reading),
            Self::Datagrams(DatagramOutput { calls, heard_nothing }) => calls
                .poll_first(now)
                .or_else(|| if *heard_nothing || reading { calls.poll_again(now) } else { None })
                .map(Batch::Message),
        }
    }

    /// As [`Output::take`], of records, whatever time it is.
    pub(super) fn take_records(&mut self, reading: bool) -> Option<Batch> {
        match self {
            // When stuck, the peer may be waiting for us to read.
            Self::Stream(stream) if !stream.stuck || reading => stream.take().map(Batch::Records),
            _ => None,
        }
    }

    /// Returns what was taken, less what was sent.
    pub(super) fn put_back(&mut self, batch: Batch, sent: Sent) {
        if let (Self::Stream(stream), Batch::Records(mut records)) = (self, batch) {
            if records.is_empty() {
                // What is kept by reference is the callers' again.
                records.clear();
            }
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
            Self::Stream(stream) => {
                stream.gathering.len() + stream.sending.as_ref().map_or(1, |sending| sending.left())
            }
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

    /// Whether no thread sends.
    pub(super) fn is_home(&self) -> bool {
        !matches!(self, Self::Stream(StreamOutput { sending: None, .. }))
    }

    /// Takes out the records that are not wholly written, with the xids of their calls. To be asked when no thread
    /// sends.
    pub(super) fn take_unsent(&mut self) -> Vec<(u32, Bytes)> {
        let Self::Stream(stream) = self else { return Vec::new() };
        stream.stuck = false;
        let Sending { records, written } = *stream.sending.replace(Box::default()).unwrap_or_default();
        let mut unsent = divide(records.into_bytes(), written);
        unsent.extend(divide(mem::take(&mut stream.gathering).into_bytes(), 0));
        unsent
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
                stream.sending.get_or_insert_default().clear();
            }
            Self::Datagrams(datagrams) => datagrams.calls.clear(),
        }
    }
}

impl Sending {
    pub(super) fn is_empty(&self) -> bool {
        self.left() == 0
    }

    pub(super) fn left(&self) -> usize {
        self.records.len().saturating_sub(self.written)
    }

    /// What is to be written, if nothing of the records is kept by reference.
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

    fn clear(&mut self) {
        self.records.clear();
        self.written = 0;
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

impl StreamOutput {
    fn take(&mut self) -> Option<Box<Sending>> {
        let sending = self.sending.as_mut()?;
        if sending.is_empty() {
            if self.gathering.is_empty() {
                return None;
            }
            mem::swap(&mut sending.records, &mut self.gathering);
        }
        self.sending.take()
    }
}
