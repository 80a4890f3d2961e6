//! Every declaration form against bytes worked out from RFC 4506, with its bounds, its padding and its limits.

use bytes::Bytes;
use oncrpc::xdr::{
    Array, DecodeError, DecodeLimits, Decoder, EncodeError, FixedArray, FixedOpaque, HeapArray, HeapOpaque,
    HeapOpaqueVec, Indirect, List, NonEmptyList, Opaque, OpaqueVec, Optional, Quadruple, Str, Text, Utf8, Void, Xdr,
    from_bytes, to_bytes,
};
use std::fmt::Debug;

/// `value` is written as `wire` and read back from it.
#[track_caller]
fn check<C: Xdr<Value: PartialEq + Debug>>(value: C::Value, wire: &[u8]) {
    assert_eq!(to_bytes::<C>(&value).unwrap(), wire);
    assert_eq!(from_bytes::<C>(&Bytes::copy_from_slice(wire)).unwrap(), value);
    assert!(C::MIN <= wire.len() && wire.len() <= C::MAX, "size on the wire is outside MIN..=MAX");
    for length in 0..wire.len() {
        let short = Bytes::copy_from_slice(&wire[..length]);
        assert!(from_bytes::<C>(&short).is_err(), "{length} of {} bytes are taken for a value", wire.len());
    }
}

#[track_caller]
fn check_decode<C: Xdr<Value: PartialEq + Debug>>(wire: &[u8], expected: Result<C::Value, DecodeError>) {
    assert_eq!(from_bytes::<C>(&Bytes::copy_from_slice(wire)), expected);
}

#[test]
fn numbers() {
    check::<i32>(-2, &[0xff, 0xff, 0xff, 0xfe]);
    check::<u32>(0x0102_0304, &[1, 2, 3, 4]);
    check::<i64>(-2, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]);
    check::<u64>(1 << 40, &[0, 0, 1, 0, 0, 0, 0, 0]);
    check::<f32>(1.5, &[0x3f, 0xc0, 0, 0]);
    check::<f64>(-2.0, &[0xc0, 0, 0, 0, 0, 0, 0, 0]);
    check::<bool>(true, &[0, 0, 0, 1]);
    check::<Quadruple>(Quadruple([7; 16]), &[7; 16]);
    check::<Void>((), &[]);
}

#[test]
fn narrow_numbers_take_four_bytes_and_are_refused_out_of_range() {
    check::<i8>(-1, &[0xff, 0xff, 0xff, 0xff]);
    check::<u8>(200, &[0, 0, 0, 200]);
    check::<i16>(-300, &[0xff, 0xff, 0xfe, 0xd4]);
    check::<u16>(60_000, &[0, 0, 0xea, 0x60]);
    check_decode::<i8>(&[0, 0, 0, 200], Err(DecodeError::Range { value: 200 }));
    check_decode::<u16>(&[0xff, 0xff, 0xff, 0xff], Err(DecodeError::Range { value: -1 }));
}

#[test]
fn any_number_but_zero_is_true() {
    check_decode::<bool>(&[0, 0, 0, 7], Ok(true));
    check_decode::<Optional<i32>>(&[0x80, 0, 0, 0, 0, 0, 0, 5], Ok(Some(5)));
}

#[test]
fn opaque_data_is_padded_with_zeros() {
    check::<FixedOpaque<5>>(*b"hello", b"hello\0\0\0");
    check::<HeapOpaque<5>>(Bytes::from_static(b"hello"), b"hello\0\0\0");
    check::<Opaque<5>>(Bytes::from_static(b"hello"), b"\0\0\0\x05hello\0\0\0");
    check::<Opaque>(Bytes::new(), &[0; 4]);
    check::<FixedOpaque<0>>([], &[]);
    for length in 0..9 {
        let wire = to_bytes::<Opaque>(&Bytes::from(vec![0xff; length])).unwrap();
        assert_eq!(wire.len(), 4 + length.next_multiple_of(4));
        assert!(wire[4 + length..].iter().all(|byte| *byte == 0));
    }
}

#[test]
fn padding_may_hold_anything_on_the_way_in() {
    check_decode::<Opaque>(b"\0\0\0\x05hello\xff\xee\xdd", Ok(Bytes::from_static(b"hello")));
    check_decode::<FixedOpaque<3>>(b"abc\xff", Ok(*b"abc"));
}

#[test]
fn a_message_that_ends_within_the_padding_is_too_short() {
    let (needed, remaining) = (8, 7);
    check_decode::<Opaque>(b"\0\0\0\x05hello\0\0", Err(DecodeError::Truncated { needed, remaining }));
    check_decode::<Str>(b"\0\0\0\x05hello\0\0", Err(DecodeError::Truncated { needed, remaining }));
    check_decode::<HeapOpaque<5>>(b"hello\0\0", Err(DecodeError::Truncated { needed, remaining }));
    check_decode::<FixedOpaque<5>>(b"hello\0\0", Err(DecodeError::Truncated { needed: 3, remaining: 2 }));
}

#[test]
fn strings_keep_any_bytes() {
    check::<Str<8>>(Text::from("Grüße!"), "\0\0\0\x08Grüße!".as_bytes());
    check::<Str>(Text::from(&b"\xff\0x"[..]), b"\0\0\0\x03\xff\0x\0");
    let text = Text::from(&b"caf\xe9"[..]);
    assert!(text.to_str().is_err());
    assert_eq!(text.to_string(), "caf\u{fffd}");
    assert_eq!(format!("{text:?}"), r#""caf\xe9""#);
    assert_eq!(format!("[{:<5}]", Text::from("ab")), "[ab   ]");
    let (ada, owned) = (Text::from("Ada"), String::from("Ada"));
    assert!(ada == "Ada" && ada == *"Ada" && ada == owned && ada != "Bo");
}

#[test]
fn strings_and_opaque_data_as_types_of_rust() {
    check::<Utf8<8>>("Grüße!".to_owned(), "\0\0\0\x08Grüße!".as_bytes());
    check::<OpaqueVec<5>>(b"hello".to_vec(), b"\0\0\0\x05hello\0\0\0");
    check::<OpaqueVec>(Vec::new(), &[0; 4]);
    check::<HeapOpaqueVec<5>>(b"hello".to_vec(), b"hello\0\0\0");
    check_decode::<Utf8>(b"\0\0\0\x05caf\xe9!\0\0\0", Err(DecodeError::NotUtf8 { valid: 3 }));
    check_decode::<OpaqueVec>(b"\0\0\0\x03abc\xff", Ok(b"abc".to_vec()));
    check_decode::<Utf8<4>>(b"\0\0\0\x0512345\0\0\0", Err(DecodeError::TooLong { length: 5, bound: 4 }));
    assert_eq!(to_bytes::<Utf8<4>>(&"12345".into()), Err(EncodeError::TooLong { length: 5, bound: 4 }));
    assert_eq!(to_bytes::<OpaqueVec<4>>(&vec![0; 5]), Err(EncodeError::TooLong { length: 5, bound: 4 }));
    assert_eq!(to_bytes::<HeapOpaqueVec<4>>(&vec![0; 5]), Err(EncodeError::WrongLength { length: 5, declared: 4 }));
}

#[test]
fn copies_count_as_memory() {
    let limits = DecodeLimits { memory: 7, ..DecodeLimits::DEFAULT };
    let record = to_bytes::<OpaqueVec>(&vec![1; 8]).unwrap();
    let decoded = OpaqueVec::<9>::decode(&mut Decoder::shared(&record).with_limits(limits));
    assert_eq!(decoded, Err(DecodeError::TooMuchMemory { limit: 7 }));
    let decoded = Utf8::<9>::decode(&mut Decoder::shared(&record).with_limits(limits));
    assert_eq!(decoded, Err(DecodeError::TooMuchMemory { limit: 7 }));
}

#[test]
fn decoded_data_is_a_slice_of_the_record() {
    let record = Bytes::from_static(b"\0\0\0\x04data");
    let data = from_bytes::<Opaque>(&record).unwrap();
    assert_eq!(data.as_ptr(), record[4..].as_ptr());
    let text = from_bytes::<Str>(&record).unwrap();
    assert_eq!(text.as_bytes().as_ptr(), record[4..].as_ptr());
    assert_ne!(text.detached().as_bytes().as_ptr(), record[4..].as_ptr());
}

#[test]
fn arrays() {
    check::<FixedArray<i32, 2>>([1, -1], &[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    check::<HeapArray<i32, 2>>(vec![1, -1], &[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    check::<Array<u64, 3>>(vec![1], &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    check::<Array<bool>>(vec![true, false], &[0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0]);
    check::<FixedArray<Str<4>, 2>>(["a".into(), "".into()], b"\0\0\0\x01a\0\0\0\0\0\0\0");
    check::<FixedArray<FixedArray<i16, 2>, 2>>([[1, 2], [3, 4]], &[0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]);
    check::<Array<Optional<u32>>>(vec![None, Some(9)], &[0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9]);
}

#[test]
fn optional_data() {
    check::<Optional<i32>>(None, &[0; 4]);
    check::<Optional<i32>>(Some(3), &[0, 0, 0, 1, 0, 0, 0, 3]);
    check::<Indirect<i32>>(Some(Box::new(3)), &[0, 0, 0, 1, 0, 0, 0, 3]);
}

#[test]
fn lists() {
    check::<List<i32>>(vec![], &[0; 4]);
    check::<List<i32>>(vec![7, 8], &[0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0]);
    check::<NonEmptyList<i32>>(vec![7, 8], &[0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0]);
    assert_eq!(to_bytes::<NonEmptyList<i32>>(&vec![]), Err(EncodeError::EmptyList));
}

#[test]
fn bounds_hold_in_both_directions() {
    let (long, words) = (Bytes::from_static(b"12345"), vec![0; 4]);
    assert_eq!(to_bytes::<Opaque<4>>(&long), Err(EncodeError::TooLong { length: 5, bound: 4 }));
    assert_eq!(to_bytes::<Str<4>>(&"12345".into()), Err(EncodeError::TooLong { length: 5, bound: 4 }));
    assert_eq!(to_bytes::<Array<i32, 3>>(&words), Err(EncodeError::TooLong { length: 4, bound: 3 }));
    assert_eq!(to_bytes::<HeapArray<i32, 3>>(&words), Err(EncodeError::WrongLength { length: 4, declared: 3 }));
    assert_eq!(to_bytes::<HeapOpaque<4>>(&long), Err(EncodeError::WrongLength { length: 5, declared: 4 }));
    let wire = b"\0\0\0\x0512345\0\0\0";
    check_decode::<Opaque<4>>(wire, Err(DecodeError::TooLong { length: 5, bound: 4 }));
    check_decode::<Str<4>>(wire, Err(DecodeError::TooLong { length: 5, bound: 4 }));
    check_decode::<Array<i32, 4>>(wire, Err(DecodeError::TooLong { length: 5, bound: 4 }));
}

#[test]
fn bytes_left_behind_a_value_are_an_error() {
    check_decode::<i32>(&[0; 8], Err(DecodeError::Trailing { count: 4 }));
}
