//! What all contestants do in the same way.

use crate::clock::{Clock, sum};
use crate::samples::Sample;
use bytes::Bytes;
use std::hint::black_box;

/// What a contestant came to.
pub(crate) struct Outcome {
    /// Nanoseconds of one operation.
    pub(crate) figure: f64,
    /// Over what it moved; equal for all contestants.
    pub(crate) check: u64,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Way {
    Encode,
    Decode,
    /// Made in place, with a look at each member.
    Borrowed,
}

/// One contestant's part in a scenario.
pub(crate) struct Trial {
    pub(crate) way: Way,
    pub(crate) sample: Sample,
    pub(crate) clock: Clock,
}

/// How a contestant codes values of one type.
pub(crate) trait Coder {
    type Value;
    /// What values are taken from, one after another.
    type Input<'a>;
    /// Where they are put; used again and again.
    type Output: Default;

    fn input(sample: &Bytes) -> Self::Input<'_>;

    fn decode(input: &mut Self::Input<'_>) -> Self::Value;

    fn clear(out: &mut Self::Output);

    fn encode(value: &Self::Value, out: &mut Self::Output);

    fn bytes(out: &Self::Output) -> Vec<u8>;
}

impl Trial {
    /// Encodes or decodes the sample's values one by one.
    pub(crate) fn run<C: Coder>(&self) -> Option<Outcome> {
        let (Sample { bytes, count }, clock) = (&self.sample, &self.clock);
        let values = decode_all::<C>(bytes, *count);
        let mut out = C::Output::default();
        let mut encode = || {
            C::clear(&mut out);
            for value in &values {
                C::encode(black_box(value), &mut out);
            }
            black_box(&out);
        };
        let decode = || {
            let mut input = C::input(black_box(bytes));
            for _ in 0..*count {
                black_box(C::decode(&mut input));
            }
        };
        let time = match self.way {
            Way::Encode => clock.time(&mut encode),
            Way::Decode => clock.time(decode),
            Way::Borrowed => return None,
        };
        encode();
        Some(Outcome { figure: time / *count as f64, check: sum(&C::bytes(&out)) })
    }

    /// Goes through the sample in place; `walk` adds up what it sees.
    pub(crate) fn walk(&self, walk: impl Fn(&[u8]) -> u64) -> Option<Outcome> {
        let Sample { bytes, count } = &self.sample;
        let time = self.clock.time(|| {
            black_box(walk(black_box(bytes)));
        });
        (self.way == Way::Borrowed).then(|| Outcome { figure: time / *count as f64, check: walk(bytes) })
    }
}

fn decode_all<C: Coder>(bytes: &Bytes, count: usize) -> Vec<C::Value> {
    let mut input = C::input(bytes);
    (0..count).map(|_| C::decode(&mut input)).collect()
}
