//! What options make of values: on the wire, against C, and in a program.

use bytes::Bytes;
use oncrpc::xdr::{DecodeError, EncodeError, Xdr, from_bytes, to_bytes, view_bytes};
use oncrpc_tests::c::FIELDS;
use oncrpc_tests::interfaces::golden::{open_enumerations as open, options as chosen};
use oncrpc_tests::interfaces::utf8::{EveryForm, Mixed, Strings};
use oncrpc_tests::process::run;
use std::collections::HashSet;
use std::fmt::Debug;

fn words(words: &[i32]) -> Bytes {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// `value` is written as `wire` and read back from it.
#[track_caller]
fn check<C: Xdr<Value: PartialEq + Debug>>(value: C::Value, wire: &Bytes) {
    assert_eq!(to_bytes::<C>(&value).as_ref(), Ok(wire));
    assert_eq!(from_bytes::<C>(wire), Ok(value));
}

#[test]
fn an_open_enumeration_keeps_numbers() {
    use open::{Kind, Word};
    check::<Kind>(Kind::File, &words(&[1]));
    check::<Kind>(Kind::Other(7), &words(&[7]));
    assert!(matches!(from_bytes::<Kind>(&words(&[2])), Ok(Kind::Folder)));
    assert_eq!((Kind::from(-1), i32::from(Kind::Other(-1))), (Kind::Other(-1), -1));
    assert_eq!((Kind::File.name(), Kind::Other(7).name()), (Some("KIND_FILE"), None));
    check::<Word>(Word::Other2(5), &words(&[5]));
    assert_eq!(Word::default(), Word::Other);
}

#[test]
fn values_of_one_number_are_one() {
    use open::Kind;
    let numbers: HashSet<Kind> = [Kind::File, Kind::Other(1), Kind::DEFAULT, Kind::Folder].into();
    assert_eq!(numbers.len(), 2);
    assert_eq!((Kind::Other(1), Kind::Other(1).name()), (Kind::File, Some("KIND_FILE")));
    let mut sorted = [Kind::Other(9), Kind::Folder, Kind::Other(0), Kind::File];
    sorted.sort();
    assert_eq!(sorted.map(i32::from), [0, 1, 2, 9]);
}

#[test]
fn unknown_numbers_go_to_the_default_arm() {
    use open::{Entry, Kind};
    check::<Entry>(Entry::Default(Kind::Other(7), Bytes::new()), &words(&[7, 0]));
    // A value that could be another arm's is not written, whichever way its number is spelled.
    for kind in [Kind::File, Kind::Other(1)] {
        let error = EncodeError::Discriminant { union: "entry", value: 1 };
        assert_eq!(to_bytes::<Entry>(&Entry::Default(kind, Bytes::new())), Err(error));
    }
}

#[test]
fn without_a_default_arm_they_are_refused_or_kept() {
    use open::{Answer, ClosedKept, Kept, Kind, NumberKept, Refused};
    let refused = from_bytes::<Refused>(&words(&[7, 0]));
    assert_eq!(refused, Err(DecodeError::Discriminant { union: "refused", value: 7 }));
    check::<Kept>(Kept::Unknown(Kind::Other(7)), &words(&[7]));
    check::<Kept>(Kept::Folder(1), &words(&[2, 0, 1]));
    check::<ClosedKept>(ClosedKept::Unknown(Answer::No), &words(&[0]));
    let closed = from_bytes::<ClosedKept>(&words(&[2]));
    assert_eq!(closed, Err(DecodeError::Enumerator { enumeration: "answer", value: 2 }));
    check::<NumberKept>(NumberKept::Unknown(-7), &words(&[-7]));
    let error = EncodeError::Discriminant { union: "number_kept", value: -1 };
    assert_eq!(to_bytes::<NumberKept>(&NumberKept::Unknown(-1)), Err(error));
    assert_eq!(Kept::Unknown(Kind::Other(7)).discriminant(), Kind::Other(7));
}

#[test]
fn what_holds_kept_discriminants_has_no_one_size() {
    use open::{ClosedKept, Kind, NumberKept, Pair};
    let small = Pair { of: Kind::Other(3), what: NumberKept::Unknown(9), why: ClosedKept::Unknown(open::Answer::No) };
    check::<Pair>(small, &words(&[3, 9, 0]));
    let large = Pair { of: Kind::File, what: NumberKept::Case0(4), why: ClosedKept::Yes(5) };
    check::<Pair>(large, &words(&[1, 0, 4, 1, 5]));
}

#[test]
fn views_keep_as_much() {
    use open::{EntryView, KeptView, Kind};
    let wire = words(&[7, 0]);
    assert!(matches!(view_bytes::<open::Entry>(&wire), Ok(EntryView::Default(Kind::Other(7), []))));
    let wire = words(&[8]);
    assert!(matches!(view_bytes::<open::Kept>(&wire), Ok(KeptView::Unknown(Kind::Other(8)))));
    let wire = Bytes::from_static(b"\0\0\0\x01\0\0\0\x02\xc3\xa9\0\0");
    assert!(matches!(view_bytes::<chosen::Outcome>(&wire), Ok(chosen::OutcomeView::Failed(_, "é"))));
}

#[test]
fn types_are_as_chosen() {
    use chosen::{Attributes, FileHandle, FileHandle2, Outcome, Status};
    let handle = FileHandle { bytes: vec![1_u8, 2], generation: 3 };
    check::<Outcome>(
        Outcome::Success(handle.clone()),
        &Bytes::from_static(b"\0\0\0\0\0\0\0\x02\x01\x02\0\0\0\0\0\x03"),
    );
    let failed = Outcome::Failed(Status::Gone, String::from("gone"));
    check::<Outcome>(failed.clone(), &Bytes::from_static(b"\0\0\0\x01\0\0\0\x04gone"));
    assert!(Outcome::Success(handle.clone()) < failed && Status::Ok < Status::Gone);
    let attributes = Attributes { label: Bytes::new(), owner: "me".into(), home: String::from("/"), weight: 1.5 };
    assert!(attributes < Attributes { weight: 2.0, ..attributes.clone() });
    let larger = FileHandle2 { inner: Some(handle), contents: vec![0_u8; 9000], names: vec![String::new()] };
    assert!(FileHandle2 { inner: None, ..larger.clone() } < larger);
    let bad = from_bytes::<Outcome>(&Bytes::from_static(b"\0\0\0\x01\0\0\0\x04abc\xff"));
    assert_eq!(bad, Err(DecodeError::NotUtf8 { valid: 3 }));
}

/// C's value of `name` reads as `expected`.
fn c_writes<C: Xdr<Value: Debug + PartialEq>>(name: &str, expected: &C::Value) {
    let Some(program) = FIELDS.build() else { return };
    let output = run(program, &["write", name], &[]);
    assert!(output.status.success(), "{name}: {}", output.status);
    assert_eq!(from_bytes::<C>(&Bytes::from(output.stdout)).as_ref(), Ok(expected), "{name}");
}

/// What C prints of our value of `name` is `expected`.
fn c_reads<C: Xdr>(name: &str, value: &C::Value, expected: &str) {
    let Some(program) = FIELDS.build() else { return };
    let output = run(program, &["read", name], &to_bytes::<C>(value).unwrap());
    assert_eq!(output.lines(), [expected], "{name}");
}

#[test]
fn c_knows_no_difference() {
    let strings =
        Strings { short_one: "seven l".to_owned(), named: "thr".to_owned(), free: "as long as it takes".to_owned() };
    c_writes::<Strings>("strings", &strings);
    c_reads::<Strings>("strings", &Strings { short_one: String::new(), named: "é".into(), free: "x".into() }, "|é|x");
    c_reads::<EveryForm>("every_form", &EveryForm::Sixteen(b"var".to_vec()), "variable var");
    c_reads::<EveryForm>("every_form", &EveryForm::Seventeen("words".to_owned()), "text words");
    assert_eq!(EveryForm::MinusTwo([0; 3]).discriminant(), Mixed::MinusTwo);
}
