use crate::messages::{calls, encoded, fragmented, whole};
use crate::run;
use oncrpc::record::{self, Reader};
use oncrpc::rpc::{CallHeader, Credential, ReplyHeader};
use oncrpc::session::server::{Programs, ServerDatagrams, ServerStream};
use oncrpc::xdr::{DecodeLimits, Decoder, Encoder, Xdr};
use oncrpc::{AuthSys, Call, Error, Limits, Peer, Result, Transport};
use oncrpc_tests::interfaces::blob::{Blob, blob_v1};
use oncrpc_tests::interfaces::calculator::{NewUser, Operands, calculator_v1, users_v1};
use oncrpc_tests::raw::{call, words};
use oncrpc_tests::services::{Calculator, Users};
use oncrpc_tests::wire::Random;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

const LIMITS: Limits = Limits {
    record: record::Limits { bytes: 400_000, fragments: 50, empty_fragments: 4 },
    decode: DecodeLimits { depth: 20, memory: 256 << 10 },
    reply_bytes: 100_000,
    ..Limits::DEFAULT
};

/// What decoding may take, the record that is put together, and replies, which are as large as calls.
const GRANTED: usize = 2 << 20;

/// As [`oncrpc_tests::services::Blobs`], which makes as much as it is asked for.
struct Blobs;

impl blob_v1::Service for Blobs {
    fn echo(&self, _call: &Call, given: Blob) -> Result<Blob> {
        Ok(given)
    }

    fn produce(&self, _call: &Call, count: u32) -> Result<Blob> {
        Ok(vec![7; (count as usize).min(2 * LIMITS.reply_bytes)].into())
    }

    fn consume(&self, _call: &Call, given: Blob) -> Result<u64> {
        Ok(given.len() as u64)
    }
}

/// What is served, and whether a handler or a decoder has panicked.
fn programs() -> (Programs, Arc<AtomicBool>) {
    let mut programs = Programs::new(LIMITS);
    programs.add(calculator_v1::server(Calculator));
    programs.add(users_v1::server(Users::default()));
    programs.add(blob_v1::server(Blobs));
    let panicked = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&panicked);
    programs.set_on_error(move |_, error| {
        seen.fetch_or(matches!(error, Error::Panicked { .. }), Ordering::Relaxed);
    });
    (programs, panicked)
}

/// Calls of what is served.
fn served() -> Vec<Vec<u8>> {
    let operands = encoded(|out| Operands::encode(&Operands { left: 7, right: 6 }, out).unwrap());
    let user = NewUser { name: "ada".into(), email: "ada@example.org".into() };
    let user = encoded(|out| NewUser::encode(&user, out).unwrap());
    let claim = AuthSys { machine_name: "here".into(), gids: vec![1, 2], ..AuthSys::default() };
    let sys = CallHeader {
        xid: 9,
        program: calculator_v1::PROGRAM,
        version: 1,
        procedure: 6,
        credential: Credential::Sys(claim),
        ..CallHeader::default()
    };
    let hello = encoded(|out| {
        sys.encode(out).unwrap();
        out_text(out);
    });
    let mut messages = vec![
        call(1, calculator_v1::PROGRAM, 1, 1, &operands),
        call(2, calculator_v1::PROGRAM, 1, 4, &operands),
        call(3, calculator_v1::PROGRAM, 1, 0, &[]),
        call(4, users_v1::PROGRAM, 1, 1, &user),
        call(5, users_v1::PROGRAM, 1, 3, &[]),
        call(6, blob_v1::PROGRAM, 1, 1, &[&words(&[20_000])[..], &[7; 20_000]].concat()),
        call(7, blob_v1::PROGRAM, 1, 2, &words(&[3_000])),
        hello,
    ];
    messages.extend(calls());
    messages
}

fn out_text(out: &mut Encoder) {
    oncrpc::xdr::Str::<{ u32::MAX }>::encode(&"Ada".into(), out).unwrap();
}

fn peer(transport: Transport) -> Peer {
    Peer::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)), transport)
}

#[test]
fn server_datagrams() {
    let mut answered = [0_u64; 2];
    run("server_datagrams", &served(), GRANTED, |message, _| {
        let (programs, panicked) = programs();
        let (mut socket, mut out) = (ServerDatagrams::new(None), Encoder::new());
        socket.handle_datagram(&programs, peer(Transport::Udp), message, &mut out);
        let reply = out.into_bytes();
        assert!(!panicked.load(Ordering::Relaxed), "a panic");
        assert!(reply.len() <= LIMITS.datagram_reply_bytes);
        let is_call = message.get(4..8) == Some(&[0; 4]);
        answered[usize::from(reply.is_empty())] += 1;
        if !reply.is_empty() {
            assert!(is_call, "what is no call is not answered");
            let header = ReplyHeader::decode(&mut Decoder::new(&reply)).unwrap();
            assert!(message.starts_with(&header.xid.to_be_bytes()));
        }
        // A call that cannot be read leaves nothing behind.
        let good = call(99, calculator_v1::PROGRAM, 1, 0, &[]);
        let mut out = Encoder::new();
        socket.handle_datagram(&programs, peer(Transport::Udp), &good, &mut out);
        assert_eq!(out.into_bytes(), words(&[99, 1, 0, 0, 0, 0]));
    });
    crate::headers::check_mix(answered[0], answered[1]);
}

#[test]
fn server_stream() {
    let all = whole(&served());
    let corpus = [all.clone(), fragmented(&all, 1_000), whole(&served()[..3]), fragmented(&whole(&calls()), 60)];
    run("server_stream", &corpus, GRANTED, |bytes, random| {
        let at_once = replies(bytes, None);
        let in_pieces = replies(bytes, Some(random));
        // An oversized call is answered by its header where it comes in pieces, so that only who is answered is the same.
        assert_eq!(at_once, in_pieces, "in pieces other calls are answered");
    });
}

/// The numbers of the calls that are answered, and whether the stream is still of use.
fn replies(mut bytes: &[u8], mut pieces: Option<&mut Random>) -> (Vec<u32>, bool) {
    let (programs, panicked) = programs();
    let mut stream = ServerStream::new(peer(Transport::Tcp), &programs, None);
    let (mut out, now, mut is_well) = (Encoder::new(), Instant::now(), true);
    while !bytes.is_empty() && is_well {
        let length = pieces.as_mut().map_or(bytes.len(), |random| 1 + random.below(bytes.len().min(60_000)));
        let (piece, rest) = bytes.split_at(length);
        bytes = rest;
        is_well = feed(&mut stream, &programs, piece, now, &mut out);
    }
    assert!(!panicked.load(Ordering::Relaxed), "a panic");
    let mut answered = Vec::new();
    let (replies, mut reader) = (out.into_bytes(), Reader::new(record::Limits::DEFAULT));
    let mut input = &replies[..];
    while let Some(reply) = reader.next(&mut input).expect("replies are records") {
        answered.push(ReplyHeader::decode(&mut reply.decoder()).expect("replies have headers").xid);
    }
    assert!(!reader.is_mid_record(), "half a reply");
    (answered, is_well)
}

fn feed(stream: &mut ServerStream, programs: &Programs, piece: &[u8], now: Instant, out: &mut Encoder) -> bool {
    let room = stream.room();
    let direct = room.len().min(piece.len());
    room[..direct].copy_from_slice(&piece[..direct]);
    if direct > 0 {
        stream.handle_room(programs, direct, out);
    }
    let mut input = &piece[direct..];
    loop {
        match stream.handle_input(programs, || now, &mut input, out) {
            Ok(true) => {}
            Ok(false) => return true,
            Err(_) => return false,
        }
    }
}

/// Whatever is in the corpus is answered as it should be: the targets would prove little otherwise.
#[test]
fn the_corpus_is_answered() {
    let (answered, is_well) = replies(&whole(&served()), None);
    let expected: BTreeSet<u32> = (1..8).chain([9, u32::MAX]).collect();
    assert!(is_well && answered.iter().copied().collect::<BTreeSet<u32>>() == expected, "{answered:?}");
}
