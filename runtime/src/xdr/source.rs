use super::DecodeError;
use bytes::Bytes;

/// Where codecs read: a [`Decoder`](super::Decoder) over a record, or a [`Reader`] over a window of known size in which
/// the bounds checks of a fixed-size structure fold into one.
pub trait Source {
    /// Takes `N` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError>;

    /// Takes `length` bytes to keep, and `padding` behind them that nobody looks at.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    fn take_bytes(&mut self, length: usize, padding: usize) -> Result<Bytes, DecodeError>;

    /// Takes `length` bytes to read from.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    fn window(&mut self, length: usize) -> Result<Reader<'_>, DecodeError>;

    /// Checks that at least `length` bytes are left.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    fn expect(&self, length: usize) -> Result<(), DecodeError>;

    /// Counts memory that is about to be taken.
    ///
    /// # Errors
    /// [`DecodeError::TooMuchMemory`].
    fn charge(&mut self, memory: usize) -> Result<(), DecodeError>;

    /// Counts memory that was [charged](Source::charge) and is given back.
    fn release(&mut self, memory: usize);

    /// Runs `body` one level deeper.
    ///
    /// # Errors
    /// [`DecodeError::TooDeep`], or what `body` returns.
    fn nested<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError>;
}

/// A window of a record: what is read is taken from its front.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(window: &'a [u8]) -> Self {
        Self { rest: window }
    }

    /// What is still to be read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn truncated(&self, needed: usize) -> DecodeError {
        DecodeError::Truncated { needed, remaining: self.rest.len() }
    }
}

impl Source for Reader<'_> {
    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (front, rest) = self.rest.split_first_chunk::<N>().ok_or(self.truncated(N))?;
        self.rest = rest;
        Ok(*front)
    }

    fn take_bytes(&mut self, length: usize, padding: usize) -> Result<Bytes, DecodeError> {
        let mut window = self.window(length.saturating_add(padding))?;
        Ok(Bytes::copy_from_slice(window.window(length)?.rest))
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Reader<'_>, DecodeError> {
        let (window, rest) = self.rest.split_at_checked(length).ok_or(self.truncated(length))?;
        self.rest = rest;
        Ok(Reader { rest: window })
    }

    #[inline]
    fn expect(&self, length: usize) -> Result<(), DecodeError> {
        if self.rest.len() < length { Err(self.truncated(length)) } else { Ok(()) }
    }

    /// Only fixed-size values are read from a window, and those were charged for by whoever opened it.
    #[inline]
    fn charge(&mut self, _memory: usize) -> Result<(), DecodeError> {
        Ok(())
    }

    fn release(&mut self, _memory: usize) {}

    /// Only fixed-size values are read from a window, and those do not recurse: nothing to count.
    #[inline]
    fn nested<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        body(self)
    }
}
