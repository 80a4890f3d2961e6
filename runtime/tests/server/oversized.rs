//! Calls that are longer than their arguments can be: answered by their header, the rest of them not kept.

use super::support::*;
use allocation_counter::measure;
use oncrpc::record::RecordError;
use oncrpc::session::server::{Programs, ServerStream};
use oncrpc::xdr::Encoder;
use oncrpc::{Limits, Peer, Server, Transport, record};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// What may stand behind the arguments.
const SLACK: usize = 1024;

/// What is read of a socket at a time.
const READ: usize = 256 << 10;

/// The server's side of a connection without a socket.
struct Wire {
    programs: Programs,
    stream: ServerStream,
    out: Encoder,
}

impl Wire {
    fn new(limits: Limits) -> Self {
        let mut programs = Programs::new(limits);
        programs.add(Probe::new(PROGRAM, 1));
        programs.add(Probe::new(PROGRAM, 3));
        let peer = Peer::new("127.0.0.1:1".parse().unwrap(), Transport::Tcp);
        Self { stream: ServerStream::new(peer, &programs, None), programs, out: Encoder::new() }
    }

    fn receive_at(&mut self, now: Instant, mut input: &[u8]) -> Result<(), RecordError> {
        while self.stream.handle_input(&self.programs, || now, &mut input, &mut self.out)? {}
        assert!(input.is_empty());
        Ok(())
    }

    fn receive(&mut self, input: &[u8]) {
        self.receive_at(Instant::now(), input).unwrap();
    }

    /// What has been answered since it was asked for last.
    fn answers(&mut self) -> Vec<u8> {
        let answers = self.out.slices().flatten().copied().collect();
        self.out.clear();
        answers
    }

    fn answers_to(&mut self, pieces: &[&[u8]]) -> Vec<u8> {
        pieces.iter().for_each(|piece| self.receive(piece));
        self.answers()
    }
}

/// 2 + 3, with so many bytes behind it.
fn addition(xid: u32, trailing: usize) -> Vec<u8> {
    call(xid, ADD, &[words(&[2, 3]), vec![0xee; trailing]].concat())
}

fn sum(xid: u32) -> Vec<u8> {
    record(&success(xid, &words(&[5])))
}

fn garbage_arguments(xid: u32) -> Vec<u8> {
    record(&words(&[xid, 1, 0, 0, 0, 4]))
}

/// The first is answered with `expected`, and the one behind it is served.
fn check_every_split(first: &[u8], expected: &[u8]) {
    let stream = [first, &record(&addition(2, 0))].concat();
    let mut wire = Wire::new(Limits::default());
    for at in 1..first.len() {
        let (front, back) = stream.split_at(at);
        assert_eq!(wire.answers_to(&[front, back]), [expected, &sum(2)].concat(), "split at {at}");
    }
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(wire.answers_to(&bytes), [expected, &sum(2)].concat(), "byte by byte");
}

#[test]
fn arguments_and_some_slack_are_taken() {
    for trailing in [0, 1, SLACK - 1, SLACK] {
        check_every_split(&record(&addition(1, trailing)), &sum(1));
    }
}

#[test]
fn what_is_longer_is_refused() {
    for trailing in [SLACK + 1, SLACK + 5_000] {
        check_every_split(&record(&addition(1, trailing)), &garbage_arguments(1));
    }
}

#[test]
fn fragments_are_added_up() {
    for (trailing, expected) in [(SLACK, sum(1)), (SLACK + 1, garbage_arguments(1))] {
        let message = addition(1, trailing);
        for cut in (1..message.len()).step_by(53).chain([40, 48, 839, 840, 841, message.len() - 1]) {
            let (front, back) = message.split_at(cut);
            check_every_split(&[fragment(front, false), record(back)].concat(), &expected);
        }
        let many: Vec<u8> = message.chunks(10).flat_map(|piece| fragment(piece, false)).collect();
        check_every_split(&[many, mark(0, true).to_vec()].concat(), &expected);
    }
}

#[test]
fn the_answer_comes_with_the_header() {
    let header = call(1, ADD, b"");
    let mut wire = Wire::new(Limits::default());
    wire.receive(&mark(4 << 20, true));
    wire.receive(&header[..39]);
    assert_eq!(wire.answers(), b"");
    wire.receive(&header[39..]);
    assert_eq!(wire.answers(), garbage_arguments(1));
    wire.receive(&vec![0; (4 << 20) - 41]);
    assert_eq!(wire.answers(), b"");
    wire.receive(&[&[0][..], &record(&addition(2, 0))].concat());
    assert_eq!(wire.answers(), sum(2));
}

/// Announced by a later fragment than the one the header is in.
#[test]
fn the_answer_comes_with_the_fragment_that_is_too_long() {
    let mut wire = Wire::new(Limits::default());
    let message = addition(1, SLACK);
    wire.receive(&fragment(&message, false));
    assert_eq!(wire.answers(), b"", "it may end here");
    wire.receive(&mark(1, false));
    assert_eq!(wire.answers(), garbage_arguments(1));
    wire.receive(&[&[0][..], &record(&[0; 100])].concat());
    assert_eq!(wire.answers(), b"");
    wire.receive(&record(&addition(2, 0)));
    assert_eq!(wire.answers(), sum(2));
}

#[test]
fn the_longest_header_leaves_as_much_for_arguments() {
    let sys = [&words(&[7, 255])[..], &[b'm'; 255], &[0], &words(&[1, 2, 16]), &words(&[9; 16])].concat();
    let credential = [words(&[1]), opaque(&sys)].concat();
    let verifier = [words(&[0]), opaque(&[1; 400])].concat();
    let header = [words(&[1, 0, 2, PROGRAM, 1, ADD]), credential, verifier].concat();
    for (trailing, expected) in [(0, sum(1)), (SLACK, sum(1)), (SLACK + 1, garbage_arguments(1))] {
        let message = [&header[..], &words(&[2, 3]), &vec![0; trailing]].concat();
        check_every_split(&record(&message), &expected);
    }
}

/// Whatever is wrong with a call, its header alone decides the answer: it is that to a short one.
#[test]
fn calls_that_are_refused_anyway_get_their_own_answer() {
    let none = [0, 0, 0, 0];
    let of = |numbers: [u32; 5], auth: [u32; 4]| [&words(&[1]), &words(&numbers)[..], &words(&auth)].concat();
    let longer_than_400 = [&words(&[1, 0, 2, PROGRAM, 1, ADD, 6, 404])[..], &[0; 412]].concat();
    let headers = [
        (of([0, 2, 99, 1, 1], none), words(&[1, 1, 0, 0, 0, 1])),
        (of([0, 2, PROGRAM, 2, 1], none), words(&[1, 1, 0, 0, 0, 2, 1, 3])),
        (of([0, 2, PROGRAM, 1, 77], none), words(&[1, 1, 0, 0, 0, 3])),
        (of([0, 2, PROGRAM, 1, ADD], none), words(&[1, 1, 0, 0, 0, 4])),
        (of([0, 3, PROGRAM, 1, ADD], none), words(&[1, 1, 1, 0, 2, 2])),
        (of([0, 2, PROGRAM, 1, ADD], [2, 0, 0, 0]), words(&[1, 1, 1, 1, 2])),
        // Nobody that is not accepted learns what is served.
        (of([0, 2, 99, 1, 1], [7, 0, 0, 0]), words(&[1, 1, 1, 1, 2])),
        (longer_than_400, words(&[1, 1, 1, 1, 1])),
        ([&words(&[1, 0, 2, PROGRAM, 1, ADD, 1, 4, 0])[..], &words(&[0, 0])].concat(), words(&[1, 1, 1, 1, 1])),
    ];
    for (header, answer) in headers {
        assert_eq!(Wire::new(Limits::default()).answers_to(&[&record(&header)]), record(&answer));
        let long = [header, vec![0; 10_000]].concat();
        check_every_split(&record(&long), &record(&answer));
    }
    // The null procedure takes no arguments, whether it is declared or not.
    check_every_split(&record(&call(1, NULL, &[0; 10_000])), &garbage_arguments(1));
    // Replies, and what is neither, are not answered.
    for kind in [1, 2, u32::MAX] {
        check_every_split(&record(&[words(&[1, kind]), vec![0; 10_000]].concat()), b"");
    }
}

#[test]
fn arguments_without_a_bound_are_taken() {
    let data = opaque(&[7; 20_000]);
    let message = call(1, ECHO, &data);
    let answer = record(&success(1, &data));
    let mut wire = Wire::new(Limits::default());
    for at in (1..message.len()).step_by(97) {
        let (front, back) = message.split_at(at);
        assert!(wire.answers_to(&[&fragment(front, false), &record(back)]) == answer, "cut at {at}");
    }
}

#[test]
fn what_is_not_kept_is_held_against_the_limits() {
    let limits = record::Limits { bytes: 10_000, fragments: 8, empty_fragments: 2 };
    let limits = Limits { record: limits, ..Limits::default() };
    let after = |pieces: &[Vec<u8>]| {
        let mut wire = Wire::new(limits);
        wire.receive(&fragment(&addition(1, 5_000), false));
        assert_eq!(wire.answers(), garbage_arguments(1));
        let outcome = wire.receive_at(Instant::now(), &pieces.concat());
        assert_eq!(wire.answers(), b"");
        outcome
    };
    let rest = 10_000 - 5_048;
    assert_eq!(after(&[record(&vec![0; rest])]), Ok(()));
    let too_large = RecordError::TooLarge { length: 10_001, limit: 10_000 };
    assert_eq!(after(&[mark(rest as u32 + 1, true).to_vec()]), Err(too_large));
    assert_eq!(after(&[fragment(&vec![0; rest], false), mark(1, true).to_vec()]), Err(too_large));
    let one = || fragment(b"x", false);
    assert_eq!(after(&vec![one(); 7]), Ok(()));
    assert_eq!(after(&vec![one(); 8]), Err(RecordError::TooManyFragments { limit: 8 }));
    let empty = || fragment(b"", false);
    assert_eq!(after(&vec![empty(); 3]), Err(RecordError::TooManyEmptyFragments { limit: 2 }));
}

#[test]
fn what_is_not_kept_has_the_time_of_a_record() {
    let limits = Limits::default();
    let mut wire = Wire::new(limits);
    let start = Instant::now();
    let later = start + Duration::from_secs(9);
    wire.receive_at(start, &[&mark(5_000, true), &call(1, ADD, b"")[..]].concat()).unwrap();
    wire.receive_at(later, &[0; 4_000]).unwrap();
    assert_eq!(wire.stream.poll_deadline(&wire.programs), Some(start + limits.record_time));
    // The next one, which begins in the same piece, has a time of its own.
    wire.receive_at(later, &[&[0; 960][..], &mark(48, true)].concat()).unwrap();
    assert_eq!(wire.stream.poll_deadline(&wire.programs), Some(later + limits.record_time));
    wire.receive_at(later, &addition(2, 0)).unwrap();
    assert_eq!(wire.stream.poll_deadline(&wire.programs), None);
    assert_eq!(wire.answers(), [garbage_arguments(1), sum(2)].concat());
}

#[test]
fn they_cost_no_memory() {
    let messages = [addition(1, (4 << 20) - 48), call(1, 77, &vec![0; (4 << 20) - 40])];
    for message in messages {
        let stream = record(&message);
        let mut wire = Wire::new(Limits::default());
        let cost = measure(|| {
            for piece in stream.chunks(READ) {
                assert!(wire.stream.room().is_empty());
                wire.receive(piece);
            }
        });
        assert!(cost.bytes_max < 8 << 10, "{} bytes", cost.bytes_max);
        wire.out.clear();
        assert_eq!(wire.answers_to(&[&record(&addition(2, 0))]), sum(2));
    }
}

/// What a server allocates at most at a time while `peer` talks to it.
fn cost_of(peer: impl FnOnce(TcpStream) + Send + 'static) -> u64 {
    let server = Server::new().serve(Probe::new(PROGRAM, 1)).listen("tcp://127.0.0.1:0").unwrap().quiet();
    let (address, handle) = (server.addresses()[0].clone(), server.handle());
    let peer = std::thread::spawn(move || {
        peer(connect_to(address.strip_prefix("tcp://").unwrap().parse().unwrap()));
        handle.stop();
    });
    let cost = measure(|| server.run().unwrap());
    peer.join().unwrap();
    cost.bytes_max
}

#[test]
fn they_cost_a_server_no_memory() {
    let nothing = cost_of(|mut stream| check_served(&mut stream));
    let long = call(1, ADD, &vec![0; (4 << 20) - 40]);
    let cost = cost_of(move |mut stream| {
        for fragments in [1, 3] {
            let pieces: Vec<_> = long.chunks(long.len().div_ceil(fragments)).collect();
            for (at, piece) in pieces.iter().enumerate() {
                stream.write_all(&fragment(piece, at + 1 == pieces.len())).unwrap();
            }
            assert_eq!(read_record(&mut stream), words(&[1, 1, 0, 0, 0, 4]));
            check_served(&mut stream);
        }
    });
    assert!(cost < nothing + (64 << 10), "{cost} bytes, without them {nothing}");
}
