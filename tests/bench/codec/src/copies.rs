//! What the machine can do: the bytes moved as they are, or each word of them swapped.

use crate::clock::sum;
use crate::trial::{Outcome, Trial, Way};
use std::hint::black_box;

/// Numbers to words and back, from one buffer into another that is there already.
pub(crate) fn swapped(what: &str, trial: &Trial) -> Option<Outcome> {
    let (count, words) = trial.sample.bytes.split_at(4);
    let mut numbers: Vec<i32> = vec![0; words.len() / 4];
    decode(words, &mut numbers);
    let mut out = trial.sample.bytes.to_vec();
    let figure = match (what, trial.way) {
        ("numbers", Way::Encode) => trial.clock.time(|| {
            let (front, rest) = out.split_at_mut(4);
            front.copy_from_slice(count);
            encode(black_box(&numbers), rest);
            black_box(&out);
        }),
        ("numbers", Way::Decode) => trial.clock.time(|| {
            decode(black_box(words), &mut numbers);
            black_box(&numbers);
        }),
        _ => return None,
    };
    encode(&numbers, &mut out[4..]);
    Some(Outcome { figure, check: sum(&out) })
}

/// The whole sample, copied.
pub(crate) fn plain(_: &str, trial: &Trial) -> Option<Outcome> {
    let sample = &trial.sample;
    let mut out = sample.bytes.to_vec();
    let time = trial.clock.time(|| {
        out.copy_from_slice(black_box(&sample.bytes));
        black_box(&out);
    });
    Some(Outcome { figure: time / sample.count as f64, check: sum(&out) })
}

fn encode(numbers: &[i32], out: &mut [u8]) {
    let (pairs, last) = numbers.as_chunks();
    let (places, rest) = out.as_chunks_mut();
    for (place, [first, second]) in places.iter_mut().zip(pairs) {
        let pair = u64::from(first.cast_unsigned()) | u64::from(second.cast_unsigned()) << 32;
        *place = both_swapped(pair).to_le_bytes();
    }
    for (place, number) in rest.as_chunks_mut().0.iter_mut().zip(last) {
        *place = number.to_be_bytes();
    }
}

fn decode(words: &[u8], numbers: &mut [i32]) {
    let (pairs, last) = words.as_chunks();
    let (places, rest) = numbers.as_chunks_mut();
    for (place, pair) in places.iter_mut().zip(pairs) {
        let pair = both_swapped(u64::from_le_bytes(*pair));
        *place = [pair as u32, (pair >> 32) as u32].map(u32::cast_signed);
    }
    for (place, word) in rest.iter_mut().zip(last.as_chunks().0) {
        *place = i32::from_be_bytes(*word);
    }
}

/// The words in both halves. Of a swap of two at a time a compiler makes shifts for SSE2; with a swap of each word it takes half as long
/// again.
const fn both_swapped(pair: u64) -> u64 {
    pair.swap_bytes().rotate_right(32)
}
