//! What an encoder holds, as it is: pieces of its buffer, and what it keeps by reference between them.

use super::Encoder;
#[cfg(feature = "net")]
use super::Mark;

impl Encoder {
    /// The bytes that are there, in order, for a vectored write.
    pub fn slices(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let mut start = self.start;
        let spliced = self.payloads.iter().flat_map(move |payload| {
            let before = self.buffer.get(start..payload.at).unwrap_or_default();
            start = payload.at;
            [before, payload.data.as_ref()]
        });
        let tail = self.payloads.back().map_or(self.start, |payload| payload.at);
        spliced.chain([self.buffer.get(tail..self.end).unwrap_or_default()]).filter(|slice| !slice.is_empty())
    }

    /// The bytes that are there, if nothing is kept by reference.
    #[cfg(feature = "net")]
    #[inline]
    pub(crate) fn as_slice(&self) -> Option<&[u8]> {
        if self.payloads.is_empty() { self.buffer.get(self.start..self.end) } else { None }
    }

    /// There are no more [slices](Self::slices) than that.
    #[cfg(feature = "net")]
    #[inline]
    pub(crate) fn most_slices(&self) -> usize {
        self.payloads.len().saturating_mul(2).saturating_add(1)
    }

    /// The pieces of what was appended since `mark`.
    #[cfg(feature = "net")]
    pub(crate) fn slices_since(&self, mark: Mark) -> impl Iterator<Item = &[u8]> + Clone {
        let mut before = self.len().saturating_sub(self.since(mark));
        self.slices().filter_map(move |slice| {
            let skipped = before.min(slice.len());
            before -= skipped;
            slice.get(skipped..).filter(|rest| !rest.is_empty())
        })
    }
}
