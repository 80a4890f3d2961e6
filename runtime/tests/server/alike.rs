//! Calls that come one after the other, of which most are like the one before: each comes to what it would by itself.

use super::support::*;
use oncrpc::codegen as rpc;
use oncrpc::session::server::{
    Delivery, Handled, Origin, Pace, Port, Programs, ServerDatagrams, ServerStream, Stretch, Work,
};
use oncrpc::xdr::Encoder;
use oncrpc::{Call, Limits, Peer, Transport};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

/// Where nothing is carried out later.
struct Void;

impl Port for Void {
    fn deliver(&self, _: Delivery) {}

    fn submit(&self, _: Work) {}

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn call_back(&self, _: usize) {}

    fn may_wait(&self) -> bool {
        false
    }

    fn forget(&self) {}
}

/// What a sequence of calls came to: the replies, what was counted, and how many were carried out.
#[derive(Debug, PartialEq)]
struct Outcome {
    replies: Vec<u8>,
    handled: Vec<Option<Handled>>,
    carried_out: u32,
}

/// Procedures of all kinds: plain ones with results, errors and panics, one that is carried out once, one that is carried out
/// elsewhere.
fn programs() -> (Programs, Arc<AtomicU32>) {
    let probe = Probe::new(PROGRAM, 1);
    let calls = Arc::clone(&probe.calls);
    let mut programs = Programs::new(Limits { reply_bytes: 1_000, datagram_reply_bytes: 700, ..Limits::default() });
    programs.add(probe);
    programs.add(Probe::new(PROGRAM, 3));
    programs.guard([procedure(ADD)]);
    programs.put_on_pool([procedure(WHO)]);
    programs.number_rows();
    (programs, calls)
}

/// Calls as chance has it. Some come again with the same number; of some the header is not like that of the one before.
fn calls(seed: u64) -> Vec<Vec<u8>> {
    let mut state = seed;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let message = |xid: u32, version: u32, procedure: u32, arguments: &[u8]| {
        [&words(&[xid, 0, 2, PROGRAM, version, procedure, 0, 0, 0, 0]), arguments].concat()
    };
    let mut calls = Vec::new();
    for _ in 0..60 {
        let (xid, version) = (next(40) as u32, if next(10) == 0 { 3 } else { 1 });
        calls.push(match next(9) {
            0 | 1 => message(xid, version, ADD, &words(&[xid, 2])),
            2 => message(xid, version, ECHO, &words(&[4, 0xabab_abab])),
            3 => message(xid, version, ECHO, &words(&[400, 1])),
            4 => message(xid, version, FILL, &words(&[next(2_000) as u32])),
            5 => message(xid, version, FAIL, &words(&[next(9) as u32])),
            6 => message(xid, version, [HALF, PANIC, 99][next(3) as usize], &[]),
            7 => message(xid, version, WHO, &[]),
            _ => message(xid, version, NULL, &[]),
        });
    }
    calls
}

fn outcome(inputs: impl Iterator<Item = Vec<u8>>) -> Outcome {
    let (programs, calls) = programs();
    let peer = Peer::new("127.0.0.1:700".parse().unwrap(), Transport::Tcp);
    let programs = Arc::new(programs);
    let origin = Origin::connection(Arc::clone(&programs), Arc::new(Void), 0);
    let mut stream = ServerStream::new(peer, &programs, Some(origin));
    let (mut out, mut handled) = (Encoder::new(), Vec::new());
    for input in inputs {
        let mut note = |came: Option<Handled>, _: &Encoder| {
            handled.push(came);
            true
        };
        stream.handle_calls(&programs, Instant::now, &mut &*input, &mut out, &mut note).unwrap();
    }
    Outcome { replies: out.into_bytes().to_vec(), handled, carried_out: calls.load(Ordering::Relaxed) }
}

#[test]
fn whatever_comes_before_it_a_call_comes_to_the_same() {
    for seed in 0..40 {
        let calls = calls(seed);
        let at_once = outcome([calls.iter().flat_map(|call| record(call)).collect()].into_iter());
        // What comes in pieces is looked at as a whole.
        let in_pieces = |call: &Vec<u8>| {
            let (front, back) = call.split_at(call.len() / 2);
            [fragment(front, false), fragment(back, true)].concat()
        };
        assert_eq!(at_once, outcome([calls.iter().flat_map(in_pieces).collect()].into_iter()), "seed {seed}");
        assert_eq!(at_once, outcome(calls.iter().map(|call| record(call))), "seed {seed}");
        assert_eq!(at_once.handled.len(), calls.len());
    }
}

/// What datagrams of several callers come to, so many of which come to the same socket.
fn outcome_of_datagrams(messages: &[Vec<u8>], socket: usize) -> Outcome {
    let (programs, calls) = programs();
    let programs = Arc::new(programs);
    let (mut out, mut replies, mut handled, mut sockets) = (Encoder::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, message) in messages.iter().enumerate() {
        if index % socket == 0 {
            let origin = Origin::datagrams(Arc::clone(&programs), Arc::new(Void), index);
            sockets.push(ServerDatagrams::new(Some(origin)));
        }
        let peer = Peer::new(([127, 0, 0, 1], 700 + index as u16 % 3).into(), Transport::Udp);
        handled.push(Some(sockets.last_mut().unwrap().handle_datagram(&programs, peer, message, &mut out)));
        replies.extend(record(&out.slices().collect::<Vec<_>>().concat()));
    }
    Outcome { replies, handled, carried_out: calls.load(Ordering::Relaxed) }
}

#[test]
fn whatever_comes_before_it_a_datagram_comes_to_the_same() {
    for seed in 0..40 {
        let calls = calls(seed);
        let by_themselves = outcome_of_datagrams(&calls, 1);
        assert_eq!(outcome_of_datagrams(&calls, calls.len()), by_themselves, "seed {seed}");
        let sent: Vec<_> = by_themselves.handled.iter().flatten().map(|handled| handled.sent).collect();
        assert!(sent.iter().all(|sent| *sent <= 700) && sent.iter().any(|sent| *sent > 24), "seed {seed}: {sent:?}");
    }
}

/// Is told of up to `stretch` calls at once.
struct Told {
    stretch: Stretch,
    handled: Vec<Handled>,
    /// Bytes to be sent when it was told.
    sent: Vec<usize>,
}

impl Told {
    fn new(calls: u16, bytes: usize) -> Self {
        Self { stretch: Stretch { calls, bytes }, handled: Vec::new(), sent: Vec::new() }
    }

    /// Has `input` answered, as one piece; the replies.
    fn answer(&mut self, input: &[u8]) -> Vec<u8> {
        let (programs, _) = programs();
        let programs = Arc::new(programs);
        let peer = Peer::new("127.0.0.1:700".parse().unwrap(), Transport::Tcp);
        let origin = Origin::connection(Arc::clone(&programs), Arc::new(Void), 0);
        let mut stream = ServerStream::new(peer, &programs, Some(origin));
        let (mut out, mut input) = (Encoder::new(), input);
        assert_eq!(stream.handle_paced(&programs, Instant::now, &mut input, &mut out, self), Ok(false));
        out.into_bytes().to_vec()
    }

    /// Calls, bytes received and sent, of each procedure and outcome.
    fn sums(&self) -> BTreeMap<String, [u64; 3]> {
        let mut sums = BTreeMap::<_, [u64; 3]>::new();
        for handled in &self.handled {
            let sum = sums.entry(format!("{} {:?} {:?}", handled.row, handled.outcome, handled.event)).or_default();
            let more: [u64; 3] = [handled.calls.into(), handled.received.into(), handled.sent.into()];
            *sum = std::array::from_fn(|index| sum[index] + more[index]);
        }
        sums
    }
}

impl Pace for Told {
    fn stretch(&self) -> Stretch {
        self.stretch
    }

    fn goes_on(&mut self, handled: Option<Handled>, out: &Encoder) -> bool {
        self.handled.extend(handled);
        self.sent.push(out.len());
        true
    }
}

#[test]
fn calls_that_are_told_of_together_are_told_of_exactly() {
    for seed in 0..40 {
        let input: Vec<u8> = calls(seed).iter().flat_map(|call| record(call).repeat(3)).collect();
        let mut each = Told::new(1, 0);
        let replies = each.answer(&input);
        assert!(each.handled.iter().all(|handled| handled.calls == 1));
        for (calls, bytes) in [(0, 0), (2, usize::MAX), (7, usize::MAX), (63, usize::MAX), (63, 500)] {
            let mut together = Told::new(calls, bytes);
            assert_eq!(together.answer(&input), replies, "seed {seed}, {calls} calls");
            assert_eq!(together.sums(), each.sums(), "seed {seed}, {calls} calls");
            assert!(bytes < usize::MAX || together.handled.len() < each.handled.len());
        }
    }
}

/// Whatever of it is not like those around it: a byte of it, its length, or its credential.
#[test]
fn one_call_among_those_that_are_alike_comes_to_what_it_would_by_itself() {
    let plain = |xid| call(xid, ECHO, &opaque(&[7; 4]));
    let named = |xid| {
        let header = words(&[xid, 0, 2, PROGRAM, 1, ECHO, 1, 20, 0, 0, 5, 6, 0, 0, 0]);
        [header, opaque(&[7; 4])].concat()
    };
    for message in [plain(4), named(4)] {
        let of_another_byte = |at: usize| {
            let mut other = message.clone();
            other[at] ^= 1;
            other
        };
        let mut others: Vec<_> = (0..message.len()).map(of_another_byte).collect();
        others.extend([plain(4), named(4), [&*message, &[0; 4]].concat(), message[..message.len() - 4].to_vec()]);
        for other in others {
            let alike = |xid: u32| record(&[&words(&[xid]), &message[4..]].concat());
            let input = [alike(1), alike(2), alike(3), record(&other), alike(5), alike(6)].concat();
            let (mut each, mut together) = (Told::new(1, 0), Told::new(60, usize::MAX));
            assert_eq!(together.answer(&input), each.answer(&input), "{other:?}");
            assert_eq!(together.sums(), each.sums(), "{other:?}");
        }
    }
}

#[test]
fn no_more_calls_are_told_of_together_than_may_be() {
    let fill = |xid| record(&call(xid, FILL, &[0; 4]));
    let fills = (0..100).flat_map(fill).collect::<Vec<_>>();
    let mut told = Told::new(30, usize::MAX);
    told.answer(&fills);
    // The first one of a connection is looked at as a whole.
    assert_eq!(told.handled.iter().map(|handled| handled.calls).collect::<Vec<_>>(), [1, 30, 30, 30, 9]);

    let reply = 32;
    let mut told = Told::new(30, 10 * reply + 1);
    told.answer(&fills[..13 * fill(0).len()]);
    assert_eq!(told.sent, [1, 11, 12, 13].map(|calls| calls * reply));
}

/// It may take longer than what the pace knows.
#[test]
fn the_first_call_of_another_procedure_is_told_of_by_itself() {
    let of = |procedure, count| record(&call(1, procedure, &[0; 4])).repeat(count);
    let mut told = Told::new(60, usize::MAX);
    told.answer(&[of(FILL, 10), of(ECHO, 10), of(FILL, 10)].concat());
    assert_eq!(told.handled.iter().map(|handled| handled.calls).collect::<Vec<_>>(), [1, 9, 1, 9, 1, 9]);
}

/// A part of the arguments that is returned by reference keeps all of them.
#[test]
fn what_a_reply_holds_of_its_call_is_told_whatever_comes_before_it() {
    const ARGUMENT: usize = 10_000;
    const BEHIND: usize = 200_000;
    let mut programs = Programs::new(Limits::default());
    programs.add(Probe::new(PROGRAM, 1));
    let peer = Peer::new("127.0.0.1:700".parse().unwrap(), Transport::Tcp);
    let mut stream = ServerStream::new(peer, &programs, None);
    let echo = record(&call(1, ECHO, &[opaque(&[7; ARGUMENT]), vec![0; BEHIND]].concat()));
    let (input, mut out, mut calls) = (echo.repeat(5), Encoder::new(), 0);
    let goes_on = |_: Option<Handled>, out: &Encoder| {
        calls += 1;
        assert!(out.memory() >= calls * (ARGUMENT + BEHIND), "{} bytes after {calls} calls", out.memory());
        true
    };
    stream.handle_calls(&programs, Instant::now, &mut &*input, &mut out, goes_on).unwrap();
    assert_eq!(calls, 5);
}

/// Begins a message of its own in the output that it is given, of as many bytes at most as the first argument says, and returns as
/// many as the second one says.
struct Beginner;

impl rpc::Dispatch for Beginner {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const { &[procedure(1)] }
    }

    fn dispatch(&self, _: &Call, input: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        let [limit, bytes] = [rpc::argument::<u32>(input)?, rpc::argument::<u32>(input)?];
        out.begin(limit as usize);
        rpc::results::<rpc::Opaque>(&vec![0xab; bytes as usize].into(), out)
    }
}

#[test]
fn handlers_that_begin_messages_do_not_change_what_replies_may_be() {
    let mut programs = Programs::new(Limits { reply_bytes: 1_000, ..Limits::default() });
    programs.add(Beginner);
    let peer = Peer::new("127.0.0.1:700".parse().unwrap(), Transport::Tcp);
    for (limit, bytes, sent) in [(500, 100, 128), (100_000, 5_000, 24)] {
        let mut stream = ServerStream::new(peer, &programs, None);
        let (mut out, mut all) = (Encoder::new(), Vec::new());
        let input = record(&call(1, 1, &words(&[limit, bytes]))).repeat(3);
        let note = |handled: Option<Handled>, out: &Encoder| {
            all.push((handled.unwrap().sent, out.len()));
            true
        };
        stream.handle_calls(&programs, Instant::now, &mut &*input, &mut out, note).unwrap();
        let length = sent as usize + 4;
        assert_eq!(all, [(sent, length), (sent, 2 * length), (sent, 3 * length)]);
    }
}
