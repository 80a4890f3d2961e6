use crate::run;
use oncrpc::Bytes;
use oncrpc::xdr::{DecodeError, DecodeLimits};
use oncrpc_tests::wire::codecs::KITCHEN_SINK;
use oncrpc_tests::wire::{Random, generate, model, read, types};

/// Values of each type to begin with.
const VALUES: usize = 30;

/// What the model is asked about.
const SHORT: usize = 2_000;

/// What decoding may take beyond what came.
const LIMITS: DecodeLimits = DecodeLimits { depth: 100, memory: 256 << 10 };

/// All types of idl/kitchen_sink.x: the first byte of a message tells which.
#[test]
fn kitchen_sink() {
    let model = model("idl/kitchen_sink.x");
    let types: Vec<_> = types(&model).into_iter().map(|(_, ty)| ty).collect();
    assert_eq!(types.len(), KITCHEN_SINK.len());
    let mut random = Random::new(5);
    let mut value = |index: usize| {
        let index = index % types.len();
        [&[index as u8, 0, 0, 0], &generate(&model, &types[index], &mut random)[..]].concat()
    };
    let corpus: Vec<_> = (0..types.len() * VALUES).map(&mut value).collect();
    let (mut understood, mut refused) = (0, 0);
    run("kitchen_sink", &corpus, LIMITS.memory, |message, _| {
        let Some((index, bytes)) = message.split_first_chunk::<4>() else { return };
        let index = usize::from(index[0]) % types.len();
        let (codec, bytes) = (&KITCHEN_SINK[index], Bytes::copy_from_slice(bytes));
        let is_within = (codec.limited)(&bytes, LIMITS);
        // What follows compares, and takes the memory that it takes.
        allocation_counter::opt_out(|| {
            let owned = (codec.again)(&bytes);
            let is_too_deep = matches!(owned, Err(DecodeError::TooDeep { .. }));
            let owned = owned.ok();
            assert!(!is_within || owned.is_some(), "{}: taken within limits only", codec.name);
            assert_eq!((codec.seen)(&bytes).ok(), owned, "{}: in place", codec.name);
            codec.check_walk(&bytes);
            // The model knows no limits, and reads lists by recursion.
            if bytes.len() < SHORT && !is_too_deep {
                let expected = read(&model, &types[index], &bytes).ok();
                let expected = expected.map(|reading| (reading.used, Bytes::from(reading.canonical)));
                assert_eq!(owned, expected, "{}", codec.name);
            }
            if let Some((_, again)) = &owned {
                assert_eq!((codec.again)(again), Ok((again.len(), again.clone())), "{}: once more", codec.name);
            }
            *if owned.is_some() { &mut understood } else { &mut refused } += 1;
        });
    });
    crate::headers::check_mix(understood, refused);
}
