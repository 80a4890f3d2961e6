use core::ops::RangeInclusive;

/// What the system sends as one segment is less than 64 KiB. So a record of a little more, a payload of 64 KiB with its header,
/// goes as two however it is written.
const TWO_SEGMENTS: RangeInclusive<usize> = 64 << 10..=96 << 10;

/// Bytes of the first half of `length` that are to be sent, if it is worth writing that by itself, for a peer that has nothing
/// else to do than wait for them: the first segment wakes it, and it takes that while the other half is on its way. Of a first
/// segment as large as can be it would be told when nearly all has been copied, and the little that is left would take as long
/// as any other segment. What is one segment would only become two, and of what takes more there is enough on its way.
#[inline]
pub(crate) fn first_half(length: usize) -> Option<usize> {
    TWO_SEGMENTS.contains(&length).then_some(length / 2)
}
