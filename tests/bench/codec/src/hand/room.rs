//! Where bytes are put and taken from.

use bytes::Bytes;

/// Grows, and is zeroed only when it does.
#[derive(Default)]
pub(super) struct Room {
    bytes: Vec<u8>,
    end: usize,
}

impl Room {
    pub(super) fn clear(&mut self) {
        self.end = 0;
    }

    /// The next `length` bytes, to be filled.
    #[inline]
    pub(super) fn window(&mut self, length: usize) -> &mut [u8] {
        let start = self.end;
        self.end = start + length;
        if self.end > self.bytes.len() {
            self.grow();
        }
        &mut self.bytes[start..self.end]
    }

    pub(super) fn filled(&self) -> &[u8] {
        &self.bytes[..self.end]
    }

    #[cold]
    fn grow(&mut self) {
        self.bytes.resize((2 * self.end).max(4096), 0);
    }
}

/// Bytes that are shared with what is taken from them.
pub(super) struct Shared<'a> {
    pub(super) whole: &'a Bytes,
    pub(super) rest: &'a [u8],
}

impl<'a> Shared<'a> {
    pub(super) fn new(whole: &'a Bytes) -> Self {
        Self { whole, rest: whole }
    }

    /// `length` bytes and their padding, without a copy.
    #[inline]
    pub(super) fn take(&mut self, length: usize) -> Option<Bytes> {
        let start = self.whole.len() - self.rest.len();
        self.rest = self.rest.get(padded(length)..)?;
        Some(self.whole.slice(start..start + length))
    }

    #[inline]
    pub(super) fn word(&mut self) -> Option<u32> {
        word(&mut self.rest)
    }

    #[inline]
    pub(super) fn hyper(&mut self) -> Option<u64> {
        hyper(&mut self.rest)
    }
}

#[inline]
pub(super) fn word(rest: &mut &[u8]) -> Option<u32> {
    let (front, back) = rest.split_first_chunk()?;
    *rest = back;
    Some(u32::from_be_bytes(*front))
}

#[inline]
pub(super) fn hyper(rest: &mut &[u8]) -> Option<u64> {
    let (front, back) = rest.split_first_chunk()?;
    *rest = back;
    Some(u64::from_be_bytes(*front))
}

/// Fills the front of `rest`.
#[inline]
pub(super) fn put<const N: usize>(rest: &mut &mut [u8], bytes: [u8; N]) {
    let (front, back) = std::mem::take(rest).split_first_chunk_mut().unwrap();
    *front = bytes;
    *rest = back;
}

/// Opaque data behind its length. Its last word is zero before the data covers all of it but the padding.
#[inline]
pub(super) fn put_opaque(rest: &mut &mut [u8], bytes: &[u8]) {
    put(rest, (bytes.len() as u32).to_be_bytes());
    let (front, back) = std::mem::take(rest).split_at_mut(padded(bytes.len()));
    if let Some(last) = front.last_chunk_mut() {
        *last = [0; 4];
    }
    front[..bytes.len()].copy_from_slice(bytes);
    *rest = back;
}

/// `length`, and zeros up to a multiple of 4.
#[inline]
pub(super) const fn padded(length: usize) -> usize {
    (length + 3) & !3
}
