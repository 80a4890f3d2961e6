use super::room::{Room, Shared, padded, put, put_opaque};
use crate::trial::Coder;
use bytes::Bytes;
use oncrpc_bench_interface::{Directory, Entry};

pub(super) struct ByHand;

impl Coder for ByHand {
    type Value = Directory;
    type Input<'a> = Shared<'a>;
    type Output = Room;

    fn input(sample: &Bytes) -> Shared<'_> {
        Shared::new(sample)
    }

    fn decode(input: &mut Shared<'_>) -> Directory {
        directory(input).unwrap()
    }

    fn clear(out: &mut Room) {
        out.clear();
    }

    fn encode(value: &Directory, out: &mut Room) {
        for entry in &value.entries {
            encode(entry, out);
        }
        put(&mut out.window(4), [0; 4]);
    }

    fn bytes(out: &Room) -> Vec<u8> {
        out.filled().to_vec()
    }
}

/// One reservation an entry.
#[inline]
fn encode(value: &Entry, out: &mut Room) {
    let rest = &mut out.window(24 + padded(value.name.len()));
    put(rest, 1u32.to_be_bytes());
    put(rest, value.file.to_be_bytes());
    put_opaque(rest, value.name.as_bytes());
    put(rest, value.cookie.to_be_bytes());
}

fn directory(input: &mut Shared<'_>) -> Option<Directory> {
    let mut entries = Vec::new();
    while input.word()? != 0 {
        let (file, length) = (input.hyper()?, input.word()?);
        if length > 255 {
            return None;
        }
        let name = input.take(length as usize)?.into();
        entries.push(Entry { file, name, cookie: input.hyper()? });
    }
    Some(Directory { entries })
}
