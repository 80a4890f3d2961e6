//! Bad input over sockets, against servers and clients of emitted code: what each gets in answer, and that others are
//! served all the while.

use oncrpc::xdr::{DecodeError, EncodeError};
use oncrpc::{Call, Error, Limits, Result, RunningServer, Server, record};
use oncrpc_tests::interfaces::calculator::{Operands, calculator_v1, users_v1};
use oncrpc_tests::interfaces::hostile::{Choice, Item, ItemList, Kind, Lengths, Numbered, Tree, hostile_v1};
use oncrpc_tests::raw::{Connection, call, record as whole, serve_once, success, words};
use oncrpc_tests::services::server;
use std::time::{Duration, Instant};

const GARBAGE_ARGS: u32 = 4;

struct Hostile;

impl hostile_v1::Service for Hostile {
    fn sum(&self, _call: &Call, items: ItemList) -> Result<i64> {
        Ok(items.iter().map(|item| i64::from(item.value)).sum())
    }

    fn count(&self, _call: &Call, count: u32) -> Result<ItemList> {
        Ok((0..count).map(|value| Item { value: value as i32 }).collect())
    }

    fn depth(&self, _call: &Call, tree: Tree) -> Result<u32> {
        let (mut depth, mut below) = (1, tree.left);
        while let Some(tree) = below {
            (depth, below) = (depth + 1, tree.left);
        }
        Ok(depth)
    }

    fn choose(&self, _call: &Call, choice: Choice) -> Result<i32> {
        Ok(choice.discriminant().into())
    }

    fn choose_numbered(&self, _call: &Call, choice: Numbered) -> Result<i32> {
        Ok(choice.discriminant())
    }

    fn measure(&self, _call: &Call, lengths: Lengths) -> Result<u32> {
        Ok(lengths.numbers.len() as u32)
    }
}

fn hostile(limits: Limits) -> RunningServer {
    let server = Server::new().serve(hostile_v1::server(Hostile)).limits(limits);
    server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap()
}

fn calculator() -> (RunningServer, String) {
    let running = server().listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let address = running.addresses()[0].clone();
    (running, address)
}

/// Whether somebody who behaves is served.
fn is_well(address: &str) {
    let calculator = calculator_v1::Client::connect(address).unwrap();
    assert_eq!(calculator.add(&Operands { left: 20, right: 22 }).unwrap(), 42);
}

#[test]
fn calls_cut_short() {
    let (_running, address) = calculator();
    let user = [&words(&[3]), &b"ada\0"[..], &words(&[2]), b"a@\0\0"].concat();
    let whole_call = call(7, users_v1::PROGRAM, 1, 1, &user);
    let header = whole_call.len() - user.len();
    let mut connection = Connection::open(&address);
    for length in header..whole_call.len() {
        let (stat, _) = connection.outcome(&whole_call[..length]);
        assert_eq!(stat, GARBAGE_ARGS, "{length} bytes");
    }
    // No header, no answer; what comes behind it is either answered or not read any more.
    for length in 0..header {
        let mut connection = Connection::open(&address);
        connection.send(&whole(&whole_call[..length]));
        connection.send(&whole(&call(8, users_v1::PROGRAM, 1, 0, &[])));
        if let Some(reply) = connection.receive() {
            assert_eq!(reply, success(8, &[]), "{length} bytes");
        }
    }
    assert_eq!(connection.outcome(&whole_call), (0, words(&[0, 1])));
}

#[test]
fn records_that_announce_too_much() {
    let (_running, address) = calculator();
    let limit = u32::try_from(Limits::default().record.bytes).unwrap();
    for mark in [limit + 1, 0x7fff_ffff, 0x8000_0000 | (limit + 1), u32::MAX] {
        let start = Instant::now();
        let mut connection = Connection::open(&address);
        connection.send(&words(&[mark]));
        assert_eq!(connection.receive(), None, "{mark:#x}");
        assert!(start.elapsed() < Duration::from_secs(5), "{mark:#x}: closed at once, not by a deadline");
    }
    is_well(&address);
}

#[test]
fn lengths_that_announce_too_much() {
    let running = hostile(Limits::default());
    let mut connection = Connection::open(&running.addresses()[0]);
    let valid = |replaced: usize, length: u32| {
        let mut lengths = [0; 6];
        lengths[replaced] = length;
        call(1, hostile_v1::PROGRAM, 1, 6, &words(&lengths))
    };
    assert_eq!(connection.outcome(&valid(0, 0)), (0, words(&[0])));
    for place in 0..6 {
        for length in [17, 0x1000, 0x4000_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, u32::MAX] {
            let (stat, _) = connection.outcome(&valid(place, length));
            assert_eq!(stat, GARBAGE_ARGS, "length {length:#x} in place {place}");
        }
    }
    assert_eq!(connection.outcome(&valid(0, 0)), (0, words(&[0])));
}

#[test]
fn discriminants_without_an_arm() {
    let running = hostile(Limits::default());
    let mut connection = Connection::open(&running.addresses()[0]);
    for (procedure, good) in [(4, 7), (5, 1)] {
        for discriminant in [0, 3, 6, 8, 0x8000_0000, u32::MAX] {
            let message = call(1, hostile_v1::PROGRAM, 1, procedure, &words(&[discriminant, 0]));
            assert_eq!(connection.outcome(&message).0, GARBAGE_ARGS, "{discriminant:#x} to {procedure}");
        }
        let message = call(1, hostile_v1::PROGRAM, 1, procedure, &words(&[good, 0]));
        assert_eq!(connection.outcome(&message), (0, words(&[good])));
    }
}

#[test]
fn results_without_an_arm() {
    let divided = |status: u32| {
        let address = serve_once(move |xid| whole(&success(xid, &words(&[status, 0, 0]))));
        calculator_v1::Client::connect(&address).unwrap().divide(&Operands { left: 1, right: 1 })
    };
    assert!(divided(0).is_ok());
    for status in [3, u32::MAX] {
        let outcome = divided(status);
        let Err(Error::Decode(DecodeError::Enumerator { enumeration, value })) = outcome else { panic!("{outcome:?}") };
        assert_eq!((enumeration, value), ("division_status", status.cast_signed()));
    }
}

#[test]
fn results_that_announce_too_much() {
    for length in [5, 0x4000_0000, u32::MAX] {
        let address = serve_once(move |xid| whole(&success(xid, &words(&[length, 0]))));
        let outcome = calculator_v1::Client::connect(&address).unwrap().hello("");
        assert!(matches!(outcome, Err(Error::Decode(DecodeError::Truncated { .. }))), "{length:#x}: {outcome:?}");
    }
    let address = serve_once(|_| words(&[u32::MAX]));
    let outcome = calculator_v1::Client::connect(&address).unwrap().hello("");
    assert!(matches!(outcome, Err(Error::Record(_))), "{outcome:?}");
}

/// A tree that leans to the left, as bytes: decoding needs no such value.
fn leaning(depth: usize) -> Vec<u8> {
    let down = words(&[1, 1]).repeat(depth - 1);
    [down, words(&[1, 0, 0]), words(&[0]).repeat(depth - 1)].concat()
}

#[test]
fn trees_too_deep() {
    let limits = Limits::default();
    let running = hostile(limits);
    let address = &running.addresses()[0];
    let mut connection = Connection::open(address);
    // A value may nest that deep within the first one.
    let deepest = limits.decode.depth + 1;
    let outcome = |connection: &mut Connection, depth: u32| {
        connection.outcome(&call(1, hostile_v1::PROGRAM, 1, 3, &leaning(depth as usize)))
    };
    assert_eq!(outcome(&mut connection, deepest), (0, words(&[deepest])));
    for depth in [deepest + 1, deepest + 2, 1_000, 100_000] {
        assert_eq!(outcome(&mut connection, depth).0, GARBAGE_ARGS, "{depth}");
    }

    let client = hostile_v1::Client::connect(address).unwrap();
    let tree =
        |depth: u32| (1..depth).fold(Tree::default(), |tree, _| Tree { left: Some(Box::new(tree)), ..Tree::default() });
    assert_eq!(client.depth(&tree(deepest)).unwrap(), deepest);
    let outcome = client.depth(&tree(deepest + 1));
    assert!(
        matches!(outcome, Err(Error::Encode(EncodeError::TooDeep { limit })) if limit == limits.decode.depth),
        "{outcome:?}"
    );
}

#[test]
fn a_list_of_a_million_nodes() {
    const NODES: u32 = 1_000_000;
    let body = || {
        let records = record::Limits { bytes: 16 << 20, ..record::Limits::DEFAULT };
        let running = hostile(Limits { record: records, reply_bytes: records.bytes, ..Limits::default() });
        let options = oncrpc::ClientOptions::new().max_call(16 << 20).record_limits(records);
        let client = hostile_v1::Client::connect_with(&running.addresses()[0], &options).unwrap();
        let items = client.count(NODES).unwrap();
        assert_eq!(items.len(), NODES as usize);
        let copy = items.clone();
        assert_eq!(copy, items);
        assert!(format!("{copy:?}").len() > NODES as usize);
        drop(copy);
        let sum = i64::from(NODES) * i64::from(NODES - 1) / 2;
        assert_eq!(client.sum(items).unwrap(), sum);
    };
    // What a thread has by default, whatever the test harness may have been told.
    std::thread::Builder::new().stack_size(2 << 20).spawn(body).unwrap().join().unwrap();
}

#[test]
fn peers_that_stop_within_a_record() {
    let (_running, address) = calculator();
    let message = whole(&call(1, calculator_v1::PROGRAM, 1, 1, &words(&[1, 2])));
    let stopped: Vec<Connection> = (1..message.len())
        .map(|length| {
            let mut connection = Connection::open(&address);
            connection.send(&message[..length]);
            connection
        })
        .collect();
    let start = Instant::now();
    for _ in 0..20 {
        is_well(&address);
    }
    assert!(start.elapsed() < Duration::from_secs(10), "they wait for nobody");
    for (mut connection, length) in stopped.into_iter().zip(1..) {
        connection.send(&message[length..]);
        assert_eq!(connection.receive().unwrap(), success(1, &words(&[0, 3])), "{length} bytes first");
    }
}

#[test]
fn a_handler_that_panics_hurts_only_its_call() {
    let (_running, address) = calculator();
    let calculator = calculator_v1::Client::connect(&address).unwrap();
    for round in 0..10 {
        assert!(matches!(calculator.hello("fail: panic"), Err(Error::SystemError)), "{round}");
        assert_eq!(calculator.hello("Ada").unwrap(), "hello, Ada");
    }
}

#[test]
fn an_unknown_kind_has_no_name() {
    assert_eq!(Kind::try_from(3), Err(DecodeError::Enumerator { enumeration: "kind", value: 3 }));
    assert_eq!(Kind::try_from(7).map(Kind::name), Ok("KIND_NOTHING"));
}
