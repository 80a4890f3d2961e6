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
    for (word, number) in out.as_chunks_mut().0.iter_mut().zip(numbers) {
        *word = number.to_be_bytes();
    }
}

fn decode(words: &[u8], numbers: &mut [i32]) {
    for (number, word) in numbers.iter_mut().zip(words.as_chunks().0) {
        *number = i32::from_be_bytes(*word);
    }
}
