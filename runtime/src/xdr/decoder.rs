use super::{DecodeError, DecodeLimits, Reader, Source, Viewer, XdrView, XdrWalk};
use bytes::Bytes;

/// Incoming bytes: one record, or what is left of it.
///
/// Opaque data and strings come out as slices of one shared buffer. Over [shared](Decoder::shared) bytes that is the
/// record itself; over [borrowed](Decoder::new) ones the record is copied once, when the first such value is met.
#[derive(Debug)]
pub struct Decoder<'a> {
    record: &'a [u8],
    rest: &'a [u8],
    shared: Shared<'a>,
    limits: DecodeLimits,
    depth: u32,
    memory: usize,
}

/// What opaque data and strings are slices of.
#[derive(Debug)]
enum Shared<'a> {
    /// The record, which was borrowed and will be copied.
    Nothing,
    /// The record itself. It is not counted as in use before a slice of it is taken.
    Record(&'a Bytes),
    /// A copy of the record.
    Copy(Bytes),
}

impl<'a> Decoder<'a> {
    /// Reads `record`, which is copied once if a value of it is kept.
    #[inline]
    pub fn new(record: &'a [u8]) -> Self {
        Self { record, rest: record, shared: Shared::Nothing, limits: DecodeLimits::DEFAULT, depth: 0, memory: 0 }
    }

    /// Reads `record`, whose opaque data and strings are not copied.
    #[inline]
    pub fn shared(record: &'a Bytes) -> Self {
        Self { shared: Shared::Record(record), ..Self::new(record) }
    }

    /// With other limits than the default ones.
    #[must_use]
    #[inline]
    pub fn with_limits(self, limits: DecodeLimits) -> Self {
        Self { limits, ..self }
    }

    /// Reads `record` from now on, as if it were a new one with the same limits.
    #[cfg(feature = "net")]
    #[inline]
    pub(crate) fn restart(&mut self, record: &'a [u8]) {
        self.record = record;
        self.rest = record;
        self.shared = Shared::Nothing;
        self.depth = 0;
        self.memory = 0;
    }

    /// Bytes that are left.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The bytes that are left.
    #[cfg(feature = "net")]
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Goes back to where so many bytes were left. What was decoded in between counts towards the limits still.
    #[cfg(feature = "net")]
    pub(crate) fn rewind(&mut self, remaining: usize) {
        let start = self.record.len().saturating_sub(remaining);
        self.rest = self.record.get(start..).unwrap_or_default();
    }

    /// Takes a value off the front in place: it borrows from the record, not from this decoder.
    ///
    /// # Errors
    /// See [`XdrView::view`].
    pub fn view<C: XdrView>(&mut self) -> Result<C::View<'a>, DecodeError> {
        let mut input = Viewer::new(self.rest).with_limits(self.limits);
        let view = C::view(&mut input)?;
        self.rest = input.rest();
        Ok(view)
    }

    /// Begins to go through the value that is left, in place. Nothing can be taken behind it.
    ///
    /// # Errors
    /// See [`XdrWalk::walk`].
    pub fn walk<C: XdrWalk>(&mut self) -> Result<C::Walk<'a>, DecodeError> {
        C::walk(&mut Viewer::new(core::mem::take(&mut self.rest)).with_limits(self.limits))
    }

    /// `length` bytes of the record, from `start` on. It is called, so that what calls it is small enough to be inlined.
    #[inline(never)]
    fn keep(&mut self, start: usize, length: usize) -> Bytes {
        let place = start..start.saturating_add(length);
        match &self.shared {
            Shared::Record(record) => record.slice(place),
            Shared::Copy(record) => record.slice(place),
            Shared::Nothing => self.copied().slice(place),
        }
    }

    /// The record, copied: from now on values are slices of that.
    #[cold]
    fn copied(&mut self) -> Bytes {
        let copy = Bytes::copy_from_slice(self.record);
        self.shared = Shared::Copy(copy.clone());
        copy
    }

    fn truncated(&self, needed: usize) -> DecodeError {
        DecodeError::Truncated { needed, remaining: self.rest.len() }
    }
}

impl Source for Decoder<'_> {
    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let Some((front, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(self.truncated(N));
        };
        self.rest = rest;
        Ok(*front)
    }

    #[inline]
    fn take_bytes(&mut self, length: usize, padding: usize) -> Result<Bytes, DecodeError> {
        let start = self.record.len().saturating_sub(self.rest.len());
        self.window(length.saturating_add(padding))?;
        Ok(self.keep(start, length))
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Reader<'_>, DecodeError> {
        let Some((window, rest)) = self.rest.split_at_checked(length) else {
            return Err(self.truncated(length));
        };
        self.rest = rest;
        Ok(Reader::new(window))
    }

    #[inline]
    fn expect(&self, length: usize) -> Result<(), DecodeError> {
        if self.rest.len() < length { Err(self.truncated(length)) } else { Ok(()) }
    }

    #[inline]
    fn charge(&mut self, memory: usize) -> Result<(), DecodeError> {
        self.memory = self.memory.saturating_add(memory);
        if self.memory > self.limits.memory {
            Err(DecodeError::TooMuchMemory { limit: self.limits.memory })
        } else {
            Ok(())
        }
    }

    fn release(&mut self, memory: usize) {
        self.memory = self.memory.saturating_sub(memory);
    }

    #[inline]
    fn nested<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        if self.depth >= self.limits.depth {
            return Err(DecodeError::TooDeep { limit: self.limits.depth });
        }
        let depth = self.depth;
        self.depth = depth + 1;
        let outcome = body(self);
        self.depth = depth;
        outcome
    }
}
