//! That Rust and C mean the same by a value: what one side sets member by member, the other reads member by member.

use bytes::Bytes;
use oncrpc::xdr::{Xdr, from_bytes, to_bytes};
use oncrpc_tests::c::FIELDS;
use oncrpc_tests::interfaces::kitchen_sink::{
    Drawing, Entry, EveryForm, FixedOpaques, Flags, GroupNode, Implicit, Item, Line, Lists, Mixed, OtherNumbers, Point,
    SignedNumbers, Strings,
};
use oncrpc_tests::process::run;
use std::fmt::Debug;

/// C's value of `name` reads as `expected`.
fn c_writes<C: Xdr<Value: Debug + PartialEq>>(name: &str, expected: &C::Value) {
    let Some(program) = FIELDS.build() else { return };
    let output = run(program, &["write", name], &[]);
    assert!(output.status.success(), "{name}: {}", output.status);
    let value = from_bytes::<C>(&Bytes::from(output.stdout)).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(&value, expected, "{name}");
}

/// What C prints of our value of `name` is `expected`.
fn c_reads<C: Xdr>(name: &str, value: &C::Value, expected: &str) {
    let Some(program) = FIELDS.build() else { return };
    let output = run(program, &["read", name], &to_bytes::<C>(value).unwrap());
    assert_eq!(output.lines(), [expected], "{name}");
}

fn line(numbers: [i32; 4], width: u16) -> Line {
    let [x, y, to_x, to_y] = numbers;
    Line { from: Point { x, y }, to: Point { x: to_x, y: to_y }, width }
}

#[test]
fn numbers() {
    let theirs = SignedNumbers {
        eight: -8,
        sixteen: -1600,
        thirty_two: -320_000,
        also_thirty_two: 2_000_000_000,
        sixty_four: -6_400_000_000_000,
        sized_eight: 88,
        sized_sixteen: 1616,
        sized_thirty_two: 323_232,
        sized_sixty_four: 646_464_646_464,
        quad: -4,
        longlong: -5,
    };
    c_writes::<SignedNumbers>("signed_numbers", &theirs);
    let ours = SignedNumbers { eight: 127, sixteen: i16::MIN, sixty_four: i64::MIN, quad: i64::MAX, ..theirs };
    let expected =
        "127 -32768 -320000 2000000000 -9223372036854775808 88 1616 323232 646464646464 9223372036854775807 -5";
    c_reads::<SignedNumbers>("signed_numbers", &ours, expected);

    let theirs = OtherNumbers { yes_or_no: true, c_boolean: false, single: -1.5, twice: 0.1, choice: Implicit::Third };
    c_writes::<OtherNumbers>("other_numbers", &theirs);
    let ours =
        OtherNumbers { yes_or_no: false, c_boolean: true, single: 0.25, twice: -1e300, choice: Implicit::Second };
    c_reads::<OtherNumbers>("other_numbers", &ours, "0 1 0.25 -1.0000000000000001e+300 1");
}

#[test]
fn opaque_data_and_strings() {
    let theirs =
        FixedOpaques { one: *b"a", two: *b"bc", three: *b"def", four: *b"ghij", hex_bound: *b"0123456789abcde\0" };
    c_writes::<FixedOpaques>("fixed_opaques", &theirs);
    let ours = FixedOpaques { one: *b"Z", three: *b"YXW", hex_bound: *b"sixteen letters!", ..theirs };
    c_reads::<FixedOpaques>("fixed_opaques", &ours, "Z bc YXW ghij sixteen letters!");

    let theirs = Strings { short_one: "seven l".into(), named: "thr".into(), free: "as long as it takes".into() };
    c_writes::<Strings>("strings", &theirs);
    let ours = Strings { short_one: "".into(), named: "é".into(), free: "x".repeat(300).into() };
    c_reads::<Strings>("strings", &ours, &format!("|é|{}", "x".repeat(300)));
}

#[test]
fn structures_in_structures() {
    let mut owner = [0; 32];
    owner[..5].copy_from_slice(b"owner");
    let theirs = Drawing {
        lines: [line([1, 2, 3, 4], 5), line([-6, -7, -8, -9], 65535)],
        centre: Point { x: 10, y: 11 },
        colour: Flags::HighBit,
        owner,
    };
    c_writes::<Drawing>("drawing", &theirs);
    let ours = Drawing { lines: [line([9, 8, 7, 6], 0), line([5, 4, 3, 2], 1)], colour: Flags::LowBit, ..theirs };
    c_reads::<Drawing>("drawing", &ours, "9,8-7,6/0 5,4-3,2/1 10,11 other owner");
}

#[test]
fn linked_lists() {
    let items = |values: &[i32]| values.iter().map(|value| Item { value: *value }).collect::<Vec<_>>();
    let member = |key: &str, value: &'static [u8]| Entry { key: key.into(), value: value.into() };
    let theirs = Lists {
        any: items(&[22, 33]),
        some: items(&[11, 22, 33]),
        nested: vec![
            GroupNode { group_name: "full".into(), members: vec![member("k1", b""), member("k2", b"xyz")] },
            GroupNode { group_name: "empty".into(), members: vec![] },
        ],
        several: vec![items(&[5]), items(&[6, 33])],
    };
    c_writes::<Lists>("lists", &theirs);
    let ours = Lists {
        any: vec![],
        some: items(&[-1]),
        nested: vec![GroupNode { group_name: "g".into(), members: vec![member("k", b"v")] }],
        several: vec![items(&[1, 2, 3])],
    };
    c_reads::<Lists>("lists", &ours, "; -1 ; g( k=v ) 1 2 3 ; ");
}

#[test]
fn arms_of_a_union() {
    c_writes::<EveryForm>("every_form", &EveryForm::Smallest(Some(line([1, 2, 3, 4], 5))));
    let ours = [
        (EveryForm::Five(-5), "basic -5"),
        (EveryForm::Six(*b"fixed"), "fixed fixed"),
        (EveryForm::Sixteen(Bytes::from_static(b"var")), "variable var"),
        (EveryForm::Seventeen("words".into()), "text words"),
        (EveryForm::MinusTwo([7, 8, 9]), "array 7 8 9"),
        (EveryForm::Largest(vec![Point { x: 1, y: 2 }]), "1 points"),
        (EveryForm::Smallest(None), "line none"),
        (EveryForm::Smallest(Some(Line::default())), "line some"),
    ];
    for (value, expected) in ours {
        c_reads::<EveryForm>("every_form", &value, expected);
    }
    assert_eq!(EveryForm::MinusTwo([0; 3]).discriminant(), Mixed::MinusTwo);
}
