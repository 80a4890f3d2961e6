//! Replies that are large enough for memory of their own.

use crate::peer::{Call, PROGRAM, Peer, VERSION, answer_all, read_call, record, success};
use allocation_counter::measure;
use oncrpc::xdr::{Encoder, FixedArray, Opaque, Sink, Xdr};
use oncrpc::{Bytes, Client, Pending};
use std::collections::VecDeque;
use std::io::Write;
use std::iter;

/// Answers with as many words of that number as the argument says.
fn peer() -> Peer {
    Peer::tcp(|stream| answer_all(stream, |call| reply(call.argument(0))))
}

fn reply(words: u32) -> Vec<u32> {
    [&[words * 4][..], &vec![words; words as usize]].concat()
}

fn start(client: &Client, words: u32) -> Pending<Bytes> {
    client.start::<Opaque>(1, |out| u32::encode(&words, out)).unwrap()
}

#[track_caller]
fn check(data: &Bytes, words: u32) {
    assert_eq!(data.len(), words as usize * 4);
    assert!(data[..] == words.to_be_bytes().repeat(words as usize), "{words}");
}

#[test]
fn memory_that_was_dropped_is_used_again() {
    for (words, in_flight) in [(16 << 10, 1), (16 << 10, 4), (8 << 10, 6), (256 << 10, 1), (1 << 20, 1), (64 << 10, 3)]
    {
        let peer = peer();
        let client = Client::connect(&peer.address, PROGRAM, VERSION).unwrap();
        let mut pending = VecDeque::new();
        let mut read = |times| {
            for _ in 0..times {
                while pending.len() < in_flight {
                    pending.push_back(start(&client, words));
                }
                let data = pending.pop_front().unwrap().wait().unwrap();
                assert_eq!((data.len() as u32, &data[..4]), (words * 4, &words.to_be_bytes()[..]));
            }
        };
        read(8 * in_flight);
        let cost = measure(|| read(20));
        // More may come at once than before.
        let some = u64::from(words) * 4 * in_flight as u64;
        assert!(cost.bytes_total < some, "{words} words, {in_flight} in flight: {cost:?}");
        pending.into_iter().for_each(|call| check(&call.wait().unwrap(), words));
        drop(client);
        peer.join();
    }
}

/// Large replies that one read brings, in all ways that another one is what was expected or is not, cut anywhere.
#[test]
fn replies_on_each_others_heels() {
    const SIZES: [u32; 8] = [16_384, 16_384, 16_384, 16_383, 16_384, 2, 16_390, 8_192];
    let peer = Peer::tcp(|mut stream| {
        let mut cut = 1;
        while let Some(first) = read_call(&mut stream) {
            let others = (1..first.argument(1)).map(|_| read_call(&mut stream).unwrap()).collect::<Vec<_>>();
            let answer = |call: &Call| record(&success(call.xid, &reply(call.argument(0))));
            let replies = iter::once(&first).chain(&others).flat_map(answer).collect::<Vec<_>>();
            for piece in replies.chunks(replies.len() / 3 + cut) {
                stream.write_all(piece).unwrap();
            }
            cut = cut * 5 % 65_536;
        }
    });
    let client = Client::connect(&peer.address, PROGRAM, VERSION).unwrap();
    for round in 0..200 {
        let sizes = (0..4).map(|place| SIZES[(round * place + round / 8) % SIZES.len()]).collect::<Vec<_>>();
        let calls = sizes.iter().map(|words| {
            client.start::<Opaque>(1, |out| [*words, 4].iter().try_for_each(|word| u32::encode(word, out))).unwrap()
        });
        let kept = calls.collect::<Vec<_>>().into_iter().map(|call| call.wait().unwrap()).collect::<Vec<_>>();
        kept.iter().zip(&sizes).for_each(|(data, words)| check(data, *words));
    }
    drop(client);
    peer.join();
}

/// What was sent by reference is the caller's again when the call has ended.
#[test]
fn arguments_are_let_go_of_with_their_call() {
    let peer = peer();
    let client = Client::connect(&peer.address, PROGRAM, VERSION).unwrap();
    let argument = Bytes::from(vec![0; 300_000]);
    for _ in 0..3 {
        let call = |out: &mut Encoder| u32::encode(&5, out).and_then(|()| <Opaque>::encode(&argument, out));
        check(&client.call::<Opaque>(1, call).unwrap(), 5);
        assert!(argument.is_unique());
    }
    drop(client);
    peer.join();
}

/// What callers keep is theirs.
#[test]
fn replies_of_all_sizes_in_any_order() {
    const SIZES: [u32; 12] = [70_000, 0, 70_000, 1_000_000, 3, 16_384, 16_376, 65_536, 9_000, 1, 300_000, 1_000];
    let peer = peer();
    let client = Client::connect(&peer.address, PROGRAM, VERSION).unwrap();
    let (mut pending, mut kept) = (VecDeque::new(), Vec::new());
    for round in 0..100 {
        let words = SIZES[(round * 7 + round / 5) % SIZES.len()];
        pending.push_back((words, start(&client, words)));
        if pending.len() > 3 {
            let (words, call) = pending.pop_front().unwrap();
            let data = call.wait().unwrap();
            check(&data, words);
            if round % 3 == 0 {
                kept.push((words, data));
            }
        }
    }
    kept.iter().for_each(|(words, data)| check(data, *words));
    pending.into_iter().for_each(|(words, call)| check(&call.wait().unwrap(), words));
    drop(client);
    peer.join();
}

/// Around the sizes that are sent half by half if nothing else is in flight.
#[test]
fn large_calls_come_as_a_whole_alone_and_among_others() {
    let peer = Peer::tcp(|stream| {
        answer_all(stream, |call| {
            let data = &call.message[44..];
            assert!(data.iter().all(|byte| *byte == data[0]), "{} bytes", data.len());
            vec![data.len() as u32, u32::from(data[0])]
        })
    });
    let client = Client::connect(&peer.address, PROGRAM, VERSION).unwrap();
    for (number, size) in [8_192, 65_480, 65_492, 65_536, 70_000, 98_260, 98_304, 200_000].into_iter().enumerate() {
        let data = Bytes::from(vec![number as u8; size]);
        for in_flight in [1, 1, 3] {
            let start = || client.start::<FixedArray<u32, 2>>(1, |out| <Opaque>::encode(&data, out)).unwrap();
            let pending = (0..in_flight).map(|_| start()).collect::<Vec<_>>();
            pending.into_iter().for_each(|call| assert_eq!(call.wait().unwrap(), [size as u32, number as u32]));
        }
        let kept = |out: &mut Encoder| data.chunks(4_096).try_for_each(|piece| out.put_slice(piece));
        let copied = |out: &mut Encoder| u32::encode(&(size as u32), out).and_then(|()| kept(out));
        assert_eq!(client.call::<FixedArray<u32, 2>>(1, copied).unwrap(), [size as u32, number as u32]);
    }
    drop(client);
    peer.join();
}
