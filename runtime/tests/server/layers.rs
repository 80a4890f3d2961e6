//! What layers refuse, and when: without sockets, and over TCP.

use super::support::*;
use oncrpc::rpc::{AuthStat, Flavor};
use oncrpc::session::server::{Programs, ServerStream};
use oncrpc::xdr::Encoder;
use oncrpc::{Call, Error, Limits, Peer, Procedure, Result, Server, Transport, UnixCredentials, layers};
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Instant;

const XID: u32 = 7;
const TOO_WEAK: [u32; 5] = [XID, 1, 1, 1, 5];

/// Programs with one layer, and what counts the calls that are dispatched.
fn programs(layer: impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static) -> (Programs, Arc<AtomicU32>) {
    let mut programs = Programs::new(Limits::default());
    let probe = Probe::new(PROGRAM, 1);
    let calls = Arc::clone(&probe.calls);
    programs.add(probe);
    programs.add_layer(layer);
    (programs, calls)
}

fn internet(address: &str) -> Peer {
    Peer::new(address.parse().unwrap(), Transport::Tcp)
}

fn unix(uid: u32) -> Peer {
    Peer::unix(Some(UnixCredentials { uid, gid: 0, pid: None }))
}

/// A call with `flavor` 0 or 1, of `ADD` with arguments that cannot be decoded unless `arguments` are given.
fn message(flavor: u32, program: u32, procedure: u32, arguments: &[u32]) -> Vec<u8> {
    let credential: &[u32] = if flavor == 1 { &[1, 20, 0, 0, 1000, 100, 0] } else { &[0, 0] };
    words(&[&[XID, 0, 2, program, 1, procedure], credential, &[0, 0], arguments].concat())
}

/// What `peer` is answered.
fn answer(programs: &Programs, peer: Peer, message: &[u8]) -> Vec<u8> {
    let (mut stream, mut out) = (ServerStream::new(peer, programs, None), Encoder::new());
    let record = record(message);
    let mut input = &record[..];
    while !input.is_empty() {
        stream.handle_input(programs, Instant::now, &mut input, &mut out).unwrap();
    }
    read_record(&mut &out.into_bytes()[..])
}

#[test]
fn who_may_call_what() {
    let peers = [internet("10.1.2.3:700"), internet("10.1.2.3:1024"), internet("192.0.2.1:700"), unix(0), unix(1000)];
    let all = [true; 5];
    let none = [false; 5];
    let procedures = || [procedure(ADD)];
    let is_low = [true, false, true, true, false];
    let is_listed = [true, true, false, true, true];
    type Layer = Box<dyn Fn(&mut Call) -> Result<()> + Send + Sync>;
    // The layer, and which peers may call NULL, ADD and ECHO with AUTH_NONE, and ADD with AUTH_SYS.
    let rows: [(&str, Layer, [[bool; 5]; 4]); 13] = [
        ("none", Box::new(layers::minimum_flavor(Flavor::NONE)), [all, all, all, all]),
        ("sys", Box::new(layers::minimum_flavor(Flavor::SYS)), [all, none, none, all]),
        ("gss", Box::new(layers::minimum_flavor(Flavor::GSS)), [all, none, none, none]),
        ("port", Box::new(layers::privileged_port()), [all, is_low, is_low, is_low]),
        ("peers", Box::new(layers::peers(["10.0.0.0/8", "unix"]).unwrap()), [is_listed; 4]),
        ("nobody", Box::new(layers::peers::<&str>([]).unwrap()), [none; 4]),
        ("users", Box::new(layers::users([1000, 7])), [[false, false, false, false, true]; 4]),
        ("the superuser", Box::new(layers::users([0])), [[false, false, false, true, false]; 4]),
        ("only", Box::new(layers::only(procedures(), layers::minimum_flavor(Flavor::SYS))), [all, none, all, all]),
        ("except", Box::new(layers::except(procedures(), layers::privileged_port())), [all, all, is_low, all]),
        (
            "program",
            Box::new(layers::only_programs([7, PROGRAM], layers::minimum_flavor(Flavor::SYS))),
            [all, none, none, all],
        ),
        ("another program", Box::new(layers::only_programs([7], layers::minimum_flavor(Flavor::GSS))), [all; 4]),
        (
            "not even null",
            Box::new(layers::only([procedure(NULL)], |_| Err(Error::Auth(AuthStat::TooWeak)))),
            [none, all, all, all],
        ),
    ];
    for (name, layer, expected) in rows {
        let (programs, calls) = programs(layer);
        let messages = [(0, NULL), (0, ADD), (0, ECHO), (1, ADD)];
        for ((flavor, procedure), expected) in messages.into_iter().zip(expected) {
            for (peer, expected) in peers.iter().zip(expected) {
                let before = calls.load(Relaxed);
                let reply = answer(&programs, *peer, &message(flavor, PROGRAM, procedure, &[]));
                let dispatched = calls.load(Relaxed) - before;
                let case = format!("{name}: procedure {procedure}, flavor {flavor}, {peer}");
                // Without arguments, what is let pass is GARBAGE_ARGS, and what is refused was not looked at.
                let status = if procedure == NULL { 0 } else { 4 };
                let passed = words(&[XID, 1, 0, 0, 0, status]);
                assert_eq!(reply, if expected { passed } else { words(&TOO_WEAK) }, "{case}");
                assert_eq!(dispatched, u32::from(expected && procedure != NULL), "{case}");
            }
        }
    }
}

#[test]
fn any_error_is_replied_as_it_is_before_it_is_told_what_is_served() {
    for (error, reply) in [
        (Error::Auth(AuthStat::RejectedCredential), vec![XID, 1, 1, 1, 2]),
        (Error::RpcMismatch { low: 2, high: 3 }, vec![XID, 1, 1, 0, 2, 3]),
        (Error::ProgramUnavailable, vec![XID, 1, 0, 0, 0, 1]),
        (Error::ProgramMismatch { low: 4, high: 5 }, vec![XID, 1, 0, 0, 0, 2, 4, 5]),
        (Error::ProcedureUnavailable, vec![XID, 1, 0, 0, 0, 3]),
        (Error::SystemError, vec![XID, 1, 0, 0, 0, 5]),
    ] {
        let (programs, calls) = programs(move |_| Err(error.clone()));
        for (program, procedure) in [(PROGRAM, ADD), (PROGRAM, 99), (99, ADD)] {
            let message = message(0, program, procedure, &[1, 2]);
            assert_eq!(answer(&programs, unix(0), &message), words(&reply));
        }
        assert_eq!(calls.load(Relaxed), 0);
    }
}

#[test]
fn a_panic_is_a_system_error_that_the_owner_is_told_of() {
    let (mut programs, calls) = programs(|_| panic!("in the layer"));
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    programs.set_on_error(move |_, error| tell.lock().unwrap().push(error.to_string()));
    let reply = answer(&programs, unix(0), &message(0, PROGRAM, ADD, &[1, 2]));
    assert_eq!(reply, words(&[XID, 1, 0, 0, 0, 5]));
    assert_eq!(*told.lock().unwrap(), ["the handler panicked: in the layer"]);
    assert_eq!(calls.load(Relaxed), 0);
}

#[derive(Debug, PartialEq)]
struct Seen(u32);

/// A call of `ECHO` with so much data, as a record.
fn large(bytes: usize) -> Vec<u8> {
    record(&call(XID, ECHO, &opaque(&vec![1; bytes])))
}

#[test]
fn layers_are_passed_in_order_and_what_they_attach_is_of_this_call_only() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&seen);
    let (mut programs, _) = programs(|call| {
        assert_eq!(call.extensions().get::<Seen>(), None);
        let xid = call.xid();
        call.extensions_mut().insert(Seen(xid));
        Ok(())
    });
    programs.add_layer(move |call| {
        see.lock().unwrap().push((call.procedure_name(), call.extensions().get::<Seen>().map(|seen| seen.0)));
        Ok(())
    });
    let (mut stream, mut out) = (ServerStream::new(unix(0), &programs, None), Encoder::new());
    // A small call, a large one that comes in pieces, and a small one.
    let records = [record(&call(1, ADD, &words(&[1, 2]))), large(9_000), record(&call(3, ADD, &words(&[1, 2])))];
    for record in records {
        for mut piece in record.chunks(1_000) {
            while stream.handle_input(&programs, Instant::now, &mut piece, &mut out).unwrap() {}
        }
    }
    let seen = seen.lock().unwrap();
    assert_eq!(*seen, [1, XID, 3].map(|xid| ("A_PROCEDURE", Some(xid))), "each call is seen once");
    assert!(out.len() > 9_000);
}

#[test]
fn a_call_that_is_admitted_and_then_too_large_admits_no_other() {
    let count = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&count);
    let (programs, _) = programs(move |_| match counter.fetch_add(1, Relaxed) {
        0 => Ok(()),
        _ => Err(Error::Auth(AuthStat::TooWeak)),
    });
    let (mut stream, mut out) = (ServerStream::new(unix(0), &programs, None), Encoder::new());
    // ADD takes 8 bytes: the first is refused by its header, although the layer lets it pass.
    let input = [record(&call(1, ADD, &[0; 5_000])), record(&call(XID, ADD, &words(&[1, 2])))].concat();
    for mut piece in input.chunks(1_000) {
        while stream.handle_input(&programs, Instant::now, &mut piece, &mut out).unwrap() {}
    }
    let out = out.into_bytes();
    let mut replies = &out[..];
    assert_eq!(read_record(&mut replies), words(&[1, 1, 0, 0, 0, 4]));
    assert_eq!(read_record(&mut replies), words(&TOO_WEAK));
    assert_eq!(count.load(Relaxed), 2);
}

#[test]
fn a_large_call_is_refused_by_its_header() {
    let probe = Probe::new(PROGRAM, 1);
    let server = Server::new().serve(probe).layer(layers::minimum_flavor(Flavor::SYS));
    let server = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let mut stream = connect(&server);
    let large = large(1 << 20);
    let (front, rest) = large.split_at(2_000);
    stream.write_all(front).unwrap();
    assert_eq!(read_record(&mut stream), words(&TOO_WEAK), "before the rest of it was sent");
    stream.write_all(rest).unwrap();
    let small = record(&message(1, PROGRAM, ADD, &[20, 22]));
    stream.write_all(&small).unwrap();
    assert_eq!(read_record(&mut stream), success(XID, &words(&[42])));
}

#[test]
fn a_repeated_call_is_refused_like_any_other() {
    let is_closed = Arc::new(AtomicU32::new(0));
    let look = Arc::clone(&is_closed);
    const ONCE: Procedure = procedure(ADD);
    let server = Server::new()
        .serve(Probe::new(PROGRAM, 1))
        .at_most_once([ONCE])
        .layer(move |_| if look.load(Relaxed) == 0 { Ok(()) } else { Err(Error::Auth(AuthStat::TooWeak)) });
    let server = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let mut stream = connect(&server);
    let add = record(&call(XID, ADD, &words(&[20, 22])));
    stream.write_all(&add).unwrap();
    assert_eq!(read_record(&mut stream), success(XID, &words(&[42])));
    is_closed.store(1, Relaxed);
    stream.write_all(&add).unwrap();
    assert_eq!(read_record(&mut stream), words(&TOO_WEAK));
}
