//! Headers and records that are cut, turned, extended and lied about: nothing panics, memory is bounded by what came,
//! and what is understood does not depend on how it came.

use allocation_counter::measure;
use bytes::Bytes;
use oncrpc::record::{self, Limits, Reader, Record, RecordError};
use oncrpc::rpc::{
    AcceptStat, AuthStat, AuthSys, CallError, CallHeader, Credential, Flavor, RejectStat, ReplyBody, ReplyHeader,
    Verifier,
};
use oncrpc::session::{CallTemplate, ClientConfig, ClientSession, NewCall};
use oncrpc::xdr::{Array, DecodeLimits, Decoder, Encoder, List, Sink, Str, Xdr};
use std::time::{Duration, Instant};

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn word(&mut self) -> u32 {
        match self.below(4) {
            0 => self.below(8) as u32,
            1 => [255, 256, 400, 401, 0x7fff_ffff, 0x8000_0000, u32::MAX - 3, u32::MAX][self.below(8)],
            2 => 0x8000_0000 | self.below(250_000) as u32,
            _ => self.below(1 << 31) as u32,
        }
    }

    /// One to three changes.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            match self.below(5) {
                0 => bytes.truncate(at),
                1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << self.below(8)),
                2 => bytes.splice(at..at, [self.below(256) as u8; 3]).for_each(drop),
                3 => {
                    let aligned = at & !3;
                    let end = bytes.len().min(aligned + 4);
                    bytes.splice(aligned..end, self.word().to_be_bytes()).for_each(drop);
                }
                _ => bytes.extend(self.word().to_be_bytes()),
            }
        }
    }
}

fn encoded(encode: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut out = Encoder::new();
    encode(&mut out);
    out.into_bytes().to_vec()
}

fn calls() -> Vec<Vec<u8>> {
    let sys = AuthSys { stamp: 7, machine_name: "host.example".into(), uid: 1000, gid: 100, gids: (0..16).collect() };
    let other = Credential::Other { flavor: Flavor::GSS, body: vec![0x5a; 399].into() };
    let verifier = Verifier { flavor: Flavor::SHORT, body: vec![1, 2, 3, 4, 5].into() };
    let calls = [
        CallHeader { xid: 1, program: 100_003, version: 3, procedure: 1, ..CallHeader::default() },
        CallHeader { xid: u32::MAX, credential: Credential::Sys(sys), ..CallHeader::default() },
        CallHeader { xid: 2, credential: other, verifier, ..CallHeader::default() },
    ];
    calls.iter().map(|call| encoded(|out| call.encode(out).unwrap())).collect()
}

fn replies() -> Vec<Vec<u8>> {
    let verifier = Verifier { flavor: Flavor::GSS, body: vec![9; 37].into() };
    let bodies = [
        ReplyBody::Accepted { verifier, stat: AcceptStat::Success },
        ReplyBody::accepted(AcceptStat::Success),
        ReplyBody::accepted(AcceptStat::ProgramMismatch { low: 2, high: 4 }),
        ReplyBody::accepted(AcceptStat::SystemError),
        ReplyBody::Denied(RejectStat::RpcMismatch { low: 2, high: 2 }),
        ReplyBody::Denied(RejectStat::Auth(AuthStat::TooWeak)),
    ];
    let reply = |body: &ReplyBody| {
        encoded(|out| {
            ReplyHeader { xid: XID, body: body.clone() }.encode(out).unwrap();
            Array::<Str>::encode(&vec!["one".into(), "three".into()], out).unwrap();
        })
    };
    bodies.iter().map(reply).collect()
}

const XID: u32 = 77;

/// Runs `check` on mutations of `corpus`; what it allocates at a time is bounded by `fixed` and what came.
fn check_all(corpus: &[Vec<u8>], rounds: usize, fixed: usize, mut check: impl FnMut(&[u8], &mut Random)) {
    let mut random = Random(0x5eed);
    for round in 0..rounds {
        let mut message = corpus[random.below(corpus.len())].clone();
        random.mutate(&mut message);
        let memory = measure(|| check(&message, &mut random)).bytes_max;
        assert!(memory <= (fixed + 8 * message.len()) as u64, "round {round}: {memory} bytes for {message:x?}");
    }
}

#[test]
fn call_headers() {
    let (mut understood, mut refused) = (0, 0);
    check_all(&calls(), 20_000, 4_096, |message, _| match CallHeader::decode(&mut Decoder::new(message)) {
        Ok(call) => {
            understood += 1;
            let again = encoded(|out| call.encode(out).unwrap());
            assert_eq!(CallHeader::decode(&mut Decoder::new(&again)), Ok(call));
        }
        Err(error) => {
            refused += 1;
            assert!(!error.to_string().is_empty());
            let answered = !matches!(error, CallError::NotACall { .. } | CallError::Unparsable(_));
            let xid = error.reply().map(|reply| reply.xid.to_be_bytes());
            assert_eq!(xid.is_some(), answered, "{error}");
            assert!(xid.is_none_or(|xid| message.starts_with(&xid)), "{error}");
        }
    });
    assert!(understood > 1_000 && refused > 1_000, "{understood} understood, {refused} refused");
}

#[test]
fn reply_headers() {
    let (mut understood, mut refused) = (0, 0);
    check_all(&replies(), 20_000, 4_096, |message, _| match ReplyHeader::decode(&mut Decoder::new(message)) {
        Ok(reply) => {
            understood += 1;
            let again = encoded(|out| reply.encode(out).unwrap());
            assert_eq!(ReplyHeader::decode(&mut Decoder::new(&again)), Ok(reply));
        }
        Err(error) => {
            refused += 1;
            assert!(!error.to_string().is_empty());
        }
    });
    assert!(understood > 1_000 && refused > 1_000, "{understood} understood, {refused} refused");
}

/// A call completes once at most, and only by a reply that bears its number.
#[test]
fn replies_to_a_session() {
    let config = ClientConfig { max_call: 1_000, first_xid: XID, peer: "peer".into() };
    let template = CallTemplate::new(1, 1, &Credential::None).unwrap();
    let call = NewCall { template: &template, procedure: 1, timeout: Duration::from_secs(1), idempotent: false };
    let (now, mut outcomes) = (Instant::now(), [0; 3]);
    check_all(&replies(), 20_000, 8_192, |message, random| {
        let mut session = ClientSession::new(config.clone());
        session.start(now, call, |_| Ok(()), &mut Encoder::new()).unwrap();
        let shared = Bytes::copy_from_slice(message);
        let record = if random.below(2) == 0 { Record::Borrowed(message) } else { Record::Owned(shared) };
        let completed = session.handle_record(&record);
        let bears_number = message.starts_with(&[0, 0, 0, XID as u8, 0, 0, 0, 1]);
        assert_eq!(completed, bears_number.then_some(XID));
        assert_eq!(session.handle_record(&record), None, "a second time");
        let outcome = session.poll(XID, now);
        assert_eq!(outcome.is_some(), bears_number);
        assert!(session.poll(XID, now + Duration::from_secs(2)).is_some() != bears_number);
        match outcome {
            Some(Ok(results)) => {
                outcomes[0] += 1;
                let _ = Array::<Str>::decode(&mut results.decoder(DecodeLimits::DEFAULT));
                let _ = List::<u32>::decode(&mut results.decoder(DecodeLimits::DEFAULT));
            }
            Some(Err(_)) => outcomes[1] += 1,
            None => outcomes[2] += 1,
        }
    });
    assert!(outcomes.iter().all(|count| *count > 1_000), "{outcomes:?}");
}

/// Records of one and of several fragments, one after another.
fn streams() -> Vec<Vec<u8>> {
    let whole = encoded(|out| {
        for message in calls() {
            let open = record::begin(out, 1_000);
            out.put_slice(&message).unwrap();
            record::finish(out, open).unwrap();
        }
    });
    let mut pieces = Vec::new();
    for (index, piece) in whole.chunks(50).enumerate() {
        let last = if index % 4 == 3 { 0x8000_0000 } else { 0 };
        pieces.extend((piece.len() as u32 | last).to_be_bytes());
        pieces.extend(piece);
    }
    let empty = [&[0; 12], &pieces[..], &[0; 8], &[0x80, 0, 0, 0]].concat();
    let large = [&0x8003_0000_u32.to_be_bytes()[..], &[7; 0x3_0000], &whole].concat();
    vec![whole, pieces, empty, large]
}

const LIMITS: Limits = Limits { bytes: 200_000, fragments: 20, empty_fragments: 4 };

/// The records of a stream that comes as a whole.
fn records_at_once(mut stream: &[u8]) -> (Vec<Vec<u8>>, Result<(), RecordError>) {
    let (mut reader, mut records) = (Reader::new(LIMITS), Vec::new());
    loop {
        match reader.next(&mut stream) {
            Ok(Some(record)) => records.push(record.as_slice().to_vec()),
            Ok(None) => return (records, Ok(())),
            Err(error) => return (records, Err(error)),
        }
    }
}

/// The same of a stream that comes in pieces, some of them straight into their place.
fn records_in_pieces(
    mut stream: &[u8],
    random: &mut Random,
    direct: &mut usize,
) -> (Vec<Vec<u8>>, Result<(), RecordError>) {
    let (mut reader, mut records) = (Reader::new(LIMITS), Vec::new());
    while !stream.is_empty() {
        let most = if random.below(2) == 0 { 9 } else { 70_000 };
        let (mut piece, rest) = stream.split_at(1 + random.below(stream.len().min(most)));
        let room = reader.room();
        if !room.is_empty() && random.below(2) == 0 {
            let count = room.len().min(piece.len());
            room[..count].copy_from_slice(&piece[..count]);
            stream = &stream[count..];
            let filled = reader.fill(count);
            *direct += 1;
            records.extend(filled.map(|record| record.as_slice().to_vec()));
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

#[test]
fn streams_of_records() {
    let (mut complete, mut refused, mut direct) = (0, 0, 0);
    check_all(&streams(), 6_000, 256 << 10, |stream, random| {
        let expected = records_at_once(stream);
        assert!(expected.0.iter().map(|record| 4 + record.len()).sum::<usize>() <= stream.len());
        assert!(expected.0.iter().all(|record| (1..=LIMITS.bytes).contains(&record.len())));
        complete += expected.0.len();
        refused += usize::from(expected.1.is_err());
        assert!(records_in_pieces(stream, random, &mut direct) == expected, "{expected:x?}");
    });
    assert!(complete > 1_000 && refused > 1_000, "{complete} complete, {refused} refused");
    assert!(direct > 100, "{direct} straight into their place");
}
