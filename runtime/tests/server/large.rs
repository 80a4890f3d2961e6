//! Large records one after another: each is read into a place of its own if it is like the one before, and comes to the same if it
//! is not.

use super::support::*;
use oncrpc::Limits;
use std::io::Write;
use std::net::TcpStream;
use std::thread;

/// What chance gives, below a bound.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// A call, and its reply.
fn exchange(chance: &mut Chance, xid: u32) -> (Vec<u8>, Vec<u8>) {
    const LENGTHS: [usize; 9] = [4, 100, 20_000, 70_000, 70_004, 150_000, 150_004, 400_000, 1_000_000];
    // Often as long as the one before.
    let length = LENGTHS[(xid as usize / 3 + chance.below(2)) % LENGTHS.len()];
    let data: Vec<u8> = (0..length).map(|at| (at as u32 ^ xid) as u8).collect();
    let data = [&words(&[length as u32])[..], &data[..]].concat();
    match chance.below(8) {
        // How it is refused depends on whether all of it has come.
        0 if length > 100 => (call(xid, 99, &data), words(&[xid, 1, 0, 0, 0, 3])),
        1 => (call(xid, ECHO, &data), success(xid, &data)),
        // Nobody keeps a part of it, so that its place can be that of the next one.
        _ => (call(xid, FILL, &[words(&[xid]), data].concat()), success(xid, &opaque(&vec![0xab; xid as usize]))),
    }
}

/// The record of `message`, as one fragment or several.
fn framed(chance: &mut Chance, message: &[u8]) -> Vec<u8> {
    if chance.below(4) > 0 {
        return record(message);
    }
    let (front, back) = message.split_at(chance.below(message.len()));
    [fragment(front, false), fragment(&[], false), fragment(back, true)].concat()
}

#[test]
fn whatever_comes_before_or_behind_a_large_record_it_is_answered() {
    let server = start(Limits::default());
    for seed in 0..6 {
        let mut chance = Chance(seed);
        let exchanges: Vec<_> = (0..40).map(|xid| exchange(&mut chance, xid)).collect();
        let calls: Vec<u8> = exchanges.iter().flat_map(|(call, _)| framed(&mut chance, call)).collect();
        let mut stream = connect(&server);
        let mut writer = stream.try_clone().unwrap();
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut rest = &calls[..];
                while !rest.is_empty() {
                    let most = [5, 1_000, 100_000, 3_000_000][chance.below(4)];
                    let (piece, behind) = rest.split_at(rest.len().min(1 + chance.below(most)));
                    writer.write_all(piece).unwrap();
                    rest = behind;
                }
            });
            for (number, (_, reply)) in exchanges.iter().enumerate() {
                assert!(read_record(&mut stream) == *reply, "seed {seed}: call {number}");
            }
        });
    }
}

#[test]
fn calls_of_one_large_size_are_answered_at_any_depth() {
    for size in [16_384, 65_536, 300_000] {
        let server = start(Limits::default());
        let data = [words(&[8]), vec![7; size]].concat();
        for depth in [1, 2, 7] {
            let mut stream = connect(&server);
            for round in 0..5 {
                let mut writer = stream.try_clone().unwrap();
                let calls: Vec<u8> = (0..depth).flat_map(|xid| record(&call(round * 10 + xid, FILL, &data))).collect();
                thread::scope(|scope| {
                    scope.spawn(move || writer.write_all(&calls).unwrap());
                    for xid in 0..depth {
                        assert!(read_record(&mut stream) == success(round * 10 + xid, &opaque(&[0xab; 8])));
                    }
                });
            }
        }
        assert_eq!(server.metrics().calls(), 50);
    }
}

/// Around the sizes that are sent half by half to a peer that waits for each, beside which it may do anything else.
#[test]
fn large_replies_come_as_a_whole_to_peers_that_wait_for_each_and_to_others() {
    let server = start(Limits::default());
    for size in [65_000, 65_504, 65_512, 70_000, 98_280, 98_284, 300_000] {
        let mut stream = connect(&server);
        let call = |xid| record(&call(xid, FILL, &words(&[size])));
        let check = |stream: &mut TcpStream, xid| {
            assert!(read_record(stream) == success(xid, &opaque(&vec![0xab; size as usize])), "{size} bytes: {xid}");
        };
        for _ in 0..2 {
            for xid in 0..40 {
                stream.write_all(&call(xid)).unwrap();
                check(&mut stream, xid);
            }
            // More than the socket takes at once, sent one by one and read at last.
            (100..200).for_each(|xid| stream.write_all(&call(xid)).unwrap());
            (100..200).for_each(|xid| check(&mut stream, xid));
        }
    }
    assert_eq!(server.metrics().calls(), 7 * 280);
}
