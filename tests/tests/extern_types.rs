//! A Rust type of the user's own, in the place of one that only a C header defines.

use oncrpc::xdr::{DecodeError, from_bytes, to_bytes, view_bytes};
use oncrpc_tests::extern_types::Timeval;
use oncrpc_tests::extern_types::times::{Answer, Event, Mark, Marks};
use std::time::Duration;

fn at(seconds: u64, micros: u64) -> Timeval {
    Timeval(Duration::from_secs(seconds) + Duration::from_micros(micros))
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

#[test]
fn its_codec_puts_it_on_the_wire_wherever_it_stands() {
    let event = Event { at: at(1, 2), until: Some(at(3, 4)), history: vec![at(5, 6)], window: [at(7, 8), at(9, 10)] };
    let bytes = to_bytes::<Event>(&event).unwrap();
    assert_eq!(bytes, words(&[1, 2, 1, 3, 4, 1, 5, 6, 7, 8, 9, 10]));
    assert_eq!(from_bytes::<Event>(&bytes).unwrap(), event);
    let marks = Marks {
        all: vec![Mark { at: at(1, 0) }, Mark { at: at(2, 0) }],
        answers: vec![Answer::Case0(at(3, 0)), Answer::Default(7)],
    };
    let bytes = to_bytes::<Marks>(&marks).unwrap();
    assert_eq!(bytes, words(&[1, 1, 0, 1, 2, 0, 0, 2, 0, 3, 0, 7]));
    assert_eq!(from_bytes::<Marks>(&bytes).unwrap(), marks);
}

#[test]
fn it_is_seen_through_its_own_view() {
    let bytes = words(&[1, 2, 0, 2, 5, 6, 7, 8, 9, 10, 11, 12]);
    let event = view_bytes::<Event>(&bytes).unwrap();
    assert_eq!((event.at, event.until), (at(1, 2), None));
    assert_eq!(event.window.len(), 2);
}

#[test]
fn bounds_hold_around_it() {
    let event = |count: u32| [words(&[1, 2, 0, count]), vec![0; 64]].concat();
    let error = from_bytes::<Event>(&event(5).into()).unwrap_err();
    assert!(matches!(error, DecodeError::TooLong { length: 5, bound: 4 }), "{error}");
    let many = words(&[0, 0x1000_0000]);
    let error = from_bytes::<Marks>(&many.into()).unwrap_err();
    assert!(matches!(error, DecodeError::Truncated { .. } | DecodeError::TooMuchMemory { .. }), "{error}");
}
