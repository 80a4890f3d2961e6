//! Traits of other crates, derived for every kind of type: what serde writes and reads, what `Arbitrary` makes up.

mod inode;
mod interfaces;

use arbitrary::{Arbitrary, Unstructured};
use inode::Inode;
use interfaces::derived::x_derives as forms;
use interfaces::derived_modules::{b, tell};
use interfaces::derived_open::x_derives as open;
use oncrpc::codegen;
use oncrpc::xdr::{EncodeError, HeapArray, HeapOpaque, Quadruple, Text, Xdr, XdrWalk, from_bytes, to_bytes};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::any::type_name;
use std::fmt::Debug;
use std::hash::Hash;

/// The types of two interfaces, with the default options and with others.
mod types {
    use super::Codec;
    use super::interfaces::{derived, derived_open};
    use oncrpc::xdr::{NonEmptyList, NonEmptyMutualList};

    pub(super) const PLAIN: &[(&str, &[Codec])] = include!(concat!(env!("OUT_DIR"), "/derived_codecs.rs"));
    pub(super) const OPEN: &[(&str, &[Codec])] = include!(concat!(env!("OUT_DIR"), "/derived_open_codecs.rs"));
}

/// What holds something floating: JSON has no NaN, and rounds.
const FLOATING: &[&str] = &["floating", "other_numbers", "fixed_arrays", "variable_arrays", "fixed_size"];

/// A type, with what is tried of its values. Does not compile for one that lacks a trait.
struct Codec {
    name: &'static str,
    check: fn(&str, &mut Unstructured<'_>) -> bool,
}

impl Codec {
    const fn of<C, V>(name: &'static str) -> Self
    where
        C: Xdr<Value = V>,
        V: Serialize + DeserializeOwned + for<'a> Arbitrary<'a> + PartialEq + Debug,
    {
        Self { name, check: check::<C, V> }
    }

    /// Does not compile unless values can be gone through.
    #[expect(clippy::extra_unused_type_parameters, reason = "it is the bound that counts")]
    const fn walk<C: XdrWalk>(self) -> Self {
        self
    }
}

/// Whether the data makes a value; if so it stays the same on every way there and back.
fn check<C, V>(name: &str, data: &mut Unstructured<'_>) -> bool
where
    C: Xdr<Value = V>,
    V: Serialize + DeserializeOwned + for<'a> Arbitrary<'a> + PartialEq + Debug,
{
    let Ok(value) = V::arbitrary(data) else { return false };
    let wire = match to_bytes::<C>(&value) {
        Ok(wire) => wire,
        // A list by itself is a `Vec` of nodes, which knows nothing of its declaration.
        Err(EncodeError::EmptyList | EncodeError::OutOfTurn { .. }) if type_name::<V>().contains("Vec<") => {
            return true;
        }
        Err(error) => panic!("{name}: {error} in {value:?}"),
    };
    let same = |other: &V, way: &str| {
        assert_eq!(to_bytes::<C>(other).as_ref(), Ok(&wire), "{name} by {way}");
        #[expect(clippy::eq_op, reason = "what holds a NaN is not")]
        let is_itself = value == value;
        assert!(!is_itself || *other == value, "{name} by {way}");
    };
    same(&from_bytes::<C>(&wire).unwrap(), "XDR");
    same(&postcard::from_bytes(&postcard::to_allocvec(&value).unwrap()).unwrap(), "a format for programs");
    if !FLOATING.contains(&name) {
        same(&serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap(), "a format for people");
    }
    true
}

/// Bytes that are the same in every run.
fn data(seed: u32, length: usize) -> Vec<u8> {
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(seed), next).skip(1).map(|state| (state >> 24) as u8).take(length).collect()
}

fn every_type(types: &[(&str, &[Codec])]) {
    for Codec { name, check } in types.iter().flat_map(|(_, codecs)| *codecs) {
        let made = |seed: &u32| check(name, &mut Unstructured::new(&data(*seed, 40 * *seed as usize)));
        let made = (0..100).filter(made).count();
        assert!(made > 50, "{made} values of {name}");
    }
}

#[test]
fn values_that_are_made_up_can_be_encoded_and_survive_every_format() {
    assert_eq!(types::PLAIN.len(), 2);
    every_type(types::PLAIN);
}

#[test]
fn likewise_with_open_enumerations_kept_discriminants_and_types_of_rust() {
    assert_eq!(types::OPEN.len(), 2);
    every_type(types::OPEN);
}

/// The JSON of a value, which comes back from it.
#[track_caller]
fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> serde_json::Value {
    let json = serde_json::to_value(value).unwrap();
    assert_eq!(&serde_json::from_value::<T>(json.clone()).unwrap(), value);
    json
}

#[test]
fn text_is_a_string_for_people_where_it_can_be() {
    assert_eq!(json(&Text::from("héllo")), json!("héllo"));
    assert_eq!(json(&Text::from(&b"a\xff"[..])), json!([97, 255]));
    assert!(serde_json::from_value::<Text>(json!(5)).is_err());
    assert_eq!(postcard::to_allocvec(&Text::from("héllo")).unwrap(), b"\x06h\xc3\xa9llo");
    assert_eq!(postcard::to_allocvec(&Text::from(&b"a\xff"[..])).unwrap(), b"\x02a\xff");
    assert_eq!(json(&Quadruple([7; 16])), json!(vec![7; 16]));
}

#[test]
fn long_arrays_are_as_short_ones() {
    let key = [7_u8; 64];
    assert_eq!(json(&forms::Choice::A(key)), json!({ "A": vec![7; 64] }));
    let small = forms::Small { eight: [1; 8], three: [1, 2, 3], what: forms::Kind::C };
    assert_eq!(json(&small), json!({ "eight": vec![1; 8], "three": [1, 2, 3], "what": "C" }));
    let node = forms::Node { of: key, name: "n".into() };
    let nodes = json(&forms::Nodes { list: vec![node] });
    assert_eq!(nodes, json!({ "list": [{ "of": vec![7; 64], "name": "n" }] }));
    // Without lengths where the format has none for tuples.
    assert_eq!(postcard::to_allocvec(&forms::Choice::A(key)).unwrap(), [&[0], &key[..]].concat());
    for wrong in [63, 65] {
        let error = serde_json::from_value::<forms::Choice>(json!({ "A": vec![7; wrong] })).unwrap_err().to_string();
        let expected =
            if wrong == 63 { "invalid length 63, expected an array of 64 elements" } else { "expected fewer" };
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn what_is_kept_is_in_formats_as_well() {
    assert_eq!(json(&open::Kind::Other(9)), json!({ "Other": 9 }));
    assert_eq!(json(&open::Kept::Unknown(open::Kind::Other(9))), json!({ "Unknown": { "Other": 9 } }));
    assert_eq!(json(&open::Choice::Default(open::Kind::C, vec![1, 2])), json!({ "Default": ["C", [1, 2]] }));
    assert_eq!(json(&forms::Numbered::CaseMinus1), json!("CaseMinus1"));
}

fn have_all<T: Copy + Eq + Hash + Ord>() {}
fn are_ordered<T: Eq + Hash + Ord + for<'a> Arbitrary<'a>>() {}
fn are_known<T: Eq + Hash + Default + for<'a> Arbitrary<'a>>() {}

#[test]
fn types_have_what_they_can_have() {
    have_all::<forms::Small>();
    have_all::<forms::Large>();
    have_all::<forms::Inodes>();
    are_ordered::<forms::Arrays>();
    are_ordered::<forms::AnswerOrQuestion>();
    are_ordered::<forms::Tree>();
    are_ordered::<forms::Choice>();
    are_ordered::<open::Choice>();
    are_ordered::<b::Parcel>();
    are_known::<forms::Exact>();
    are_ordered::<forms::File>();
    let floating = forms::Floating { value: 1.5 };
    assert!(floating == floating && forms::Floating::default() < floating);
    let inode = forms::Inodes { one: Inode(1) };
    assert!(inode < forms::Inodes { one: Inode(2) });
}

#[test]
fn types_of_other_files_come_along() {
    let parcels = Codec::of::<b::Parcel, b::Parcel>("parcel");
    let answers = Codec::of::<tell::Answers, tell::Answers>("answers");
    every_type(&[("modules", &[parcels, answers])]);
}

#[test]
fn much_data_does_not_make_deep_values() {
    let bytes = vec![0xff; 1 << 20];
    let tree = forms::Tree::arbitrary(&mut Unstructured::new(&bytes)).unwrap();
    let left = std::iter::successors(Some(&tree), |tree| tree.left.as_deref()).count();
    assert!((5..=20).contains(&left), "{left}");
    to_bytes::<forms::Tree>(&tree).unwrap();
}

#[test]
fn little_data_does_not_make_large_values() {
    let made = |bytes: &[u8]| codegen::arbitrary::<HeapOpaque<{ 1 << 20 }>>(&mut Unstructured::new(bytes)).unwrap();
    assert!(made(b"abc").starts_with(b"abc\0") && made(b"").len() == 1 << 20);
    let huge = codegen::arbitrary::<HeapOpaque<{ u32::MAX }>>(&mut Unstructured::new(b"abc"));
    assert!(matches!(huge, Err(arbitrary::Error::NotEnoughData)));
    let many = codegen::arbitrary::<HeapArray<HeapOpaque<{ 1 << 20 }>, 2>>(&mut Unstructured::new(b"abc"));
    assert!(matches!(many, Err(arbitrary::Error::NotEnoughData)));
}
