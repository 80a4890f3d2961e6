#[cfg(feature = "net")]
mod append;
mod slices;

use super::sink::SPLICE;
use super::{EncodeError, Sink, Writer, Xdr};
use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;
use bytes::{Buf, Bytes, BytesMut};

/// How much is sent before what follows is moved to the front.
const COMPACT: usize = 64 << 10;

/// The largest buffer that is kept for later messages.
const KEEP: usize = 8 << 20;

/// The largest buffer that does not grow where it is: it may be one that another thread has given back, and allocators keep
/// what grows among the memory of that thread.
const SMALL: usize = 1 << 10;

/// The largest message by default: what one fragment of a record can carry (RFC 5531 §11).
const MAX_MESSAGE: usize = 0x7fff_ffff;

/// The largest buffer that there can be.
const MAX_BUFFER: usize = isize::MAX as usize;

/// Outgoing bytes: what codecs append at the end and a socket takes off the front.
///
/// Large opaque data is not copied: it is kept as [`Bytes`] between the encoded parts. The buffer is kept when all was
/// taken, so that a long-lived encoder does not allocate; one beyond 8 MiB is released, so that one huge message is not
/// paid for ever after.
#[derive(Debug)]
pub struct Encoder {
    /// Initialised to its whole length, so that a window needs no clearing; used up to `end`.
    buffer: Vec<u8>,
    /// What of `buffer` was taken.
    start: usize,
    end: usize,
    payloads: VecDeque<Payload>,
    payload_bytes: usize,
    depth: u32,
    max_depth: u32,
    /// The largest message, and how much had been appended when it began, with what was taken of `buffer` since.
    max_message: usize,
    message_start: usize,
}

/// Bytes that stand before `buffer[at]`.
#[derive(Debug)]
struct Payload {
    at: usize,
    data: Bytes,
    /// Memory that it keeps until the last byte of it is taken.
    memory: usize,
}

/// A place in an [`Encoder`], valid until bytes are taken from it.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    end: usize,
    payload_bytes: usize,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// An empty one, which allocates with the first byte.
    pub fn new() -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            end: 0,
            payloads: VecDeque::new(),
            payload_bytes: 0,
            depth: 0,
            max_depth: super::DecodeLimits::DEFAULT.depth,
            max_message: MAX_MESSAGE,
            message_start: 0,
        }
    }

    /// Begins a message that may not exceed `limit` bytes; returns where it begins.
    #[inline]
    pub fn begin(&mut self, limit: usize) -> Mark {
        self.begin_behind(0, limit)
    }

    /// Begins a message that may not exceed `limit` bytes, behind the next `front` bytes; returns where those begin.
    #[inline]
    pub(crate) fn begin_behind(&mut self, front: usize, limit: usize) -> Mark {
        self.max_message = limit;
        self.message_start = self.appended().wrapping_add(front);
        self.depth = 0;
        self.mark()
    }

    /// The place behind the last byte.
    #[inline]
    pub fn mark(&self) -> Mark {
        Mark { end: self.end, payload_bytes: self.payload_bytes }
    }

    /// Takes back what was appended since `mark`.
    #[inline]
    pub fn truncate(&mut self, mark: Mark) {
        self.end = mark.end;
        if self.payload_bytes > mark.payload_bytes {
            self.truncate_payloads(mark.payload_bytes);
        }
    }

    /// Bytes appended since `mark`.
    #[inline]
    pub fn since(&self, mark: Mark) -> usize {
        self.appended().wrapping_sub(mark.end.wrapping_add(mark.payload_bytes))
    }

    /// Overwrites the 4 bytes behind `mark`, which must have been appended as 4 encoded bytes.
    #[inline]
    pub fn patch(&mut self, mark: Mark, word: u32) {
        if let Some(bytes) = self.buffer.get_mut(mark.end..mark.end.wrapping_add(4)) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
    }

    /// Bytes that are there.
    #[inline]
    pub fn len(&self) -> usize {
        self.appended().wrapping_sub(self.start)
    }

    /// Whether nothing is there.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that it takes: its buffer, and the opaque data that it keeps by reference, however little of that is
    /// left.
    pub fn memory(&self) -> usize {
        self.payloads.iter().fold(self.buffer.capacity(), |sum, payload| sum.saturating_add(payload.memory))
    }

    /// Whether anything that was appended since `mark` is kept by reference.
    #[cfg(feature = "net")]
    #[inline]
    pub(crate) fn keeps_since(&self, mark: Mark) -> bool {
        self.payload_bytes > mark.payload_bytes
    }

    /// What was appended last and is kept by reference, if anything, keeps `memory` bytes more than it shows.
    #[cfg(feature = "net")]
    pub(crate) fn burden(&mut self, memory: usize) {
        if let Some(last) = self.payloads.back_mut() {
            last.memory = last.memory.saturating_add(memory);
        }
    }

    /// Moves what is there to a buffer of its size if this one is far larger, and returns that for others to use.
    #[cfg(feature = "net")]
    pub(crate) fn fit(&mut self) -> Option<Self> {
        let used = self.end.saturating_sub(self.start);
        if self.buffer.capacity() / 2 <= used {
            return None;
        }
        self.compact();
        let fitting = self.buffer.get(..self.end)?.to_vec();
        let buffer = core::mem::replace(&mut self.buffer, fitting);
        Some(Self { buffer, ..Self::new() })
    }

    /// Forgets everything; keeps the buffer, unless it grew beyond 8 MiB.
    pub fn clear(&mut self) {
        if self.buffer.capacity() > KEEP {
            self.buffer = Vec::new();
        }
        self.start = 0;
        self.end = 0;
        if !self.payloads.is_empty() {
            self.payloads.clear();
        }
        self.payload_bytes = 0;
        self.depth = 0;
    }

    /// Takes `count` bytes off the front. To be called between messages, not within one.
    pub fn advance(&mut self, mut count: usize) {
        while let Some(payload) = self.payloads.front_mut() {
            let before = count.min(payload.at - self.start);
            self.start += before;
            count -= before;
            if self.start < payload.at {
                break;
            }
            let taken = count.min(payload.data.len());
            payload.data.advance(taken);
            self.payload_bytes -= taken;
            count -= taken;
            if !payload.data.is_empty() {
                break;
            }
            self.payloads.pop_front();
        }
        self.start += count.min(self.end - self.start);
        if self.is_empty() {
            self.clear();
        } else if self.start >= COMPACT && self.start >= self.end / 2 {
            self.compact();
        }
    }

    /// All bytes in one piece.
    pub fn into_bytes(mut self) -> Bytes {
        if self.payloads.is_empty() && self.start == 0 {
            self.buffer.truncate(self.end);
            return self.buffer.into();
        }
        let mut all = BytesMut::with_capacity(self.len());
        self.slices().for_each(|slice| all.extend_from_slice(slice));
        all.freeze()
    }

    /// What grows with each byte appended, and shrinks only with what is taken.
    #[inline]
    fn appended(&self) -> usize {
        self.end.wrapping_add(self.payload_bytes)
    }

    /// Takes back those behind so many bytes of them. None is empty.
    #[cold]
    fn truncate_payloads(&mut self, bytes: usize) {
        let mut count = self.payloads.len();
        for payload in self.payloads.iter().rev() {
            if self.payload_bytes <= bytes {
                break;
            }
            self.payload_bytes = self.payload_bytes.saturating_sub(payload.data.len());
            count = count.saturating_sub(1);
        }
        self.payloads.truncate(count);
    }

    fn compact(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        for payload in &mut self.payloads {
            payload.at -= self.start;
        }
        self.end -= self.start;
        self.start = 0;
    }

    /// Checks the limit of the message for `length` more bytes.
    #[inline]
    fn check(&self, length: usize) -> Result<(), EncodeError> {
        let message = self.appended().saturating_sub(self.message_start).saturating_add(length);
        if message > self.max_message { Err(EncodeError::TooLarge { limit: self.max_message }) } else { Ok(()) }
    }

    /// The next `length` bytes of the buffer.
    #[inline]
    fn room(&mut self, length: usize) -> Result<&mut [u8], EncodeError> {
        let start = self.end;
        let free = match start.checked_add(length) {
            Some(end) if end <= self.buffer.len() => {
                self.end = end;
                self.buffer.get_mut(start..end).unwrap_or_default()
            }
            _ => self.grow(length)?,
        };
        // Behind both ways, so that the compiler knows the length: what is stored in the room needs no check then.
        free.get_mut(..length).ok_or(EncodeError::TooLarge { limit: MAX_BUFFER })
    }

    /// Takes `length` bytes and returns what the buffer has behind them, and them. The message limit is checked when the
    /// buffer grows: cheaper than at each word, and memory is what it guards.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, length: usize) -> Result<&mut [u8], EncodeError> {
        self.check(length)?;
        let too_large = EncodeError::TooLarge { limit: self.max_message.min(MAX_BUFFER) };
        let needed = self.end.checked_add(length).filter(|needed| *needed <= MAX_BUFFER).ok_or(too_large)?;
        let target = needed.max(self.buffer.len().saturating_mul(2).min(MAX_BUFFER)).max(256);
        if self.buffer.len() <= SMALL {
            let mut buffer = vec![0; target];
            if let Some(front) = buffer.get_mut(..self.buffer.len()) {
                front.copy_from_slice(&self.buffer);
            }
            self.buffer = buffer;
        } else {
            self.buffer.resize(target, 0);
        }
        let start = core::mem::replace(&mut self.end, needed);
        self.buffer.get_mut(start..).ok_or(too_large)
    }
}

impl Sink for Encoder {
    /// A small value is written to a window of its own: each piece of it then costs no more than a comparison.
    #[inline]
    fn put_value<C: Xdr>(&mut self, value: &C::Value) -> Result<(), EncodeError> {
        let most = C::most(value);
        if C::MAX > 0
            && most < SPLICE
            && let Ok(room) = self.room(most)
        {
            let mut window = Writer::new(room);
            let outcome = C::encode(value, &mut window);
            let left = window.into_rest().len();
            self.end = self.end.saturating_sub(left);
            return outcome;
        }
        C::encode(value, self)
    }

    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<(), EncodeError> {
        self.room(N)?.copy_from_slice(&bytes);
        Ok(())
    }

    #[inline]
    fn put_slice(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.room(bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }

    fn put_bytes(&mut self, bytes: &Bytes) -> Result<(), EncodeError> {
        if bytes.len() < SPLICE {
            return self.put_slice(bytes);
        }
        self.check(bytes.len())?;
        self.payload_bytes += bytes.len();
        self.payloads.push_back(Payload { at: self.end, data: bytes.clone(), memory: bytes.len() });
        Ok(())
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Writer<'_>, EncodeError> {
        Ok(Writer::new(self.room(length)?))
    }

    #[inline]
    fn nested(&mut self, body: impl FnOnce(&mut Self) -> Result<(), EncodeError>) -> Result<(), EncodeError> {
        if self.depth >= self.max_depth {
            return Err(EncodeError::TooDeep { limit: self.max_depth });
        }
        let depth = self.depth;
        self.depth = depth + 1;
        let outcome = body(self);
        self.depth = depth;
        outcome
    }
}
