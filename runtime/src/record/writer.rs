use super::{LAST, MARK, MAX_FRAGMENT};
use crate::xdr::{EncodeError, Encoder, Mark, Sink};

/// What stands for the mark of a record that is not finished: no peer takes it for a whole record.
const UNFINISHED: [u8; 4] = [0xff; 4];

/// A record that is being encoded.
#[derive(Clone, Copy, Debug)]
#[must_use = "a record is to be finished or its encoder truncated to its start"]
pub struct OpenRecord {
    start: Mark,
    limit: u32,
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
    let limit = limit.min(MAX_FRAGMENT as usize) as u32;
    let start = out.begin_behind(MARK, limit as usize);
    // Within the limit just set; were it not appended, `finish` would refuse the record.
    let _ = out.put(UNFINISHED);
    OpenRecord { start, limit }
}

/// As [`begin`], a record that begins with `front`.
///
/// # Errors
/// No room is left; nothing is appended then.
#[inline]
pub fn begin_with<const N: usize>(out: &mut Encoder, limit: usize, front: [u8; N]) -> Result<OpenRecord, EncodeError> {
    let limit = limit.min(MAX_FRAGMENT as usize) as u32;
    let start = out.begin_behind(MARK, limit as usize);
    let mut window = out.window(MARK + N)?;
    window.put(UNFINISHED)?;
    window.put(front)?;
    Ok(OpenRecord { start, limit })
}

/// Finishes `record`: writes its length into its mark. It becomes one fragment. Returns the length, without the mark.
///
/// # Errors
/// The record exceeds its limit; it is taken back.
#[inline(always)]
pub fn finish(out: &mut Encoder, record: OpenRecord) -> Result<u32, EncodeError> {
    // Where even the mark was taken back, that is more than any limit.
    let length = out.since(record.start).wrapping_sub(MARK);
    if length > record.limit as usize {
        return Err(give_up(out, record));
    }
    out.patch(record.start, LAST | length as u32);
    Ok(length as u32)
}

#[cold]
fn give_up(out: &mut Encoder, record: OpenRecord) -> EncodeError {
    out.truncate(record.start);
    EncodeError::TooLarge { limit: record.limit as usize }
}
