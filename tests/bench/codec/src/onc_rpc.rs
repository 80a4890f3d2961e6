//! The crate onc-rpc, which has messages only. It is given one record after another, whose ends it does not find itself.

use crate::trial::{Coder, Outcome, Trial};
use bytes::Bytes;
use onc_rpc::RpcMessage;

pub(crate) fn run(what: &str, trial: &Trial) -> Option<Outcome> {
    match what {
        "call" => trial.run::<Call>(),
        _ => None,
    }
}

struct Call;

impl Coder for Call {
    type Value = RpcMessage<&'static [u8], &'static [u8]>;
    type Input<'a> = &'static [u8];
    type Output = Vec<u8>;

    /// Kept for ever, so that values may borrow from it; the process is short.
    fn input(sample: &Bytes) -> &'static [u8] {
        static SAMPLE: std::sync::OnceLock<Bytes> = std::sync::OnceLock::new();
        SAMPLE.get_or_init(|| sample.clone())
    }

    fn decode(input: &mut &'static [u8]) -> Self::Value {
        let mark = u32::from_be_bytes(*input.first_chunk().unwrap());
        let (record, rest) = input.split_at(4 + (mark & 0x7fff_ffff) as usize);
        *input = rest;
        RpcMessage::try_from(record).unwrap()
    }

    fn clear(out: &mut Vec<u8>) {
        out.clear();
    }

    fn encode(value: &Self::Value, out: &mut Vec<u8>) {
        value.serialise_into(out).unwrap();
    }

    fn bytes(out: &Vec<u8>) -> Vec<u8> {
        out.clone()
    }
}
