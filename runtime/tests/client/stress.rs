//! Threads that share a client, against a peer that answers in any order and in any pieces, and sometimes goes away:
//! every call completes exactly once, and with its own results.

use crate::peer::{Call, PROGRAM, Peer, VERSION};
use bytes::Bytes;
use oncrpc::xdr::{Opaque, Xdr};
use oncrpc::{Client, ClientOptions, Error, Pending};
use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than the test may take, so that a thread which is not woken is noticed.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// What the peer has got, by the number of each call.
type Seen = Arc<Mutex<HashSet<u32>>>;

/// A peer that leaves after about `answers` replies.
fn peer(seed: u64, answers: usize, seen: Seen) -> Peer {
    Peer::tcp(move |stream| {
        let (calls, received) = mpsc::channel();
        let mut reading = stream.try_clone().unwrap();
        let reader = thread::spawn(move || {
            while let Ok(call) = read_whole_call(&mut reading) {
                assert!(seen.lock().unwrap().insert(call.argument(1)), "a call came twice");
                if calls.send(call).is_err() {
                    break;
                }
            }
        });
        answer_somehow(stream, &received, answers, &mut Random(seed));
        drop(received);
        reader.join().unwrap();
    })
}

/// The client may be cut off within a record.
fn read_whole_call(stream: &mut TcpStream) -> io::Result<Call> {
    let mut mark = [0; 4];
    stream.read_exact(&mut mark)?;
    let mut message = vec![0; (u32::from_be_bytes(mark) & 0x7fff_ffff) as usize];
    stream.read_exact(&mut message)?;
    Ok(Call::new(message))
}

fn answer_somehow(mut stream: TcpStream, calls: &mpsc::Receiver<Call>, mut answers: usize, random: &mut Random) {
    let mut waiting: Vec<Call> = Vec::new();
    while answers > 0 {
        match calls.recv_timeout(Duration::from_micros(300)) {
            Ok(call) => waiting.push(call),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
        if waiting.len() < random.below(20) {
            continue;
        }
        let mut replies = Vec::new();
        for _ in 0..waiting.len().min(answers) {
            let call = waiting.swap_remove(random.below(waiting.len()));
            replies.extend(stray(&call, random));
            replies.extend(fragments(&reply(&call), random));
            answers -= 1;
        }
        if answers == 0 {
            match random.below(3) {
                0 => replies.truncate(random.below(replies.len())),
                1 => replies.extend([0xff; 4]),
                _ => {}
            }
        }
        if write_in_pieces(&mut stream, &replies, random).is_err() {
            return;
        }
    }
    stream.shutdown(Shutdown::Both).unwrap_or_default();
}

/// The argument with every bit turned.
fn reply(call: &Call) -> Vec<u8> {
    let mut reply = call.message[..4].to_vec();
    reply.extend([0, 0, 0, 1].into_iter().chain([0; 16]));
    reply.extend(&call.message[40..44]);
    reply.extend(call.message[44..].iter().map(|byte| !byte));
    reply
}

/// Now and then a message that the client has to skip.
fn stray(call: &Call, random: &mut Random) -> Vec<u8> {
    match random.below(8) {
        0 => fragments(&call.message, random),
        1 => fragments(&[&call.xid.wrapping_sub(1 << 30).to_be_bytes()[..], &[0, 0, 0, 1]].concat(), random),
        2 => fragments(&call.message[..4], random),
        _ => Vec::new(),
    }
}

fn fragments(message: &[u8], random: &mut Random) -> Vec<u8> {
    let (mut record, mut rest) = (Vec::new(), message);
    while random.one_in(3) {
        let (piece, left) = rest.split_at(random.below(rest.len().min(100) + 1));
        record.extend((piece.len() as u32).to_be_bytes());
        record.extend(piece);
        rest = left;
    }
    record.extend((0x8000_0000 | rest.len() as u32).to_be_bytes());
    record.extend(rest);
    record
}

fn write_in_pieces(stream: &mut TcpStream, mut bytes: &[u8], random: &mut Random) -> io::Result<()> {
    while !bytes.is_empty() {
        let most = if random.one_in(3) { 10 } else { 100_000 };
        let (piece, rest) = bytes.split_at(1 + random.below(bytes.len().min(most)));
        stream.write_all(piece)?;
        bytes = rest;
        if random.one_in(20) {
            thread::sleep(Duration::from_micros(200));
        }
    }
    Ok(())
}

/// One thread's part: what it starts, it waits for in any order or gives up.
struct Caller<'a> {
    client: Client,
    random: Random,
    numbers: &'a AtomicU32,
    /// The length of a large argument.
    large: usize,
    succeeded: Vec<u32>,
    failed: usize,
}

impl Caller<'_> {
    fn run(mut self, rounds: usize) -> (Vec<u32>, usize) {
        for _ in 0..rounds {
            match self.random.below(3) {
                0 => self.call(),
                _ => self.pipeline(),
            }
        }
        (self.succeeded, self.failed)
    }

    fn argument(&mut self) -> (u32, Bytes) {
        let number = self.numbers.fetch_add(1, Relaxed);
        let length = if self.random.one_in(40) { self.large } else { self.random.below(30) * 4 };
        let mut argument = number.to_be_bytes().to_vec();
        argument.resize(4 + length, number as u8);
        (number, argument.into())
    }

    fn call(&mut self) {
        let (number, argument) = self.argument();
        let outcome = self.client.call::<Opaque>(1, |out| Opaque::<{ u32::MAX }>::encode(&argument, out));
        self.check(number, &argument, outcome);
    }

    fn pipeline(&mut self) {
        let mut pending: Vec<(u32, Bytes, Pending<Bytes>)> = Vec::new();
        for _ in 0..=self.random.below(8) {
            let (number, argument) = self.argument();
            match self.client.start::<Opaque>(1, |out| Opaque::<{ u32::MAX }>::encode(&argument, out)) {
                Ok(started) => pending.push((number, argument, started)),
                Err(error) => self.check(number, &argument, Err(error)),
            }
        }
        if self.random.one_in(4) {
            let _ = self.client.flush();
        }
        while !pending.is_empty() {
            let (number, argument, started) = pending.swap_remove(self.random.below(pending.len()));
            if self.random.one_in(10) {
                drop(started);
            } else {
                self.check(number, &argument, started.wait());
            }
        }
    }

    #[track_caller]
    fn check(&mut self, number: u32, argument: &Bytes, outcome: oncrpc::Result<Bytes>) {
        match outcome {
            Ok(results) => {
                assert!(results.len() == argument.len(), "the results of another call");
                assert!(results.iter().zip(argument).all(|(found, sent)| *found == !sent), "results of another call");
                self.succeeded.push(number);
            }
            Err(Error::Closed { .. } | Error::Io { .. } | Error::Record(_) | Error::TimedOut { .. }) => {
                self.failed += 1
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// What several threads that share `client` come to: the numbers of the calls that succeeded, and how many failed.
fn share(client: &Client, seed: u64, large: usize) -> Vec<(Vec<u32>, usize)> {
    let numbers = AtomicU32::new(0);
    thread::scope(|scope| {
        let callers: Vec<_> = (1..=8)
            .map(|thread| {
                let (client, random) = (client.clone(), Random(seed << 8 | thread));
                let caller = Caller { client, random, numbers: &numbers, large, succeeded: Vec::new(), failed: 0 };
                scope.spawn(|| caller.run(25))
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    })
}

/// Returns how many calls succeeded and failed with a peer that leaves after about `answers` replies.
fn round(seed: u64, timeout: Duration, answers: usize) -> (usize, usize) {
    let seen = Seen::default();
    let peer = peer(seed, answers, seen.clone());
    let options = ClientOptions::new().call_timeout(timeout).reconnect(false);
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let outcomes = share(&client, seed, 200_000);
    drop(client);
    peer.join();
    let seen = seen.lock().unwrap();
    for number in outcomes.iter().flat_map(|(succeeded, _)| succeeded) {
        assert!(seen.contains(number), "call {number} succeeded and never came");
    }
    (outcomes.iter().map(|(succeeded, _)| succeeded.len()).sum(), outcomes.iter().map(|(_, failed)| failed).sum())
}

#[test]
fn every_call_completes_once_with_its_own_results() {
    let begin = Instant::now();
    for seed in 0..4 {
        let (succeeded, failed) = round(seed, TIMEOUT, usize::MAX);
        assert!(succeeded > 100 && failed == 0, "seed {seed}: {succeeded} succeeded, {failed} failed");
    }
    assert!(begin.elapsed() < TIMEOUT / 2, "{:?}", begin.elapsed());
}

#[test]
fn every_call_completes_once_when_the_peer_leaves() {
    let begin = Instant::now();
    for seed in 100..112 {
        let answers = 1 + Random(seed).below(300);
        let (succeeded, failed) = round(seed, TIMEOUT, answers);
        assert!(succeeded <= answers && failed > 0, "seed {seed}: {succeeded} of {answers}, {failed} failed");
    }
    assert!(begin.elapsed() < TIMEOUT / 2, "{:?}", begin.elapsed());
}

/// Replies that come too late are nobody else's, and no thread waits much longer than it wanted to.
#[test]
fn every_call_completes_once_when_time_is_short() {
    let begin = Instant::now();
    let rounds: Vec<_> = (0..6).map(|seed| round(seed, Duration::from_millis(1 + seed / 2), usize::MAX)).collect();
    let failed = rounds.iter().map(|(_, failed)| failed).sum::<usize>();
    assert!(failed > 0 && rounds.iter().any(|(succeeded, _)| *succeeded > 0), "{rounds:?}");
    assert!(begin.elapsed() < TIMEOUT / 2, "{:?}", begin.elapsed());
}

/// Loses calls and replies, sends replies twice and in any order, until it is told that all is done.
fn lose_somehow(socket: &UdpSocket, done: &AtomicBool, random: &mut Random) {
    socket.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    let (mut waiting, mut buffer) = (Vec::new(), [0; 10_000]);
    while !done.load(Relaxed) {
        if let Ok((length, from)) = socket.recv_from(&mut buffer) {
            waiting.push((Call::new(buffer[..length].to_vec()), from));
            if waiting.len() < random.below(5) {
                continue;
            }
        }
        while !waiting.is_empty() {
            let (call, from) = waiting.swap_remove(random.below(waiting.len()));
            for _ in 0..[0, 1, 1, 2][random.below(4)] {
                socket.send_to(&reply(&call), from).unwrap();
            }
        }
    }
}

#[test]
fn every_call_completes_once_though_datagrams_are_lost() {
    for seed in 0..2 {
        let done = Arc::new(AtomicBool::new(false));
        let peer = Peer::udp({
            let done = done.clone();
            move |socket| lose_somehow(&socket, &done, &mut Random(seed))
        });
        let options = ClientOptions::new().call_timeout(TIMEOUT).retransmit_interval(Duration::from_millis(10));
        let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
        let begin = Instant::now();
        let outcomes = share(&client, seed, 8_000);
        done.store(true, Relaxed);
        assert!(outcomes.iter().all(|(succeeded, failed)| succeeded.len() > 25 && *failed == 0), "seed {seed}");
        assert!(begin.elapsed() < TIMEOUT / 2, "{:?}", begin.elapsed());
        peer.join();
    }
}
