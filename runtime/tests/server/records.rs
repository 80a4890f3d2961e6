//! Record marking without a server: what the reader takes and refuses, what the writer writes.

use super::support::{fragment, mark, record};
use oncrpc::record::{self, Limits, Reader, Record, RecordError};
use oncrpc::xdr::{Encoder, Sink};

const SMALL: Limits = Limits { bytes: 100, fragments: 5, empty_fragments: 2 };

/// The records in `pieces`, given to the reader one by one.
fn read(limits: Limits, pieces: &[&[u8]]) -> Result<Vec<Vec<u8>>, RecordError> {
    let mut reader = Reader::new(limits);
    let mut records = Vec::new();
    for piece in pieces {
        let mut input = *piece;
        while let Some(record) = reader.next(&mut input)? {
            records.push(record.as_slice().to_vec());
        }
        assert!(input.is_empty());
    }
    Ok(records)
}

#[test]
fn every_split_of_a_stream_gives_the_same_records() {
    let stream = [
        record(b"first"),
        fragment(b"se", false),
        fragment(b"", false),
        fragment(b"cond", true),
        fragment(b"third", false),
        fragment(b"", true),
        record(b"4"),
    ]
    .concat();
    let expected: Vec<Vec<u8>> = [&b"first"[..], b"second", b"third", b"4"].map(<[u8]>::to_vec).into();
    for one in 0..=stream.len() {
        for two in one..=stream.len() {
            let pieces = [&stream[..one], &stream[one..two], &stream[two..]];
            assert_eq!(read(SMALL, &pieces).unwrap(), expected, "split at {one} and {two}");
        }
    }
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(read(SMALL, &bytes).unwrap(), expected);
}

#[test]
fn a_whole_record_stays_in_place() {
    let stream = [record(b"one"), record(b"two"), mark(3, true).to_vec(), b"th".to_vec()].concat();
    let mut reader = Reader::new(SMALL);
    let mut input = &stream[..];
    for (at, expected) in [(4, b"one"), (11, b"two")] {
        let Some(Record::Borrowed(found)) = reader.next(&mut input).unwrap() else { panic!("not in place") };
        assert_eq!(found, expected);
        assert_eq!(found.as_ptr(), stream[at..].as_ptr());
        assert!(!reader.is_mid_record());
    }
    assert!(reader.next(&mut input).unwrap().is_none());
    assert!(reader.is_mid_record());
    let Some(Record::Owned(found)) = reader.next(&mut &b"r"[..]).unwrap() else { panic!("not put together") };
    assert_eq!(found, b"thr"[..]);
    assert!(!reader.is_mid_record());
}

/// Reads `stream` as a socket does: straight into the room of a large record, the rest of each piece elsewhere.
fn read_into_room(reader: &mut Reader, mut stream: &[u8], piece: usize) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    while !stream.is_empty() {
        let (now, later) = stream.split_at(piece.min(stream.len()));
        stream = later;
        let room = reader.room();
        let (direct, mut input) = now.split_at(room.len().min(now.len()));
        room[..direct.len()].copy_from_slice(direct);
        let mut next = reader.fill(direct.len());
        if next.is_none() {
            next = reader.next(&mut input).unwrap();
        }
        while let Some(record) = next {
            records.push(record.as_slice().to_vec());
            reader.recycle(record);
            next = reader.next(&mut input).unwrap();
        }
    }
    records
}

#[test]
fn large_records_are_read_into_their_place() {
    let message = |seed: u32, length: u32| (0..length).map(|at| ((at * 7 + seed) % 253) as u8).collect::<Vec<_>>();
    let messages = [message(1, 400_000), message(2, 5), message(3, 900_000), message(4, 70_000), message(5, 300_000)];
    let stream: Vec<u8> = messages
        .iter()
        .flat_map(|message| {
            let (front, back) = message.split_at(message.len() / 4);
            [fragment(front, false), record(back)].concat()
        })
        .collect();
    for piece in [1_000, 65_536, 65_537, 100_003, 262_144, 2_000_000] {
        let mut reader = Reader::new(Limits::default());
        let records = read_into_room(&mut reader, &stream, piece);
        assert!(records == messages, "in pieces of {piece}");
        assert!(!reader.is_mid_record());
        assert!(piece > 100_003 || !reader.take_back().is_empty(), "nothing was recycled in pieces of {piece}");
    }
}

/// Fragments and pieces of any size, around those at which something changes.
#[test]
fn any_fragmentation_in_any_pieces() {
    let mut state = 1_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % bound
    };
    for _ in 0..60 {
        let (mut stream, mut messages) = (Vec::new(), Vec::new());
        for seed in 0..4 {
            let message: Vec<u8> = (0..1 + below(400_000)).map(|at| ((at * 7 + seed) % 253) as u8).collect();
            let mut rest = &message[..];
            while below(4) > 0 && !rest.is_empty() {
                let most = [3, 65_536, 200_000][below(3)];
                let (front, back) = rest.split_at(below(most).min(rest.len()));
                stream.extend(fragment(front, false));
                rest = back;
            }
            stream.extend(record(rest));
            messages.push(message);
        }
        let mut reader = Reader::new(Limits::default());
        let most = [10_000, 140_000, 600_000][below(3)];
        let piece = 1 + below(most);
        assert!(read_into_room(&mut reader, &stream, piece) == messages, "in pieces of {piece}");
        assert!(!reader.is_mid_record());
    }
}

#[test]
fn room_grows_with_what_has_come() {
    const LENGTH: usize = 4 << 20;
    let mut reader = Reader::new(Limits::default());
    assert!(reader.room().is_empty());
    assert!(reader.next(&mut &mark(LENGTH as u32, true)[..]).unwrap().is_none());
    let (mut come, mut direct) = (0, 0);
    while reader.is_mid_record() {
        let room = reader.room().len();
        assert!(room <= come, "{room} bytes of room for {come} that have come");
        if room > 0 {
            reader.fill(room);
            direct += room;
            come += room;
        } else {
            let piece = vec![0; 1_000.min(LENGTH - come)];
            reader.next(&mut &piece[..]).unwrap();
            come += piece.len();
        }
    }
    assert_eq!(come, LENGTH);
    assert!(direct > LENGTH / 2, "{direct} bytes straight into their place");
}

#[test]
fn memory_that_somebody_keeps_is_not_used_again() {
    let mut reader = Reader::new(SMALL);
    let two = [fragment(b"a", false), record(b"b")].concat();
    let Some(Record::Owned(kept)) = reader.next(&mut &two[..]).unwrap() else { panic!("not put together") };
    reader.recycle(Record::Owned(kept.clone()));
    assert!(reader.take_back().is_empty());
    assert_eq!(kept, b"ab"[..]);
    reader.recycle(Record::Owned(kept));
    assert_eq!(reader.take_back(), b"ab"[..]);
}

#[test]
fn the_limit_holds_for_what_a_mark_announces() {
    let over = |length| Err(RecordError::TooLarge { length, limit: 100 });
    for last in [false, true] {
        assert_eq!(read(SMALL, &[&mark(100, last)]), Ok(vec![]));
        assert_eq!(read(SMALL, &[&mark(101, last)]), over(101));
        assert_eq!(read(SMALL, &[&mark(0x7fff_ffff, last)]), over(0x7fff_ffff));
        assert_eq!(read(SMALL, &[&fragment(&[7; 60], false), &mark(40, last)]), Ok(vec![]));
        assert_eq!(read(SMALL, &[&fragment(&[7; 60], false), &mark(41, last)]), over(101));
    }
    assert_eq!(read(SMALL, &[&fragment(&[7; 60], false), &record(&[8; 40])]).unwrap()[0].len(), 100);
    // The next record has the whole limit again.
    assert_eq!(read(SMALL, &[&record(&[7; 100]), &record(&[8; 100])]).unwrap().len(), 2);
}

#[test]
fn fragments_are_counted() {
    let tiny = fragment(b"x", false).repeat(4);
    assert_eq!(read(SMALL, &[&tiny, &fragment(b"x", true)]).unwrap(), [b"xxxxx"]);
    assert_eq!(read(SMALL, &[&tiny, &tiny]), Err(RecordError::TooManyFragments { limit: 5 }));

    let empties = fragment(b"", false).repeat(2);
    assert_eq!(read(SMALL, &[&empties, &record(b"x")]).unwrap(), [b"x"]);
    assert_eq!(read(SMALL, &[&empties, &empties]), Err(RecordError::TooManyEmptyFragments { limit: 2 }));
    // The counts begin anew with each record.
    assert_eq!(read(SMALL, &[&empties, &record(b"x"), &empties, &record(b"y")]).unwrap(), [b"x", b"y"]);
}

#[test]
fn an_empty_record_is_refused() {
    assert_eq!(read(SMALL, &[&record(b"")]), Err(RecordError::Empty));
    assert_eq!(read(SMALL, &[&fragment(b"", false), &record(b"")]), Err(RecordError::Empty));
}

#[test]
fn a_record_is_written_as_one_fragment() {
    let mut out = Encoder::new();
    out.put_slice(b"before").unwrap();
    let open = record::begin(&mut out, 100);
    out.put_slice(b"message").unwrap();
    record::finish(&mut out, open).unwrap();
    assert_eq!(out.into_bytes(), [b"before".to_vec(), record(b"message")].concat());
}

#[test]
fn an_unfinished_record_announces_more_than_anybody_takes() {
    let mut out = Encoder::new();
    let _given_up = record::begin(&mut out, 100);
    out.put_slice(b"message").unwrap();
    assert_eq!(out.into_bytes()[..4], [0xff; 4]);
}

#[test]
fn a_record_over_its_limit_is_taken_back() {
    let mut out = Encoder::new();
    out.put_slice(&[1; 300]).unwrap();
    for (length, fits) in [(100, true), (101, false), (100, true)] {
        let before = out.len();
        let open = record::begin(&mut out, 100);
        let put = out.put_slice(&vec![2; length]);
        let finished = put.and_then(|()| record::finish(&mut out, open));
        assert_eq!(finished.is_ok(), fits, "{length} bytes");
        if finished.is_err() {
            out.truncate(open.start());
        }
        assert_eq!(out.len() - before, if fits { length + 4 } else { 0 });
    }
}
