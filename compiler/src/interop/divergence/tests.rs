//! A known divergence excuses one pair of answers, and no other.

use super::Divergence;
use crate::interop::peer::Answer;
use crate::interop::subject::Subtype;
use crate::interop::wire::{Fault, Reading};
use crate::model::types::{Basic, Type};

fn subtype(is_lone_string: bool) -> Subtype {
    Subtype { name: "it".to_owned(), ty: Type::Basic(Basic::Int), is_lone_string }
}

fn value(used: usize, bytes: &[u8], shown: &str) -> Answer {
    Answer::Value { used, bytes: bytes.to_vec(), shown: shown.to_owned() }
}

fn found(reading: Result<Reading, Fault>, rust: &Answer, c: &Answer) -> Option<Divergence> {
    Divergence::of(&subtype(false), &reading, rust, c)
}

fn reading(zero_in_text: bool, odd_truth: bool) -> Result<Reading, Fault> {
    Ok(Reading { used: 4, canonical: vec![0, 0, 0, 1], pieces: Vec::new(), zero_in_text, odd_truth })
}

#[test]
fn c_may_take_what_rust_refuses_for_two_faults() {
    let taken = value(4, &[0; 4], "0");
    let known = |fault| found(Err(fault), &Answer::Refused, &taken);
    assert_eq!(known(Fault::Enumerator), Some(Divergence::Enumerator));
    assert_eq!(known(Fault::Range), Some(Divergence::Narrow));
    for fault in [Fault::TooLong, Fault::Truncated, Fault::Discriminant] {
        assert_eq!(known(fault), None, "{fault:?}");
    }
    let lone = |fault| Divergence::of(&subtype(true), &Err(fault), &Answer::Refused, &taken);
    assert_eq!(lone(Fault::TooLong), Some(Divergence::LoneStringBound));
    assert_eq!(lone(Fault::Truncated), None);
}

#[test]
fn rust_may_not_take_what_is_no_value() {
    let taken = value(4, &[0; 4], "0");
    for fault in [Fault::Enumerator, Fault::Range, Fault::TooLong] {
        assert_eq!(found(Err(fault), &taken, &Answer::Refused), None, "{fault:?}");
        assert_eq!(found(Err(fault), &taken, &value(4, &[1; 4], "1")), None, "{fault:?}");
        assert_eq!(found(Err(fault), &Answer::Refused, &Answer::NotEncoded { used: 4 }), None, "{fault:?}");
    }
}

#[test]
fn c_may_write_less_or_other_than_rust_but_not_read_other() {
    let right = value(4, &[0, 0, 0, 1], "true");
    let odd = value(4, &[0, 0, 0, 9], "true");
    assert_eq!(found(reading(true, false), &right, &odd), Some(Divergence::ZeroInText));
    assert_eq!(found(reading(false, true), &right, &odd), Some(Divergence::Truth));
    assert_eq!(found(reading(false, false), &right, &odd), None);
    // C took other bytes, or sees another truth; or it is Rust that writes something odd.
    assert_eq!(found(reading(true, true), &right, &value(8, &[0, 0, 0, 9], "true")), None);
    assert_eq!(found(reading(false, true), &right, &value(4, &[0, 0, 0, 9], "false")), None);
    assert_eq!(found(reading(true, true), &odd, &right), None);
    assert_eq!(found(reading(true, true), &right, &Answer::Refused), None);
}
