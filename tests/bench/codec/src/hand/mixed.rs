use super::room::{Room, Shared, padded, put, put_opaque};
use crate::trial::Coder;
use bytes::Bytes;
use oncrpc_bench_interface::{Batch, Detail, Mixed, Moment};

/// What the smallest structure takes: no name, no data, no values, no detail.
const LEAST: usize = 8 + 4 + 4 + 4 + 4 + 4;

pub(super) struct ByHand;

impl Coder for ByHand {
    type Value = Batch;
    type Input<'a> = Shared<'a>;
    type Output = Room;

    fn input(sample: &Bytes) -> Shared<'_> {
        Shared::new(sample)
    }

    fn decode(input: &mut Shared<'_>) -> Batch {
        batch(input).unwrap()
    }

    fn clear(out: &mut Room) {
        out.clear();
    }

    fn encode(value: &Batch, out: &mut Room) {
        put(&mut out.window(4), (value.all.len() as u32).to_be_bytes());
        for mixed in &value.all {
            encode(mixed, out);
        }
    }

    fn bytes(out: &Room) -> Vec<u8> {
        out.filled().to_vec()
    }
}

/// One reservation a structure.
#[inline]
fn encode(value: &Mixed, out: &mut Room) {
    let detail = match value.more {
        Detail::Nothing => 0,
        Detail::Count(_) => 4,
        Detail::Instant(_) => 8,
    };
    let variable = padded(value.name.len()) + padded(value.data.len()) + 4 * value.values.len();
    let rest = &mut out.window(LEAST + variable + detail);
    put(rest, value.id.to_be_bytes());
    put_opaque(rest, value.name.as_bytes());
    put_opaque(rest, &value.data);
    put(rest, (value.values.len() as u32).to_be_bytes());
    let (words, after) = std::mem::take(rest).split_at_mut(4 * value.values.len());
    for (word, value) in words.as_chunks_mut().0.iter_mut().zip(&value.values) {
        *word = value.to_be_bytes();
    }
    *rest = after;
    put(rest, u32::from(value.flag).to_be_bytes());
    put(rest, (value.more.discriminant() as u32).to_be_bytes());
    match value.more {
        Detail::Nothing => {}
        Detail::Count(count) => put(rest, count.to_be_bytes()),
        Detail::Instant(at) => {
            put(rest, at.seconds.to_be_bytes());
            put(rest, at.nanoseconds.to_be_bytes());
        }
    }
}

fn batch(input: &mut Shared<'_>) -> Option<Batch> {
    let count = input.word()? as usize;
    if count > input.rest.len() / LEAST {
        return None;
    }
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        all.push(decode(input)?);
    }
    Some(Batch { all })
}

#[inline]
fn decode(input: &mut Shared<'_>) -> Option<Mixed> {
    let (id, length) = (input.hyper()?, input.word()?);
    if length > 255 {
        return None;
    }
    let name = input.take(length as usize)?.into();
    let length = input.word()?;
    let data = input.take(length as usize)?;
    let count = input.word()? as usize;
    let (words, rest) = input.rest.split_at_checked(count.checked_mul(4)?)?;
    input.rest = rest;
    let values = words.as_chunks().0.iter().map(|word| i32::from_be_bytes(*word)).collect();
    let flag = input.word()? != 0;
    let more = match input.word()? {
        0 => Detail::Nothing,
        1 => Detail::Count(input.word()?),
        2 => Detail::Instant(Moment { seconds: input.word()?, nanoseconds: input.word()? }),
        _ => return None,
    };
    Some(Mixed { id, name, data, values, flag, more })
}
