//! The encoder: what is taken back, patched, kept by reference and sent in parts.

use allocation_counter::measure;
use bytes::Bytes;
use oncrpc::xdr::{
    Array, DecodeError, Decoder, EncodeError, Encoder, FixedArray, List, Opaque, Optional, Sink, Source, Str, Text, Xdr,
};

/// Large enough to be kept by reference.
fn payload() -> Bytes {
    (0..50_000_u32).map(|number| number as u8).collect::<Vec<_>>().into()
}

fn mixed() -> (Encoder, Vec<u8>) {
    let mut out = Encoder::new();
    let mut plain = Vec::new();
    for round in 0..3_u32 {
        u32::encode(&round, &mut out).unwrap();
        Opaque::<{ u32::MAX }>::encode(&payload(), &mut out).unwrap();
        plain.extend(round.to_be_bytes());
        plain.extend(50_000_u32.to_be_bytes());
        plain.extend_from_slice(&payload());
    }
    u32::encode(&9, &mut out).unwrap();
    plain.extend([0, 0, 0, 9]);
    (out, plain)
}

fn contents(out: &Encoder) -> Vec<u8> {
    out.slices().flatten().copied().collect()
}

#[test]
fn large_opaque_data_is_not_copied() {
    let data = payload();
    let mut out = Encoder::new();
    Opaque::<{ u32::MAX }>::encode(&data, &mut out).unwrap();
    assert!(out.slices().any(|slice| slice.as_ptr() == data.as_ptr() && slice.len() == data.len()));
}

#[test]
fn slices_and_whole_bytes_say_the_same() {
    let (out, plain) = mixed();
    assert_eq!(out.len(), plain.len());
    assert_eq!(contents(&out), plain);
    assert_eq!(out.into_bytes(), plain);
}

#[test]
fn any_part_can_be_taken_off_the_front() {
    let (_, plain) = mixed();
    for step in [1_usize, 3, 4, 7_919, 50_003, 200_000] {
        let (mut out, _) = mixed();
        let mut taken = 0;
        while taken < plain.len() {
            let count = step.min(out.len());
            out.advance(count);
            taken += count;
            if step > 1_000 || taken % 997 == 0 {
                assert_eq!(contents(&out), plain[taken..], "after {taken} bytes in steps of {step}");
            }
        }
        assert!(out.is_empty());
    }
}

#[test]
fn appending_goes_on_while_the_front_is_taken() {
    let mut out = Encoder::new();
    let (mut appended, mut taken) = (Vec::new(), Vec::new());
    for number in 0..60_000_u64 {
        u64::encode(&number, &mut out).unwrap();
        appended.extend(number.to_be_bytes());
        if number % 3 == 0 {
            let front: Vec<u8> = contents_front(&out, 13);
            out.advance(front.len());
            taken.extend(front);
        }
    }
    taken.extend(contents(&out));
    assert_eq!(taken, appended);
}

fn contents_front(out: &Encoder, count: usize) -> Vec<u8> {
    out.slices().flatten().copied().take(count).collect()
}

#[test]
fn a_failed_value_is_taken_back() {
    let (mut out, plain) = mixed();
    let mark = out.mark();
    Opaque::<{ u32::MAX }>::encode(&payload(), &mut out).unwrap();
    u32::encode(&1, &mut out).unwrap();
    assert_eq!(out.since(mark), 50_008);
    out.truncate(mark);
    assert_eq!(contents(&out), plain);
}

#[test]
fn a_word_can_be_patched() {
    let mut out = Encoder::new();
    u32::encode(&1, &mut out).unwrap();
    let mark = out.mark();
    u32::encode(&u32::MAX, &mut out).unwrap();
    Opaque::<{ u32::MAX }>::encode(&payload(), &mut out).unwrap();
    out.patch(mark, 0x0203_0405);
    assert_eq!(contents(&out)[..8], [0, 0, 0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_message_has_a_limit() {
    let mut out = Encoder::new();
    u64::encode(&0, &mut out).unwrap();
    out.begin(100_000);
    Opaque::<{ u32::MAX }>::encode(&payload(), &mut out).unwrap();
    let refused = Opaque::<{ u32::MAX }>::encode(&payload(), &mut out);
    assert_eq!(refused, Err(EncodeError::TooLarge { limit: 100_000 }));
    let mut out = Encoder::new();
    out.begin(1_000);
    let refused = out.put_slice(&[0; 1_001]);
    assert_eq!(refused, Err(EncodeError::TooLarge { limit: 1_000 }));
}

/// Nesting counts what is open, whatever happened inside: a hand-written codec may go on after a failure.
#[test]
fn levels_are_left_on_failure_and_when_taken_back() {
    let mut out = Encoder::new();
    for _ in 0..200 {
        out.nested(|_| Err(EncodeError::EmptyList)).unwrap_err();
    }
    let mark = out.mark();
    out.nested(|out| {
        out.truncate(mark);
        Ok(())
    })
    .unwrap();
    out.nested(|_| Ok(())).unwrap();

    let mut input = Decoder::new(&[]);
    for _ in 0..200 {
        input.nested(|_| Err::<(), _>(DecodeError::EmptyList)).unwrap_err();
    }
    input.nested(|_| Ok(())).unwrap();
}

/// Sizes that overflow are refused, whatever the limit.
#[test]
fn a_message_without_a_limit_is_limited_by_what_a_record_can_carry() {
    let mut out = Encoder::new();
    u64::encode(&0, &mut out).unwrap();
    out.begin(usize::MAX);
    assert!(matches!(out.window(usize::MAX), Err(EncodeError::TooLarge { .. })));
    assert!(matches!(out.window(usize::MAX - 8), Err(EncodeError::TooLarge { .. })));
    u64::encode(&0, &mut out).unwrap();
    assert_eq!(out.len(), 16);
}

#[test]
fn a_huge_buffer_is_released_when_all_is_taken() {
    let appended =
        |out: &mut Encoder, length: usize| measure(|| out.put_slice(&vec![7; length]).unwrap()).bytes_current;
    let mut out = Encoder::new();
    assert!(appended(&mut out, 8 << 20) >= 8 << 20);
    out.clear();
    assert_eq!(appended(&mut out, 8 << 20), 0, "one that is not huge is kept");
    out.clear();
    assert!(appended(&mut out, (8 << 20) + 1) > 0);
    let taken = measure(|| out.advance((8 << 20) + 1));
    assert!(taken.bytes_current < -(8 << 20), "{} bytes are left", taken.bytes_current);
    assert_eq!(appended(&mut out, 100), 256, "and one begins anew");
    assert_eq!(contents(&out), [7; 100]);
}

/// What an encoder makes of `value` if it makes room for it at once, and piece by piece.
fn both_ways<C: Xdr>(value: &C::Value, limit: usize) -> [Result<Vec<u8>, EncodeError>; 2] {
    let encoded = |encode: &dyn Fn(&mut Encoder) -> Result<(), EncodeError>| {
        let mut out = Encoder::new();
        out.begin(limit);
        encode(&mut out).map(|()| contents(&out))
    };
    [encoded(&|out| out.put_value::<C>(value)), encoded(&|out| C::encode(value, out))]
}

#[test]
fn room_made_at_once_changes_nothing() {
    type Names = Array<Str<1000>, 7>;
    for lengths in [&[][..], &[0], &[1, 2, 3, 4], &[300; 7], &[7; 8], &[1001]] {
        let names: Vec<Text> = lengths.iter().map(|length| "x".repeat(*length).into()).collect();
        for limit in [0, 3, 12, 13, 256, 4096, usize::MAX] {
            let [at_once, in_pieces] = both_ways::<Names>(&names, limit);
            assert_eq!(at_once, in_pieces, "{lengths:?} under {limit}");
            let [at_once, in_pieces] = both_ways::<List<Names>>(&vec![names.clone(); 3], limit);
            assert_eq!(at_once, in_pieces, "three of {lengths:?} under {limit}");
        }
    }
}

#[test]
fn room_that_is_not_used_is_given_back() {
    let mut out = Encoder::new();
    for present in [true, false, true] {
        let before = out.len();
        let value = present.then(|| Text::from("name"));
        assert!(Optional::<Str<900>>::most(&value) <= Optional::<Str<900>>::MAX);
        out.put_value::<FixedArray<Optional<Str<900>>, 2>>(&[value, None]).unwrap();
        assert_eq!(out.len() - before, if present { 16 } else { 8 });
    }
}

/// A message limit is for what is written, not for what room is made for.
#[test]
fn the_limit_does_not_count_room() {
    let values = [Some(Text::from("name")), None];
    let [at_once, in_pieces] = both_ways::<FixedArray<Optional<Str<900>>, 2>>(&values, 16);
    assert_eq!(at_once, in_pieces);
    assert!(at_once.is_ok(), "{at_once:?}");
}
