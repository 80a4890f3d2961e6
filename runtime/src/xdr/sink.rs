use super::{EncodeError, Xdr};
use bytes::Bytes;

/// From this length on, opaque data is kept by reference and handed to the socket from where it is.
pub(super) const SPLICE: usize = 8 << 10;

/// Where codecs write: an [`Encoder`](super::Encoder) that grows, or a [`Writer`] over a window of known size in which
/// the bounds checks of a fixed-size structure fold into one.
pub trait Sink {
    /// Appends a value as codec `C` has it.
    ///
    /// # Errors
    /// As [`Xdr::encode`].
    fn put_value<C: Xdr>(&mut self, value: &C::Value) -> Result<(), EncodeError>;

    /// Appends `N` bytes.
    ///
    /// # Errors
    /// No room is left.
    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<(), EncodeError>;

    /// Appends a copy of `bytes`.
    ///
    /// # Errors
    /// No room is left.
    fn put_slice(&mut self, bytes: &[u8]) -> Result<(), EncodeError>;

    /// Appends `bytes`, which an [`Encoder`](super::Encoder) keeps by reference when they are many.
    ///
    /// # Errors
    /// No room is left.
    fn put_bytes(&mut self, bytes: &Bytes) -> Result<(), EncodeError> {
        self.put_slice(bytes)
    }

    /// Appends a window of `length` bytes and returns it to be filled.
    ///
    /// # Errors
    /// No room is left.
    fn window(&mut self, length: usize) -> Result<Writer<'_>, EncodeError>;

    /// Runs `body` one level deeper.
    ///
    /// # Errors
    /// The level is beyond the limit, or what `body` returns.
    fn nested(&mut self, body: impl FnOnce(&mut Self) -> Result<(), EncodeError>) -> Result<(), EncodeError>;
}

/// A window of an [`Encoder`](super::Encoder): its length is fixed, what is written fills it from the front.
#[derive(Debug)]
pub struct Writer<'a> {
    rest: &'a mut [u8],
}

impl<'a> Writer<'a> {
    pub(super) fn new(window: &'a mut [u8]) -> Self {
        Self { rest: window }
    }

    /// What is still to be filled.
    pub(super) fn into_rest(self) -> &'a mut [u8] {
        self.rest
    }
}

impl Sink for Writer<'_> {
    #[inline]
    fn put_value<C: Xdr>(&mut self, value: &C::Value) -> Result<(), EncodeError> {
        C::encode(value, self)
    }

    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<(), EncodeError> {
        match core::mem::take(&mut self.rest).split_first_chunk_mut::<N>() {
            Some((front, rest)) => {
                *front = bytes;
                self.rest = rest;
                Ok(())
            }
            None => Err(EncodeError::TooLarge { limit: 0 }),
        }
    }

    #[inline]
    fn put_slice(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.window(bytes.len())?.rest.copy_from_slice(bytes);
        Ok(())
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Writer<'_>, EncodeError> {
        match core::mem::take(&mut self.rest).split_at_mut_checked(length) {
            Some((window, rest)) => {
                self.rest = rest;
                Ok(Writer { rest: window })
            }
            None => Err(EncodeError::TooLarge { limit: 0 }),
        }
    }

    /// Only fixed-size values are written to a window, and those do not recurse: nothing to count.
    #[inline]
    fn nested(&mut self, body: impl FnOnce(&mut Self) -> Result<(), EncodeError>) -> Result<(), EncodeError> {
        body(self)
    }
}
