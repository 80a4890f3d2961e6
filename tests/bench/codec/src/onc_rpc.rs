//! The crate onc-rpc, which has messages only.

use crate::trial::{Coder, Outcome, Trial, Way};
use bytes::Bytes;
use onc_rpc::RpcMessage;

pub(crate) fn run(what: &str, trial: &Trial) -> Option<Outcome> {
    match what {
        "call" if trial.way == Way::Borrowed => trial.walk(calls),
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
        next(input)
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

fn next<'a>(input: &mut &'a [u8]) -> RpcMessage<&'a [u8], &'a [u8]> {
    let length = onc_rpc::expected_message_len(input).unwrap();
    let (record, rest) = input.split_at(length as usize);
    *input = rest;
    RpcMessage::try_from(record).unwrap()
}

fn calls(mut bytes: &[u8]) -> u64 {
    let mut sum = 0u64;
    while !bytes.is_empty() {
        let message = next(&mut bytes);
        let call = message.call_body().unwrap();
        let arguments = call.payload();
        let length = u32::from_be_bytes(*arguments.first_chunk().unwrap());
        let words = [message.xid(), call.program(), call.program_version(), call.procedure(), length];
        sum += words.map(u64::from).iter().sum::<u64>() + arguments.len() as u64;
    }
    sum
}
