use super::{LAST, MAX_FRAGMENT};
use crate::xdr::{EncodeError, Encoder, Mark, Sink};

/// What stands for the mark of a record that is not finished: no peer takes it for a whole record.
const UNFINISHED: [u8; 4] = [0xff; 4];

/// The length of a mark.
const MARK: usize = 4;

/// A record that is being encoded.
#[derive(Clone, Copy, Debug)]
#[must_use = "a record is to be finished or its encoder truncated to its start"]
pub struct OpenRecord {
    start: Mark,
    limit: usize,
}

impl OpenRecord {
    /// Where the record begins, to [truncate](Encoder::truncate) to if it is given up.
    #[inline]
    pub fn start(&self) -> Mark {
        self.start
    }
}

/// Begins a record of at most `limit` bytes at the end of `out`. What is appended from now on belongs to it.
#[inline]
pub fn begin(out: &mut Encoder, limit: usize) -> OpenRecord {
    let limit = limit.min(MAX_FRAGMENT);
    let start = out.begin(limit + MARK);
    // Within the limit just set; were it not appended, `finish` would refuse the record.
    let _ = out.put(UNFINISHED);
    OpenRecord { start, limit }
}

/// Finishes `record`: writes its length into its mark. It becomes one fragment.
///
/// # Errors
/// The record exceeds its limit; it is taken back.
#[inline]
pub fn finish(out: &mut Encoder, record: OpenRecord) -> Result<(), EncodeError> {
    let word = out.since(record.start).checked_sub(MARK).filter(|length| *length <= record.limit);
    match word.and_then(|length| u32::try_from(length).ok()) {
        Some(length) => {
            out.patch(record.start, LAST | length);
            Ok(())
        }
        None => {
            out.truncate(record.start);
            Err(EncodeError::TooLarge { limit: record.limit })
        }
    }
}
