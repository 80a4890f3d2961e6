use crate::messages::{calls, fragmented, whole};
use crate::run;
use oncrpc::record::{Limits, Reader, RecordError};
use oncrpc_tests::wire::Random;

const LIMITS: Limits = Limits { bytes: 200_000, fragments: 20, empty_fragments: 4 };

/// The reader keeps what has come of a record once more, and what it gives out is kept here.
const GRANTED: usize = 512 << 10;

/// The records of a stream, and why there are no more.
type Outcome = (Vec<Vec<u8>>, Result<(), RecordError>);

fn streams() -> Vec<Vec<u8>> {
    let whole = whole(&calls());
    let pieces = fragmented(&whole, 50);
    let empty = [&[0; 12], &pieces[..], &[0; 8], &[0x80, 0, 0, 0]].concat();
    let large = [&0x8003_0000_u32.to_be_bytes()[..], &[7; 0x3_0000], &whole].concat();
    vec![whole, pieces, empty, large]
}

#[test]
fn record_reader() {
    let mut seen = [0_u64; 3];
    run("record_reader", &streams(), GRANTED, |stream, random| {
        let expected = at_once(stream);
        assert!(expected.0.iter().map(|record| 4 + record.len()).sum::<usize>() <= stream.len());
        assert!(expected.0.iter().all(|record| (1..=LIMITS.bytes).contains(&record.len())));
        seen[0] += expected.0.len() as u64;
        seen[1] += u64::from(expected.1.is_err());
        assert!(in_pieces(stream, random, &mut seen[2]) == expected, "{:?}", expected.1);
    });
    assert!(std::env::var_os("ONCRPC_FUZZ_CASE").is_some() || seen.iter().all(|count| *count > 20), "{seen:?}");
}

/// Of a stream that comes as a whole.
fn at_once(mut stream: &[u8]) -> Outcome {
    let (mut reader, mut records) = (Reader::new(LIMITS), Vec::new());
    loop {
        match reader.next(&mut stream) {
            Ok(Some(record)) => records.push(record.as_slice().to_vec()),
            Ok(None) => return (records, Ok(())),
            Err(error) => return (records, Err(error)),
        }
    }
}

/// Of one that comes in pieces, some of them straight into their place.
fn in_pieces(mut stream: &[u8], random: &mut Random, direct: &mut u64) -> Outcome {
    let (mut reader, mut records) = (Reader::new(LIMITS), Vec::new());
    while !stream.is_empty() {
        let most = if random.once_in(2) { 9 } else { 70_000 };
        let (mut piece, rest) = stream.split_at(1 + random.below(stream.len().min(most)));
        let room = reader.room();
        if !room.is_empty() && random.once_in(2) {
            let count = room.len().min(piece.len());
            room[..count].copy_from_slice(&piece[..count]);
            stream = &stream[count..];
            *direct += 1;
            records.extend(reader.fill(count).map(|record| record.as_slice().to_vec()));
            continue;
        }
        stream = rest;
        loop {
            match reader.next(&mut piece) {
                Ok(Some(record)) => {
                    records.push(record.as_slice().to_vec());
                    reader.recycle(record);
                }
                Ok(None) => break,
                Err(error) => return (records, Err(error)),
            }
        }
    }
    (records, Ok(()))
}
