//! The crate nfs3_types: its own structures where they have the shape, its derives elsewhere.

use crate::trial::{Coder, Outcome, Trial};
use bytes::Bytes;
use nfs3_types::nfs3::{entry3, fattr3};
use nfs3_types::xdr_codec::{List, Opaque, Pack, Result, Unpack, XdrCodec};
use std::io::{Read, Write};
use std::marker::PhantomData;

pub(crate) fn run(what: &str, trial: &Trial) -> Option<Outcome> {
    match what {
        "attributes" => trial.run::<Peer<fattr3>>(),
        "numbers" => trial.run::<Peer<Vec<u32>>>(),
        "mixed" => trial.run::<Peer<Batch>>(),
        "payload" => trial.run::<Peer<Opaque<'static>>>(),
        "directory" => trial.run::<Peer<List<entry3<'static>>>>(),
        _ => None,
    }
}

struct Peer<T>(PhantomData<T>);

impl<T: Pack + Unpack> Coder for Peer<T> {
    type Value = T;
    type Input<'a> = &'a [u8];
    type Output = Vec<u8>;

    fn input(sample: &Bytes) -> &[u8] {
        sample
    }

    fn decode(input: &mut &[u8]) -> T {
        T::unpack(input).unwrap().0
    }

    fn clear(out: &mut Vec<u8>) {
        out.clear();
    }

    fn encode(value: &T, out: &mut Vec<u8>) {
        value.pack(out).unwrap();
    }

    fn bytes(out: &Vec<u8>) -> Vec<u8> {
        out.clone()
    }
}

#[derive(XdrCodec)]
struct Moment {
    seconds: u32,
    nanoseconds: u32,
}

#[derive(XdrCodec)]
enum Detail {
    #[xdr(0)]
    Nothing,
    #[xdr(1)]
    Count(u32),
    #[xdr(2)]
    Instant(Moment),
}

#[derive(XdrCodec)]
struct Mixed {
    id: u64,
    name: Opaque<'static>,
    data: Opaque<'static>,
    values: Vec<u32>,
    flag: bool,
    more: Detail,
}

/// The crate has no arrays of structures: written as it writes those of numbers.
struct Batch(Vec<Mixed>);

impl Pack for Batch {
    fn packed_size(&self) -> usize {
        4 + self.0.iter().map(Pack::packed_size).sum::<usize>()
    }

    fn pack(&self, out: &mut impl Write) -> Result<usize> {
        let mut bytes_written = (self.0.len() as u32).pack(out)?;
        for item in &self.0 {
            bytes_written += item.pack(out)?;
        }
        Ok(bytes_written)
    }
}

impl Unpack for Batch {
    fn unpack(input: &mut impl Read) -> Result<(Self, usize)> {
        let (len, mut bytes_read) = u32::unpack(input)?;
        let mut items = Vec::with_capacity(len as usize);
        for _ in 0..len {
            let (item, item_bytes) = Unpack::unpack(input)?;
            bytes_read += item_bytes;
            items.push(item);
        }
        Ok((Self(items), bytes_read))
    }
}
