mod calls;
mod encoding;
mod results;
mod retransmit;
mod template;
mod unfinished;
mod xid_map;
mod xid_table;

pub use results::Results;
pub use retransmit::Retransmission;
pub use template::CallTemplate;
pub(crate) use xid_map::XidMap;

use crate::error::{Error, Result};
use crate::record::Record;
use crate::rpc::{MessageHead, REPLY, ReplyHeader};
use crate::xdr::{EncodeError, Encoder};
use bytes::{Bytes, BytesMut};
use calls::{Calls, Waiting};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longer than any call waits; keeps sums of times in range.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);

/// What a client session needs to know.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Bytes of a call, header and arguments together.
    pub max_call: usize,
    /// Bytes of results that have come and that nobody waits for, which one further reply may exceed.
    pub max_kept: usize,
    /// The first xid. To be random: a peer may still hold replies to an earlier client's calls.
    pub first_xid: u32,
    /// The name of the peer in errors.
    pub peer: Arc<str>,
}

/// A call to be started.
#[derive(Clone, Copy, Debug)]
pub struct NewCall<'a> {
    /// What it has in common with others.
    pub template: &'a CallTemplate,
    /// The procedure that is called.
    pub procedure: u32,
    /// The time that it has from its start to its reply.
    pub timeout: Duration,
    /// Whether it may be carried out twice: it is then kept, to be sent again over another connection.
    pub idempotent: bool,
}

/// The calls of one client: numbers them, and finds the call that a reply is for.
///
/// A call that was started is pending until [`ClientSession::poll`] gives its outcome, exactly once, or
/// [`ClientSession::forget`] gives it up.
#[derive(Debug)]
pub struct ClientSession {
    next_xid: u32,
    calls: Calls,
    max_call: usize,
    max_kept: usize,
    peer: Arc<str>,
    /// Where a call that goes as a datagram is encoded, and what such calls are cut from.
    datagram: Encoder,
    datagrams: BytesMut,
}

impl ClientSession {
    /// A session without calls.
    pub fn new(config: ClientConfig) -> Self {
        let ClientConfig { max_call, max_kept, first_xid, peer } = config;
        let (datagram, datagrams) = (Encoder::new(), BytesMut::new());
        Self { next_xid: first_xid, calls: Calls::default(), max_call, max_kept, peer, datagram, datagrams }
    }

    /// Starts a call at `now` for a stream: appends one record to `out`, or nothing on an error. Returns its xid.
    ///
    /// # Errors
    /// `arguments` failed, or the call is too large.
    pub fn start(
        &mut self,
        now: Instant,
        call: NewCall<'_>,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
        out: &mut Encoder,
    ) -> Result<u32, EncodeError> {
        let (xid, record) = if call.idempotent {
            let (xid, record) = self.append_kept(call, arguments, out)?;
            (xid, Some(record))
        } else {
            (self.append(call, arguments, out)?, None)
        };
        self.enter(xid, now, call.timeout, record);
        Ok(xid)
    }

    /// Starts a call at `now` for datagrams. Returns its xid and the message.
    ///
    /// # Errors
    /// `arguments` failed, or the call is too large.
    pub fn start_datagram(
        &mut self,
        now: Instant,
        call: NewCall<'_>,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<(u32, Bytes), EncodeError> {
        let xid = self.encode_datagram(call, arguments)?;
        self.enter(xid, now, call.timeout, None);
        Ok((xid, self.cut_datagram()))
    }

    /// Enters a call that was only [encoded](ClientSession::append) before, and whose time runs from `now`: it is pending. Of
    /// one that may be carried out twice `record` is what was appended.
    #[inline]
    pub fn enter(&mut self, xid: u32, now: Instant, timeout: Duration, record: Option<Bytes>) {
        let deadline = now.checked_add(timeout.min(FOREVER)).unwrap_or(now);
        self.calls.insert(xid, Waiting { deadline, timeout, record, sent: false, awaited: false });
    }

    /// Takes a message of the peer. Returns the xid of the call that it completes; `None` if there is no such call: the
    /// reply is stale, or no reply at all. Such messages are skipped.
    ///
    /// When as much as [may be](ClientConfig::max_kept) is kept of other replies, the call fails and its results are
    /// dropped, unless somebody [waits](ClientSession::expect) for it.
    pub fn handle_record(&mut self, record: &Record<'_>) -> Option<u32> {
        if let Some((xid, results)) = ReplyHeader::of_plain_success(record.as_slice()) {
            let results = || Ok(Results::new(record, results.len()));
            return self.calls.complete(xid, self.max_kept, results).then_some(xid);
        }
        let mut input = record.decoder();
        let MessageHead { xid, kind } = MessageHead::decode(&mut input).ok()?;
        if kind != REPLY {
            return None;
        }
        self.calls.complete(xid, self.max_kept, || Results::of_reply(record, input)).then_some(xid)
    }

    /// The outcome of a call, which is then no longer pending: its results, or why it failed, which may be that its
    /// deadline has passed. `None` while the reply may still come, and for a call that is not pending.
    pub fn poll(&mut self, xid: u32, now: Instant) -> Option<Result<Results>> {
        match self.calls.waiting(xid) {
            None => self.take(xid),
            Some(call) if now < call.deadline => None,
            Some(_) => self.expire(xid),
        }
    }

    /// Whether a call has no outcome yet and time left at `now`.
    #[inline]
    pub fn is_waiting(&self, xid: u32, now: Instant) -> bool {
        self.calls.waiting(xid).is_some_and(|call| now < call.deadline)
    }

    /// As [`ClientSession::poll`], but the deadline is not looked at.
    #[inline]
    pub fn take(&mut self, xid: u32) -> Option<Result<Results>> {
        let mut results = Results::default();
        let outcome = self.take_into(xid, &mut results)?;
        Some(outcome.map(|()| results))
    }

    /// As [`ClientSession::take`]; the results are put into `results`, where they stay: handed from one to the next, they
    /// would be copied each time.
    #[inline]
    pub fn take_into(&mut self, xid: u32, results: &mut Results) -> Option<Result<()>> {
        self.calls.take(xid, results)
    }

    /// Somebody waits for the reply of a call from now on: it will be taken as soon as it comes. Returns until when it
    /// waits, as [`ClientSession::deadline`].
    #[inline]
    pub fn expect(&mut self, xid: u32) -> Option<Instant> {
        let call = self.calls.waiting_mut(xid)?;
        call.awaited = true;
        Some(call.deadline)
    }

    /// Gives up a call: a reply that still comes is stale.
    pub fn forget(&mut self, xid: u32) {
        self.calls.remove(xid);
    }

    /// Completes every call that has no outcome yet with `error`.
    pub fn fail_all(&mut self, error: &Error) {
        self.calls.fail(error, |_, _| false);
    }

    /// The connection is lost. Calls that have no outcome yet and are not among the `unsent` may have been carried out:
    /// they fail with `error`, but for those that may be carried out twice. Returns the records of these, to be sent
    /// again in this order.
    pub fn lose(&mut self, unsent: &HashSet<u32>, error: &Error) -> Vec<Bytes> {
        let (mut again, next_xid) = (Vec::new(), self.next_xid);
        self.calls.fail(error, |xid, call| {
            let is_unsent = unsent.contains(&xid);
            if let Some(record) = call.record.as_ref().filter(|_| !is_unsent) {
                call.sent = true;
                again.push((xid.wrapping_sub(next_xid), record.clone()));
            }
            is_unsent || call.record.is_some()
        });
        again.sort_unstable_by_key(|(age, _)| *age);
        again.into_iter().map(|(_, record)| record).collect()
    }

    /// Whether a call was sent over a connection that is lost, and is to be sent again.
    pub fn was_sent(&self, xid: u32) -> bool {
        self.calls.waiting(xid).is_some_and(|call| call.sent)
    }

    /// Until when a call waits; `None` if it is not pending or has its outcome.
    pub fn deadline(&self, xid: u32) -> Option<Instant> {
        self.calls.waiting(xid).map(|call| call.deadline)
    }

    /// Whether a call is pending that has no outcome yet.
    #[inline]
    pub fn is_unanswered(&self, xid: u32) -> bool {
        self.calls.waiting(xid).is_some()
    }

    /// Lets a call wait until `until` at least. Returns until when it waits, as [`ClientSession::deadline`].
    #[inline]
    pub fn extend(&mut self, xid: u32, until: Instant) -> Option<Instant> {
        let call = self.calls.waiting_mut(xid)?;
        call.deadline = until.max(call.deadline);
        Some(call.deadline)
    }

    /// Calls that are pending.
    #[inline]
    pub fn pending(&self) -> usize {
        self.calls.len()
    }

    #[cold]
    fn expire(&mut self, xid: u32) -> Option<Result<Results>> {
        let after = self.calls.waiting(xid)?.timeout;
        self.calls.remove(xid);
        Some(Err(Error::TimedOut { peer: self.peer.clone(), after }))
    }

    /// The next xid. After 2^32 calls the numbers come again: one that is still pending is passed over.
    #[inline]
    fn free_xid(&mut self) -> u32 {
        loop {
            let xid = self.next_xid;
            self.next_xid = xid.wrapping_add(1);
            if self.calls.len() == 0 || !self.calls.contains(xid) {
                return xid;
            }
        }
    }
}
