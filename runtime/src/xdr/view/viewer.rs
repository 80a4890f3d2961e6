use crate::xdr::{DecodeError, DecodeLimits, Reader, Source};
use bytes::Bytes;

/// Incoming bytes of which values are looked at in place.
#[derive(Clone, Debug)]
pub struct Viewer<'a> {
    rest: &'a [u8],
    depth: u32,
    max_depth: u32,
}

impl<'a> Viewer<'a> {
    /// Looks at `record`.
    #[inline]
    pub fn new(record: &'a [u8]) -> Self {
        Self { rest: record, depth: 0, max_depth: DecodeLimits::DEFAULT.depth }
    }

    /// With another limit of depth than the default one.
    #[must_use]
    pub fn with_limits(self, limits: DecodeLimits) -> Self {
        Self { max_depth: limits.depth, ..self }
    }

    /// Takes `length` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    #[inline]
    pub fn take_slice(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let Some((slice, rest)) = self.rest.split_at_checked(length) else { return Err(self.truncated(length)) };
        self.rest = rest;
        Ok(slice)
    }

    /// Takes `N` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    #[inline]
    pub fn take_array<const N: usize>(&mut self) -> Result<&'a [u8; N], DecodeError> {
        let Some((array, rest)) = self.rest.split_first_chunk() else { return Err(self.truncated(N)) };
        self.rest = rest;
        Ok(array)
    }

    /// Bytes that are left.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(in crate::xdr) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// A viewer of what has been taken since `start`, a former state of this one.
    #[inline]
    pub(super) fn taken_since(&self, start: Self) -> Self {
        let length = start.rest.len().saturating_sub(self.rest.len());
        Self { rest: start.rest.get(..length).unwrap_or_default(), ..start }
    }

    #[inline]
    fn truncated(&self, needed: usize) -> DecodeError {
        DecodeError::Truncated { needed, remaining: self.rest.len() }
    }
}

/// For fixed-size values, which are decoded rather than looked at.
impl Source for Viewer<'_> {
    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.take_array().copied()
    }

    fn take_bytes(&mut self, length: usize, padding: usize) -> Result<Bytes, DecodeError> {
        self.window(length.saturating_add(padding))?.take_bytes(length, 0)
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Reader<'_>, DecodeError> {
        self.take_slice(length).map(Reader::new)
    }

    #[inline]
    fn expect(&self, length: usize) -> Result<(), DecodeError> {
        if self.rest.len() < length { Err(self.truncated(length)) } else { Ok(()) }
    }

    /// A view takes no memory.
    fn charge(&mut self, _memory: usize) -> Result<(), DecodeError> {
        Ok(())
    }

    fn release(&mut self, _memory: usize) {}

    #[inline]
    fn nested<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        if self.depth >= self.max_depth {
            return Err(DecodeError::TooDeep { limit: self.max_depth });
        }
        self.depth += 1;
        let value = body(self)?;
        self.depth -= 1;
        Ok(value)
    }
}
