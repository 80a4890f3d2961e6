//! What our compiler emits, over our runtime.

use crate::clock::{Clock, Outcome, sum};
use crate::samples;
use oncrpc::xdr::{Decoder, Encoder, Xdr};
use oncrpc_bench_interface::Attributes;
use std::hint::black_box;

/// Measures a scenario, if it is known.
pub(crate) fn run(scenario: &str, clock: &Clock) -> Option<Outcome> {
    Some(match scenario {
        "attributes-encode" => encode_many::<Attributes>(&samples::attributes(), clock),
        "attributes-decode" => decode_many::<Attributes>(&samples::attributes(), clock),
        _ => return None,
    })
}

/// Encodes the values of a sample one by one; of one, in nanoseconds.
fn encode_many<C: Xdr>(sample: &[u8], clock: &Clock) -> Outcome {
    let values: Vec<C::Value> = all::<C>(sample);
    let mut out = Encoder::new();
    let mut work = || {
        out.clear();
        for value in &values {
            C::encode(black_box(value), &mut out).unwrap();
        }
        black_box(&out);
    };
    let figure = clock.time(&mut work) / values.len() as f64;
    Outcome { figure, check: sum(&out.into_bytes()) }
}

/// Decodes the values of a sample one by one; of one, in nanoseconds.
fn decode_many<C: Xdr>(sample: &[u8], clock: &Clock) -> Outcome {
    let values = all::<C>(sample);
    let work = || {
        let mut input = Decoder::new(sample);
        while input.remaining() > 0 {
            black_box(C::decode(&mut input).unwrap());
        }
    };
    let figure = clock.time(work) / values.len() as f64;
    let mut out = Encoder::new();
    values.iter().for_each(|value| C::encode(value, &mut out).unwrap());
    Outcome { figure, check: sum(&out.into_bytes()) }
}

fn all<C: Xdr>(sample: &[u8]) -> Vec<C::Value> {
    let mut input = Decoder::new(sample);
    let mut values = Vec::new();
    while input.remaining() > 0 {
        values.push(C::decode(&mut input).unwrap());
    }
    values
}
