use crate::error::{Error, Result};
use crate::record::Record;
use crate::rpc::{ReplyBody, ReplyHeader};
use crate::xdr::{DecodeLimits, Decoder};
use bytes::Bytes;
use std::mem;

/// Results up to this length are kept in the slot of their call, without an allocation. The attributes of a file are as
/// long as that, with NFS.
const INLINE: usize = 112;

/// The encoded results of a call that succeeded; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct Results(Stored);

#[derive(Clone, Debug, Default)]
enum Stored {
    #[default]
    Nothing,
    Inline {
        bytes: [u8; INLINE],
        length: usize,
    },
    Shared(Bytes),
}

impl Results {
    /// What a reply says to the caller; `input` stands behind xid and `msg_type`.
    pub(crate) fn of_reply(record: &Record<'_>, mut input: Decoder<'_>) -> Result<Self> {
        Error::check_reply(&ReplyBody::decode(&mut input)?)?;
        Ok(Self::new(record, input.remaining()))
    }

    /// The last `length` bytes of `record`.
    #[inline]
    pub(super) fn new(record: &Record<'_>, length: usize) -> Self {
        let bytes = record.as_slice();
        let start = bytes.len().saturating_sub(length);
        let results = bytes.get(start..).unwrap_or_default();
        Self::of(results, || match record {
            Record::Borrowed(_) => Bytes::copy_from_slice(results),
            Record::Owned(record) => record.slice_ref(results),
        })
    }

    /// Takes the results of call `xid` if `message` is its reply, and [plainly](ReplyHeader::of_plain_success) one of success.
    /// Whether that is so.
    #[inline]
    pub(crate) fn take_plain(&mut self, xid: u32, message: &[u8]) -> bool {
        match ReplyHeader::of_plain_success(message) {
            Some((replied, results)) if replied == xid => {
                *self = Self::of(results, || Bytes::copy_from_slice(results));
                true
            }
            _ => false,
        }
    }

    /// Copies `results` if they are few, and else has them `shared`.
    #[inline]
    fn of(results: &[u8], shared: impl FnOnce() -> Bytes) -> Self {
        if results.is_empty() {
            return Self(Stored::Nothing);
        }
        let mut inline = [0; INLINE];
        if let Some(front) = inline.get_mut(..results.len()) {
            front.copy_from_slice(results);
            return Self(Stored::Inline { bytes: inline, length: results.len() });
        }
        Self(Stored::Shared(shared()))
    }

    /// Puts them into `place`: no more is copied than there is.
    #[inline]
    pub(super) fn move_to(&mut self, place: &mut Self) {
        match &mut self.0 {
            Stored::Nothing => place.0 = Stored::Nothing,
            Stored::Inline { bytes, length } => place.0 = Stored::Inline { bytes: *bytes, length: *length },
            Stored::Shared(bytes) => place.0 = Stored::Shared(mem::take(bytes)),
        }
    }

    /// Bytes that are kept of the reply beyond this value.
    #[inline]
    pub(super) fn kept(&self) -> usize {
        match &self.0 {
            Stored::Nothing | Stored::Inline { .. } => 0,
            Stored::Shared(bytes) => bytes.len(),
        }
    }

    /// Reads them.
    #[inline]
    pub fn decoder(&self, limits: DecodeLimits) -> Decoder<'_> {
        match &self.0 {
            Stored::Nothing => Decoder::new(&[]),
            Stored::Inline { bytes, length } => Decoder::new(bytes.get(..*length).unwrap_or_default()),
            Stored::Shared(bytes) => Decoder::shared(bytes),
        }
        .with_limits(limits)
    }
}
