//! What our compiler emits, over our runtime.

use crate::trial::{Coder, Outcome, Trial, Way};
use bytes::Bytes;
use oncrpc::record;
use oncrpc::rpc::CallHeader;
use oncrpc::xdr::{Decoder, Encoder, Opaque, Viewer, Xdr, XdrWalk, view_bytes};
use oncrpc_bench_interface::{Attributes, Batch, Directory, Numbers, views};
use std::marker::PhantomData;

pub(crate) fn run(what: &str, trial: &Trial) -> Option<Outcome> {
    match (what, trial.way) {
        ("mixed", Way::Borrowed) => trial.walk(batch),
        ("directory", Way::Borrowed) => trial.walk(directory),
        ("call", Way::Borrowed) => trial.walk(calls),
        ("attributes", _) => trial.run::<Ours<Attributes>>(),
        ("numbers", _) => trial.run::<Ours<Numbers>>(),
        ("mixed", _) => trial.run::<Ours<Batch>>(),
        ("payload", _) => trial.run::<Ours<Opaque>>(),
        ("directory", _) => trial.run::<Ours<Directory>>(),
        ("call", _) => trial.run::<Call>(),
        _ => None,
    }
}

/// Borrowed values that are checked as a whole before they are looked at.
pub(crate) fn run_checked(what: &str, trial: &Trial) -> Option<Outcome> {
    match (what, trial.way) {
        ("mixed", Way::Borrowed) => trial.walk(checked_batch),
        ("directory", Way::Borrowed) => trial.walk(checked_directory),
        _ => None,
    }
}

struct Ours<C>(PhantomData<C>);

impl<C: Xdr> Coder for Ours<C> {
    type Value = C::Value;
    type Input<'a> = Decoder<'a>;
    type Output = Encoder;

    fn input(sample: &Bytes) -> Decoder<'_> {
        Decoder::shared(sample)
    }

    fn decode(input: &mut Decoder<'_>) -> C::Value {
        C::decode(input).unwrap()
    }

    fn clear(out: &mut Encoder) {
        out.clear();
    }

    fn encode(value: &C::Value, out: &mut Encoder) {
        C::encode(value, out).unwrap();
    }

    fn bytes(out: &Encoder) -> Vec<u8> {
        out.slices().collect::<Vec<_>>().concat()
    }
}

/// A record with a call header and opaque data as arguments.
struct Call;

impl Coder for Call {
    type Value = (CallHeader, Bytes);
    type Input<'a> = (record::Reader, &'a [u8]);
    type Output = Encoder;

    fn input(sample: &Bytes) -> Self::Input<'_> {
        (record::Reader::new(record::Limits::default()), sample)
    }

    fn decode((reader, rest): &mut Self::Input<'_>) -> Self::Value {
        let record = reader.next(rest).unwrap().unwrap();
        let mut input = record.decoder();
        (CallHeader::decode(&mut input).unwrap(), <Opaque>::decode(&mut input).unwrap())
    }

    fn clear(out: &mut Encoder) {
        out.clear();
    }

    fn encode((header, payload): &Self::Value, out: &mut Encoder) {
        let record = record::begin(out, 1 << 20);
        header.encode(out).unwrap();
        <Opaque>::encode(payload, out).unwrap();
        record::finish(out, record).unwrap();
    }

    fn bytes(out: &Encoder) -> Vec<u8> {
        out.slices().collect::<Vec<_>>().concat()
    }
}

fn calls(mut bytes: &[u8]) -> u64 {
    let mut reader = record::Reader::new(record::Limits::default());
    let mut sum = 0u64;
    while let Some(record) = reader.next(&mut bytes).unwrap() {
        let mut input = record.decoder();
        let header = CallHeader::decode(&mut input).unwrap();
        let length = input.remaining();
        let data = input.view::<Opaque>().unwrap();
        let words = [header.xid, header.program, header.version, header.procedure];
        sum += words.map(u64::from).iter().sum::<u64>() + (data.len() + length) as u64;
    }
    sum
}

fn batch(bytes: &[u8]) -> u64 {
    let walk = views::Batch::walk(&mut Viewer::new(bytes)).unwrap();
    walk.all.map(|it| mixed(&it.unwrap())).fold(0, u64::wrapping_add)
}

fn directory(bytes: &[u8]) -> u64 {
    let walk = views::Directory::walk(&mut Viewer::new(bytes)).unwrap();
    walk.entries.map(|it| entry(&it.unwrap())).fold(0, u64::wrapping_add)
}

fn checked_batch(bytes: &[u8]) -> u64 {
    let batch = view_bytes::<views::Batch>(bytes).unwrap();
    batch.all.iter().map(|it| mixed(&it)).fold(0, u64::wrapping_add)
}

fn checked_directory(bytes: &[u8]) -> u64 {
    let directory = view_bytes::<views::Directory>(bytes).unwrap();
    directory.entries.iter().map(|it| entry(&it)).fold(0, u64::wrapping_add)
}

fn mixed(it: &views::MixedView<'_>) -> u64 {
    let more = match it.more {
        views::Detail::Nothing => 0,
        views::Detail::Count(count) => u64::from(count),
        views::Detail::Instant(at) => u64::from(at.seconds) + u64::from(at.nanoseconds),
    };
    let values = it.values.iter().fold(0, |sum: u64, value| sum.wrapping_add(value as u64));
    let lengths = it.name.len() + it.data.len();
    it.id.wrapping_add(lengths as u64).wrapping_add(values).wrapping_add(more + u64::from(it.flag))
}

fn entry(it: &views::EntryView<'_>) -> u64 {
    it.file.wrapping_add(it.name.len() as u64).wrapping_add(it.cookie)
}
