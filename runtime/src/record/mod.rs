//! Record marking (RFC 5531 §11): messages on a stream and back, without the stream.
//!
//! A record is one message. It goes over a stream as fragments, each behind a mark: 4 bytes that hold the length of
//! the fragment and a bit that tells the last one. Any fragmentation is taken, one fragment a record is sent.

mod body;
mod doubt;
mod error;
#[cfg(feature = "net")]
mod halves;
mod reader;
mod writer;

pub use error::RecordError;
#[cfg(feature = "net")]
pub(crate) use halves::first_half;
pub use reader::{Reader, Record};
pub use writer::{OpenRecord, begin, begin_with, finish};

/// The bit of a mark that tells the last fragment of a record.
const LAST: u32 = 0x8000_0000;

/// The length of a mark.
pub(crate) const MARK: usize = 4;

/// The largest length that a mark can hold.
const MAX_FRAGMENT: u32 = 0x7fff_ffff;

/// What a peer may send as one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a record, all fragments together; 4 MiB and 64 KiB by default: 4 MiB of data, and what goes with them.
    /// Stops a peer from making us buffer whatever a mark claims: it is held against the running total before anything
    /// is buffered.
    pub bytes: usize,
    /// Fragments of a record; 1,024 by default. Stops a peer from making us parse marks instead of messages.
    pub fragments: u32,
    /// Fragments of a record that may be empty; 16 by default. Stops a record that never grows and never ends.
    pub empty_fragments: u32,
}

impl Limits {
    /// The limits of [`Limits::default`].
    pub const DEFAULT: Self = Self { bytes: (4 << 20) + (64 << 10), fragments: 1_024, empty_fragments: 16 };

    /// Whether a record may have `length` bytes.
    #[inline]
    fn check(&self, length: usize) -> Result<(), RecordError> {
        let limit = self.bytes;
        if length > limit { Err(RecordError::TooLarge { length, limit }) } else { Ok(()) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
