//! Every type of idl/kitchen_sink.x: bytes made from the model alone come out of Rust's and C's decoders and encoders as
//! they went in, and both judge broken bytes as RFC 4506 does.

use bytes::Bytes;
use oncrpc_compiler::model::types::{Model, Type};
use oncrpc_tests::c::Peer;
use oncrpc_tests::process;
use oncrpc_tests::random::Random;
use oncrpc_tests::wire::codecs::{CODECS, Codec};
use oncrpc_tests::wire::{Fault, generate, model, mutate, read, types};

/// Values of each type.
const VALUES: usize = 1000;

/// Ends a failure message: what it takes to see the same again.
fn shown(name: &str, number: usize, bytes: &[u8]) -> String {
    format!("{name}, value {number}: {}", bytes.escape_ascii())
}

/// The types under test, each with its own sequence of values.
fn cases(model: &Model) -> impl Iterator<Item = (usize, &Codec, Type, Random)> {
    let types = types(model);
    let names: Vec<&str> = types.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, CODECS.iter().map(|codec| codec.name).collect::<Vec<_>>());
    let both = types.into_iter().zip(CODECS).enumerate();
    both.map(|(index, ((_, ty), codec))| (index, codec, ty, Random::new(index as u64)))
}

/// Valid bytes, and the same with something changed.
fn broken(model: &Model, ty: &Type, random: &mut Random) -> Vec<u8> {
    let bytes = generate(model, ty, random);
    let pieces = read(model, ty, &bytes).unwrap().pieces;
    mutate(&bytes, &pieces, random)
}

#[test]
fn generated_bytes_are_values() {
    let model = model("kitchen_sink");
    for (_, codec, ty, mut random) in cases(&model) {
        let size = model.size_of(&ty);
        for number in 0..VALUES {
            let bytes = generate(&model, &ty, &mut random);
            let reading = read(&model, &ty, &bytes)
                .unwrap_or_else(|fault| panic!("{fault:?}: {}", shown(codec.name, number, &bytes)));
            assert_eq!(
                (reading.used, &reading.canonical),
                (bytes.len(), &bytes),
                "{}",
                shown(codec.name, number, &bytes)
            );
            assert!(size.min <= bytes.len() as u64, "{}", shown(codec.name, number, &bytes));
            assert!(
                size.max.is_none_or(|max| bytes.len() as u64 <= max),
                "{}",
                shown(codec.name, number, &bytes)
            );
        }
    }
}

#[test]
fn rust_knows_the_sizes() {
    let model = model("kitchen_sink");
    for (_, codec, ty, _) in cases(&model) {
        let size = model.size_of(&ty);
        let max = size.max.map_or(usize::MAX, |max| usize::try_from(max).unwrap());
        // A codec does not tell an unbounded length from one of 2^32-1 bytes.
        let told = if codec.size.1 > u32::MAX as usize {
            usize::MAX
        } else {
            codec.size.1
        };
        assert_eq!((codec.size.0 as u64, told), (size.min, max), "{}", codec.name);
    }
}

#[test]
fn rust_gives_back_the_same_bytes() {
    let model = model("kitchen_sink");
    for (_, codec, ty, mut random) in cases(&model) {
        for number in 0..VALUES {
            let bytes = Bytes::from(generate(&model, &ty, &mut random));
            assert_eq!(
                (codec.again)(&bytes),
                Ok((bytes.len(), bytes.clone())),
                "{}",
                shown(codec.name, number, &bytes)
            );
        }
    }
}

#[test]
fn rust_judges_broken_bytes_as_the_rfc_does() {
    let model = model("kitchen_sink");
    let mut refused = 0;
    for (_, codec, ty, mut random) in cases(&model) {
        for number in 0..VALUES {
            let bytes = Bytes::from(broken(&model, &ty, &mut random));
            let ours = (codec.again)(&bytes).ok();
            let right = read(&model, &ty, &bytes)
                .ok()
                .map(|reading| (reading.used, Bytes::from(reading.canonical)));
            refused += usize::from(right.is_none());
            assert_eq!(ours, right, "{}", shown(codec.name, number, &bytes));
        }
    }
    assert!(
        refused > CODECS.len() * VALUES / 5,
        "only {refused} values were broken: the test is"
    );
}

#[test]
fn c_gives_back_the_same_bytes() {
    let model = model("kitchen_sink");
    let values: Vec<(usize, Vec<u8>)> = cases(&model)
        .flat_map(|(index, _, ty, mut random)| {
            let model = &model;
            (0..VALUES).map(move |_| (index, generate(model, &ty, &mut random)))
        })
        .collect();
    let Some(answers) = ask_c(&model, &values) else { return };
    for (number, ((index, bytes), answer)) in values.iter().zip(answers).enumerate() {
        let right = Some((bytes.len(), bytes.clone()));
        assert_eq!(answer, right, "{}", shown(CODECS[*index].name, number % VALUES, bytes));
    }
}

/// Where C may take what the RFC does not allow: it does not know an enumeration's values, and cuts a number that is too
/// large for a `char` or `short`. What it then makes of the rest is its own affair.
fn c_may_differ(fault: Fault) -> bool {
    matches!(fault, Fault::Enumerator | Fault::Range)
}

#[test]
fn c_judges_broken_bytes_as_the_rfc_does() {
    let model = model("kitchen_sink");
    let values: Vec<(usize, Type, Vec<u8>)> = cases(&model)
        .flat_map(|(index, _, ty, mut random)| {
            let model = &model;
            (0..VALUES).map(move |_| (index, ty.clone(), broken(model, &ty, &mut random)))
        })
        .collect();
    let plain: Vec<(usize, Vec<u8>)> = values.iter().map(|(index, _, bytes)| (*index, bytes.clone())).collect();
    let Some(answers) = ask_c(&model, &plain) else { return };
    for (number, ((index, ty, bytes), answer)) in values.iter().zip(answers).enumerate() {
        let message = shown(CODECS[*index].name, number % VALUES, bytes);
        match read(&model, ty, bytes) {
            // C ends a string at its first zero byte, so that it encodes less than it decoded. A bool among numbers in a
            // row keeps its odd number.
            Ok(reading) if reading.zero_in_text || reading.odd_truth => {
                assert_eq!(answer.map(|it| it.0), Some(reading.used), "{message}");
            }
            Ok(reading) => assert_eq!(answer, Some((reading.used, reading.canonical)), "{message}"),
            Err(fault) if c_may_differ(fault) => {}
            Err(fault) => assert_eq!(answer, None, "{fault:?}: {message}"),
        }
    }
}

/// Bytes used, and the value encoded again; `None` if the bytes are no value.
type Answer = Option<(usize, Vec<u8>)>;

/// What rpcgen's codecs make of values, each of the type with that index.
fn ask_c(model: &Model, values: &[(usize, Vec<u8>)]) -> Option<Vec<Answer>> {
    let entry = |(name, _): &(&str, Type)| format!("{{\"{name}\", (xdrproc_t)xdr_{name}, sizeof({name})}},\n");
    let registry: String = types(model).iter().map(entry).collect();
    let extra = Some(("registry.h", registry.as_str()));
    let program = Peer {
        name: "roundtrip",
        interface: "kitchen_sink",
        stubs: &[],
        extra,
    }
    .build()?;
    let mut input = Vec::new();
    for (index, bytes) in values {
        input.extend((*index as u32).to_be_bytes());
        input.extend((bytes.len() as u32).to_be_bytes());
        input.extend(bytes);
    }
    let output = process::run(program, &[], &input);
    assert!(output.status.success(), "{}: {}", output.status, output.stderr);
    let mut rest = output.stdout.as_slice();
    Some(values.iter().map(|_| answer(&mut rest)).collect())
}

fn answer(rest: &mut &[u8]) -> Answer {
    let mut word = || u32::from_be_bytes(rest.split_off(..4).unwrap().try_into().unwrap()) as usize;
    let [decoded, used, length] = [word(), word(), word()];
    let bytes = rest.split_off(..length).unwrap().to_vec();
    (decoded != 0).then_some((used, bytes))
}
