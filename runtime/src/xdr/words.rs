//! Rows of words (RFC 4506 §4.1, 4.2, 4.6) to the wire and back, two at a time. To swap the bytes of each half of a word and
//! then its halves takes shifts only. What a compiler makes of swapping a word at once for a processor that it knows no more
//! of than SSE2 moves bytes one by one, and takes half as long again.

use alloc::vec::Vec;

const EVEN_BYTES: u64 = 0x00ff_00ff_00ff_00ff;
const EVEN_HALVES: u64 = 0x0000_ffff_0000_ffff;

/// Bytes from which on it is worth it.
const LONG: usize = 128;

/// Writes each value's word, whose bytes in memory `bytes` gives, into `out`, which has room for just these.
#[inline]
pub(super) fn write<T: Copy>(values: &[T], out: &mut [u8], bytes: impl Fn(T) -> [u8; 4]) {
    if out.len() < LONG { write_each(values, out, bytes) } else { write_pairs(values, out, bytes) }
}

/// What `value` makes of each word's bytes in memory; bytes beyond the last whole word are passed over.
#[inline]
pub(super) fn read<T>(words: &[u8], value: impl Fn([u8; 4]) -> T) -> Vec<T> {
    if words.len() < LONG { each(words, value).collect() } else { read_pairs(words, value) }
}

#[inline(never)]
fn write_pairs<T: Copy>(values: &[T], out: &mut [u8], bytes: impl Fn(T) -> [u8; 4]) {
    let (pairs, last) = values.as_chunks::<2>();
    let (places, rest) = out.as_chunks_mut::<8>();
    for (place, [first, second]) in places.iter_mut().zip(pairs) {
        let ([a, b, c, d], [e, f, g, h]) = (bytes(*first), bytes(*second));
        *place = swapped(u64::from_le_bytes([a, b, c, d, e, f, g, h])).to_le_bytes();
    }
    write_each(last, rest, bytes);
}

#[inline(never)]
fn read_pairs<T>(words: &[u8], value: impl Fn([u8; 4]) -> T) -> Vec<T> {
    let (pairs, rest) = words.as_chunks::<8>();
    let mut values = Vec::with_capacity(pairs.len().saturating_add(rest.len() / 4));
    values.extend(pairs.iter().map(|pair| {
        let pair = swapped(u64::from_le_bytes(*pair));
        [pair as u32, (pair >> 32) as u32].map(|word| value(word.to_le_bytes()))
    }));
    let mut values = values.into_flattened();
    values.extend(each(rest, value));
    values
}

#[inline]
fn write_each<T: Copy>(values: &[T], out: &mut [u8], bytes: impl Fn(T) -> [u8; 4]) {
    for (place, value) in out.as_chunks_mut().0.iter_mut().zip(values) {
        *place = big_endian(bytes(*value));
    }
}

#[inline]
fn each<T>(words: &[u8], value: impl Fn([u8; 4]) -> T) -> impl ExactSizeIterator<Item = T> {
    words.as_chunks().0.iter().map(move |word| value(big_endian(*word)))
}

/// Two words, each between the order of the wire and that of memory.
#[inline]
const fn swapped(pair: u64) -> u64 {
    if cfg!(target_endian = "big") {
        return pair;
    }
    let pair = (pair & EVEN_BYTES) << 8 | pair >> 8 & EVEN_BYTES;
    (pair & EVEN_HALVES) << 16 | pair >> 16 & EVEN_HALVES
}

/// One word, likewise.
#[inline]
const fn big_endian(word: [u8; 4]) -> [u8; 4] {
    u32::from_ne_bytes(word).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use alloc::{vec, vec::Vec};

    #[test]
    fn rows_of_any_length_are_what_their_words_are() {
        for count in 0..70 {
            let values: Vec<i32> = (0..count).map(|number| 0x0102_0304_i32.wrapping_mul(number * 7 - 100)).collect();
            let wire: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
            let mut out = vec![0xee; wire.len()];
            write(&values, &mut out, i32::to_ne_bytes);
            assert_eq!(out, wire);
            let read = read(&wire, i32::from_ne_bytes);
            assert_eq!(read, values);
            assert!(read.capacity() <= values.len() + 1, "{} for {count}", read.capacity());
        }
    }

    #[test]
    fn bits_of_numbers_that_are_none_stay() {
        let bits = [0x7fc0_0001, 0xff80_0000, 0x0000_0001];
        let wire: Vec<u8> = bits.iter().flat_map(|bits: &u32| bits.to_be_bytes()).collect();
        let values = read(&wire, f32::from_ne_bytes);
        assert_eq!(values.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), bits);
    }
}
