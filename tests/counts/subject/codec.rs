use crate::bench_views::{Attributes, Batch, Directory, Numbers};
use crate::sample;
use oncrpc::codegen::Opaque;
use oncrpc::rpc::{AcceptStat, CallHeader, ReplyBody, ReplyHeader};
use oncrpc::xdr::{Decoder, Encoder, Xdr, XdrView, to_bytes};
use std::hint::black_box;

/// Carries out an operation `count` times; `None` if there is none of that name.
pub(crate) fn run(operation: &str, count: u64) -> Option<()> {
    match operation {
        "encode attributes" => encode::<Attributes>(&sample::attributes(), count),
        "decode attributes" => decode::<Attributes>(&sample::attributes(), count),
        "view attributes" => view::<Attributes>(&sample::attributes(), count, |_| ()),
        "encode 10,000 ints" => encode::<Numbers>(&sample::numbers(10_000), count),
        "decode 10,000 ints" => decode::<Numbers>(&sample::numbers(10_000), count),
        "encode 100 mixed" => encode::<Batch>(&sample::batch(100), count),
        "decode 100 mixed" => decode::<Batch>(&sample::batch(100), count),
        "view 100 mixed" => view::<Batch>(&sample::batch(100), count, |batch| batch.all.iter().for_each(look)),
        "encode list of 100" => encode::<Directory>(&sample::directory(100), count),
        "decode list of 100" => decode::<Directory>(&sample::directory(100), count),
        "view list of 100" => {
            view::<Directory>(&sample::directory(100), count, |directory| directory.entries.iter().for_each(look));
        }
        "encode opaque of 64 KiB" => encode::<Opaque>(&sample::payload(64 << 10).into(), count),
        "decode opaque of 64 KiB" => decode::<Opaque>(&sample::payload(64 << 10).into(), count),
        "view opaque of 64 KiB" => view::<Opaque>(&sample::payload(64 << 10).into(), count, |_| ()),
        "encode call header" => encode_call_header(count),
        "decode call header" => decode_call_header(count),
        "encode reply header" => encode_reply_header(count),
        "decode reply header" => decode_reply_header(count),
        _ => return None,
    }
    Some(())
}

fn encode<C: Xdr>(value: &C::Value, count: u64) {
    again(count, |out| C::encode(black_box(value), out).expect("the value keeps its bounds"));
}

/// Appends something to the same encoder over and over.
fn again(count: u64, append: impl Fn(&mut Encoder)) {
    let mut out = Encoder::new();
    for _ in 0..count {
        out.clear();
        append(&mut out);
        black_box(&mut out);
    }
}

fn decode<C: Xdr>(value: &C::Value, count: u64) {
    let bytes = to_bytes::<C>(value).expect("the value keeps its bounds");
    for _ in 0..count {
        let mut input = Decoder::shared(black_box(&bytes));
        black_box(C::decode(&mut input).expect("what was encoded"));
    }
}

fn view<C: XdrView>(value: &C::Value, count: u64, look: impl Fn(&C::View<'_>)) {
    let bytes = to_bytes::<C>(value).expect("the value keeps its bounds");
    for _ in 0..count {
        let mut input = Decoder::new(black_box(&bytes));
        look(black_box(&input.view::<C>().expect("what was encoded")));
    }
}

fn look<T>(value: T) {
    black_box(value);
}

fn call_header() -> CallHeader {
    CallHeader { xid: 1, program: 0x2000_0b9c, version: 1, procedure: 1, ..CallHeader::default() }
}

fn encode_call_header(count: u64) {
    let header = call_header();
    again(count, |out| black_box(&header).encode(out).expect("it has no credential"));
}

fn decode_call_header(count: u64) {
    let mut out = Encoder::new();
    call_header().encode(&mut out).expect("it has no credential");
    let bytes = out.into_bytes();
    for _ in 0..count {
        black_box(CallHeader::decode(&mut Decoder::shared(black_box(&bytes))).expect("what was encoded"));
    }
}

fn reply_header() -> ReplyHeader {
    ReplyHeader { xid: 1, body: ReplyBody::accepted(AcceptStat::Success) }
}

fn encode_reply_header(count: u64) {
    let header = reply_header();
    again(count, |out| black_box(&header).encode(out).expect("it has no verifier"));
}

fn decode_reply_header(count: u64) {
    let mut out = Encoder::new();
    reply_header().encode(&mut out).expect("it has no verifier");
    let bytes = out.into_bytes();
    for _ in 0..count {
        black_box(ReplyHeader::decode(&mut Decoder::shared(black_box(&bytes))).expect("what was encoded"));
    }
}
