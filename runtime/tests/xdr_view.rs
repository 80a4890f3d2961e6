//! Views: the same values as decoding gives, without a copy or an allocation, and nothing accepted that decoding refuses.

use allocation_counter::measure;
use bytes::Bytes;
use oncrpc::xdr::{
    Array, DecodeError, FixedArray, FixedOpaque, HeapArray, HeapOpaque, HeapOpaqueVec, List, NonEmptyList, Opaque,
    OpaqueVec, Optional, Str, Text, Utf8, Void, XdrView, from_bytes, to_bytes, view_bytes,
};
use std::fmt::Debug;

/// What is seen of an encoded value is the value; every truncation is refused by both; viewing allocates nothing.
#[track_caller]
fn check<C: XdrView<Value: PartialEq + Debug>>(value: C::Value) {
    let wire = to_bytes::<C>(&value).unwrap();
    let seen = view_bytes::<C>(&wire).unwrap();
    assert_eq!(C::to_value(seen).unwrap(), value);
    let outcome = measure(|| assert!(view_bytes::<C>(&wire).is_ok()));
    assert_eq!(outcome.count_total, 0);
    for length in 0..wire.len() {
        let decoded = from_bytes::<C>(&wire.slice(..length)).map(drop);
        assert!(decoded.is_err());
        assert!(view_bytes::<C>(&wire[..length]).is_err());
    }
}

#[test]
fn every_form_is_seen_as_it_is_decoded() {
    check::<i32>(-5);
    check::<bool>(true);
    check::<Str<9>>("Grüße".into());
    check::<Opaque>(Bytes::from_static(b"12345"));
    check::<Utf8<9>>("Grüße".into());
    check::<OpaqueVec>(b"12345".to_vec());
    check::<HeapOpaqueVec<5>>(b"12345".to_vec());
    check::<FixedOpaque<5>>(*b"12345");
    check::<HeapOpaque<5>>(Bytes::from_static(b"12345"));
    check::<Array<Str<4>>>(vec!["a".into(), "".into(), "abcd".into()]);
    check::<Array<u64>>(vec![1, u64::MAX]);
    check::<FixedArray<Str, 2>>(["x".into(), "yz".into()]);
    check::<HeapArray<i16, 3>>(vec![1, -1, 0]);
    check::<Optional<Opaque>>(Some(Bytes::from_static(b"1")));
    check::<Optional<Opaque>>(None);
    check::<List<Str>>(vec!["a".into(), "b".into()]);
    check::<List<Str>>(vec![]);
    check::<NonEmptyList<Str>>(vec!["a".into(), "b".into()]);
}

#[test]
fn views_point_into_the_record() {
    let wire = to_bytes::<Str>(&"hello".into()).unwrap();
    let text = view_bytes::<Str>(&wire).unwrap();
    assert_eq!(text.as_bytes().as_ptr(), wire[4..].as_ptr());
    assert!(text == "hello" && text.to_str() == Ok("hello"));
    assert_eq!(format!("{text:>6}"), " hello");
}

#[test]
fn elements_are_gone_through_again_and_again() {
    let wire = to_bytes::<Array<Str>>(&vec!["a".into(), "b".into()]).unwrap();
    let names = view_bytes::<Array<Str>>(&wire).unwrap();
    for _ in 0..2 {
        assert_eq!(names.iter().map(|name| name.to_string()).collect::<Vec<_>>(), ["a", "b"]);
    }
    assert_eq!((names.len(), names.iter().len(), names.is_empty()), (2, 2, false));
    assert_eq!(format!("{names:?}"), r#"["a", "b"]"#);
}

#[test]
fn the_nodes_of_a_list_end_where_it_ends() {
    let mut wire = to_bytes::<List<i32>>(&vec![1, 2]).unwrap().to_vec();
    let end = wire.len();
    wire.extend([0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0]);
    let nodes = view_bytes::<List<i32>>(&wire[..end]).unwrap();
    let mut nodes = nodes.iter();
    assert_eq!([nodes.next(), nodes.next(), nodes.next(), nodes.next()], [Some(1), Some(2), None, None]);
}

#[test]
fn what_decoding_refuses_is_not_seen() {
    let long = to_bytes::<Str>(&Text::from("12345")).unwrap();
    assert_eq!(view_bytes::<Str<4>>(&long).unwrap_err(), DecodeError::TooLong { length: 5, bound: 4 });
    assert_eq!(view_bytes::<Utf8>(b"\0\0\0\x04ab\xff!").unwrap_err(), DecodeError::NotUtf8 { valid: 2 });
    assert_eq!(view_bytes::<Void>(&long).unwrap_err(), DecodeError::Trailing { count: 12 });
    assert!(matches!(view_bytes::<Array<i32>>(&[0xff; 64]), Err(DecodeError::Truncated { .. })));
    assert!(matches!(view_bytes::<Array<Void>>(&[0xff; 4]), Err(DecodeError::TooMuchMemory { .. })));
}
