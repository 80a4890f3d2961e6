//! However what a peer sends is cut into reads, it comes to the same, and is counted as the same.

use super::support::*;
use oncrpc::metrics::{Latency, Snapshot};
use oncrpc::{Limits, RunningServer};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

/// What chance gives, below a bound.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Bytes that are sent, and whether they are answered.
struct Sent {
    record: Vec<u8>,
    is_answered: bool,
}

fn message(xid: u32, chance: &mut Chance) -> Vec<u8> {
    match chance.below(16) {
        0..=5 => call(xid, ADD, &words(&[xid, 1])),
        6 | 7 => call(xid, NULL, b""),
        8 => call(xid, FILL, &words(&[[10, 3_000, 65_536][chance.below(3) as usize]])),
        9 => call(xid, FAIL, &words(&[chance.below(9) as u32])),
        10 => call(xid, ECHO, &opaque(&vec![7; chance.below(40_000) as usize])),
        11 => call(xid, HALF, b""),
        12 => call(xid, 77, b""),
        13 => call(xid, ADD, &words(&[1])),
        14 => words(&[xid, 0, 2, PROGRAM, 5, ADD, 0, 0, 0, 0]),
        _ => words(&[xid, 1, 0, 0, 0, 0]),
    }
}

fn sequence(chance: &mut Chance) -> Vec<Sent> {
    let last = Sent { record: record(&call(80, ADD, &words(&[1, 1]))), is_answered: true };
    (0..80)
        .map(|xid| {
            let message = message(xid, chance);
            let (front, rest) = message.split_at(chance.below(message.len() as u64) as usize);
            let pieces = || [fragment(front, false), fragment(rest, true)].concat();
            let record = if chance.below(12) == 0 { pieces() } else { record(&message) };
            Sent { record, is_answered: message[7] == 0 }
        })
        .chain([last])
        .collect()
}

/// Sends each by itself and reads its reply.
fn one_by_one(stream: &mut TcpStream, all: &[Sent]) -> Vec<Vec<u8>> {
    let mut replies = Vec::new();
    for sent in all {
        stream.write_all(&sent.record).unwrap();
        replies.extend(sent.is_answered.then(|| read_record(stream)));
    }
    replies
}

/// Sends a few at a time, and of the last of them a part; reads replies now and then.
fn in_portions(stream: &mut TcpStream, all: &[Sent], chance: &mut Chance) -> Vec<Vec<u8>> {
    let (mut replies, mut due, mut left) = (Vec::new(), 0, Vec::new());
    for few in all.chunks(1 + chance.below(9) as usize) {
        left.extend(few.iter().flat_map(|sent| &sent.record));
        let cut = if chance.below(2) == 0 { left.len() } else { chance.below(left.len() as u64) as usize };
        stream.write_all(&left[..cut]).unwrap();
        left.drain(..cut);
        due += few.iter().filter(|sent| sent.is_answered).count();
        if left.is_empty() && chance.below(3) > 0 {
            (0..std::mem::take(&mut due)).for_each(|_| replies.push(read_record(stream)));
        }
    }
    stream.write_all(&left).unwrap();
    (0..due).for_each(|_| replies.push(read_record(stream)));
    replies
}

/// What was counted, but for the times.
fn counted(server: &RunningServer) -> Snapshot {
    let mut snapshot = server.metrics();
    snapshot.procedures.iter_mut().for_each(|procedure| procedure.latency = Latency::default());
    snapshot
}

fn calls_of(server: &RunningServer) -> u64 {
    server.connections().iter().map(|connection| connection.calls).sum()
}

#[test]
fn it_comes_to_the_same() {
    for seed in 0..12 {
        let mut chance = Chance(seed);
        let all = sequence(&mut chance);
        let [alone, among_others] = [(); 2].map(|()| start(Limits::default()));
        let (mut first, mut second) = (connect(&alone), connect(&among_others));
        let expected = one_by_one(&mut first, &all);
        let found = in_portions(&mut second, &all, &mut chance);
        let same = expected.iter().zip(&found).take_while(|(expected, found)| expected == found).count();
        assert!(same == expected.len() && expected.len() == found.len(), "{seed}: as far as {same}");
        assert_eq!(counted(&alone), counted(&among_others), "{seed}");
        wait_until(|| calls_of(&alone) == calls_of(&among_others));
        for stream in [&mut first, &mut second] {
            stream.shutdown(Shutdown::Write).unwrap();
            assert_eq!(stream.read(&mut [0]).unwrap(), 0, "{seed}: more replies than calls");
        }
    }
}
