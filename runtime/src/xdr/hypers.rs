//! Rows of hypers (RFC 4506 §4.5, 4.7) to the wire and back.

use alloc::vec::Vec;

/// Writes each value's hyper, whose bytes in memory `bytes` gives; as many as there is room for.
#[inline]
pub(super) fn write<T: Copy>(values: &[T], out: &mut [u8], bytes: impl Fn(T) -> [u8; 8]) {
    for (place, value) in out.as_chunks_mut().0.iter_mut().zip(values) {
        *place = big_endian(bytes(*value));
    }
}

/// What `value` makes of each hyper's bytes in memory; bytes beyond the last whole one are passed over.
#[inline]
pub(super) fn read<T>(hypers: &[u8], value: impl Fn([u8; 8]) -> T) -> Vec<T> {
    hypers.as_chunks().0.iter().map(|hyper| value(big_endian(*hyper))).collect()
}

/// One hyper, between the order of the wire and that of memory.
#[inline]
const fn big_endian(hyper: [u8; 8]) -> [u8; 8] {
    u64::from_ne_bytes(hyper).to_be_bytes()
}
