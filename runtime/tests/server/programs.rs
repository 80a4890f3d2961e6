//! What a handler learns of its call, what becomes of one that panics, what the builder takes.

use super::support::*;
use oncrpc::xdr::{DecodeError, EncodeError};
use oncrpc::{Error, Limits, RunningServer, Server};
use std::io::Write;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

#[test]
fn a_handler_learns_who_calls() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    let name = opaque(b"rose");
    let body = [&words(&[7]), &name[..], &words(&[1000, 100, 0])].concat();
    let credential = [words(&[1]), opaque(&body)].concat();
    let message = [&words(&[1, 0, 2, PROGRAM, 1, WHO]), &credential[..], &words(&[0, 0])].concat();

    stream.write_all(&record(&message)).unwrap();
    let expected = opaque(b"1000@rose over tcp from 127.0.0.1");
    assert_eq!(read_record(&mut stream), success(1, &expected));

    // Nothing of one call is left for the next.
    stream.write_all(&record(&call(2, WHO, b""))).unwrap();
    assert_eq!(read_record(&mut stream), success(2, &opaque(b"nobody over tcp from 127.0.0.1")));

    let socket = connect_udp(&server);
    socket.send(&call(3, WHO, b"")).unwrap();
    let mut buffer = [0; 100];
    let count = socket.recv(&mut buffer).unwrap();
    assert_eq!(buffer[..count], success(3, &opaque(b"nobody over udp from 127.0.0.1")));
}

#[test]
fn a_panic_costs_one_call_only() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    let is_panic = |xid: u32| xid.is_multiple_of(10);
    for xid in 0..200 {
        let message = if is_panic(xid) { call(xid, PANIC, b"") } else { call(xid, ADD, &words(&[xid, 0])) };
        stream.write_all(&record(&message)).unwrap();
    }
    for xid in 0..200 {
        let expected = if is_panic(xid) { words(&[xid, 1, 0, 0, 0, 5]) } else { success(xid, &words(&[xid])) };
        assert_eq!(read_record(&mut stream), expected);
    }
}

#[test]
fn a_version_served_twice_is_served_by_the_latter() {
    let (first, second) = (Probe::new(PROGRAM, 1), Probe::new(PROGRAM, 1));
    let (first_calls, second_calls) = (first.calls.clone(), second.calls.clone());
    let server = Server::new().serve(first).serve(second).listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    check_served(&mut connect(&server));
    assert_eq!((first_calls.load(Ordering::Relaxed), second_calls.load(Ordering::Relaxed)), (0, 1));
}

#[test]
fn a_server_without_programs_says_so() {
    let server = Server::new().listen("127.0.0.1:0").unwrap().start().unwrap();
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, ADD, b""))).unwrap();
    assert_eq!(read_record(&mut stream), words(&[1, 1, 0, 0, 0, 1]));
}

#[test]
fn a_name_stands_for_all_its_addresses() {
    let server = Server::new().serve(Probe::new(PROGRAM, 1)).listen("tcp://localhost:0").unwrap().start().unwrap();
    assert!(!server.addresses().is_empty());
    for address in server.addresses() {
        check_served(&mut connect_to(address.strip_prefix("tcp://").unwrap().parse().unwrap()));
    }
}

#[test]
fn an_ipv6_socket_takes_both_kinds() {
    let Ok(server) = Server::new().serve(Probe::new(PROGRAM, 1)).listen("tcp://[::]:0") else {
        assert!(std::net::TcpListener::bind("[::1]:0").is_err(), "there is IPv6, but it is not listened on");
        return;
    };
    let server = server.start().unwrap();
    let port = tcp_address(&server).port();
    check_served(&mut connect_to(format!("[::1]:{port}").parse().unwrap()));
    let mut stream = connect_to(format!("127.0.0.1:{port}").parse().unwrap());
    stream.write_all(&record(&call(1, WHO, b""))).unwrap();
    assert_eq!(read_record(&mut stream), success(1, &opaque(b"nobody over tcp from 127.0.0.1")));
}

#[test]
fn what_cannot_be_listened_on_is_told() {
    let server = start(Limits::default());
    let taken = &server.addresses()[0];
    let error = Server::new().listen(taken).unwrap_err();
    assert!(matches!(&error, Error::Listen { address, .. } if address == taken));
    assert!(error.to_string().starts_with(&format!("cannot listen on {taken}: ")), "{error}");

    // An address of documentation (RFC 5737): no machine has it.
    assert!(matches!(Server::new().listen("udp://192.0.2.1:0").unwrap_err(), Error::Listen { .. }));
    for address in ["", "tcp://", "ftp://localhost:1", "localhost", "localhost:x", "localhost:99999"] {
        assert!(matches!(Server::new().listen(address).unwrap_err(), Error::Address { .. }), "{address:?}");
    }
}

/// What the hook was told: the procedure and the error.
fn tell_errors() -> (RunningServer, Receiver<(u32, Error)>) {
    let (sender, errors) = std::sync::mpsc::channel();
    let server = Server::new()
        .serve(Probe::new(PROGRAM, 1))
        .limits(Limits { reply_bytes: 10_000, ..Limits::default() })
        .on_error(move |call, error| {
            sender.send((call.procedure(), error.clone())).unwrap();
            panic!("the hook panics, too");
        })
        .listen("tcp://127.0.0.1:0")
        .unwrap();
    (server.start().unwrap(), errors)
}

#[test]
fn why_a_call_failed_is_told() {
    let (server, errors) = tell_errors();
    let mut stream = connect(&server);
    let cases = [
        (call(1, PANIC, b""), "the handler panicked: as the test asks".to_owned()),
        (call(1, FAIL, &words(&[8])), Error::Decode(DecodeError::EmptyList).to_string()),
        (call(1, FAIL, &words(&[5])), Error::SystemError.to_string()),
        (call(1, FILL, &words(&[20_000])), Error::Encode(EncodeError::TooLarge { limit: 10_000 }).to_string()),
        (call(1, HALF, b""), Error::Encode(EncodeError::TooLong { length: 13, bound: 2 }).to_string()),
    ];
    for (message, expected) in cases {
        stream.write_all(&record(&message)).unwrap();
        assert_eq!(read_record(&mut stream), words(&[1, 1, 0, 0, 0, 5]));
        let (procedure, error) = errors.recv_timeout(PATIENCE).unwrap();
        assert_eq!((procedure, error.to_string()), (u32::from(message[23]), expected));
    }
    // What the caller did wrong is not told.
    for message in [call(1, ADD, b""), call(1, 99, b""), call(1, FAIL, &words(&[1])), call(1, NULL, b"")] {
        stream.write_all(&record(&message)).unwrap();
        read_record(&mut stream);
    }
    check_served(&mut stream);
    drop(server);
    assert!(errors.recv().is_err());
}

#[test]
fn a_server_that_listens_nowhere_does_not_start() {
    let error = Server::new().serve(Probe::new(PROGRAM, 1)).quiet().run().unwrap_err();
    assert_eq!(error.to_string(), "cannot listen on any address: none was given to Server::listen");
    assert!(Server::new().start().is_err());
}
