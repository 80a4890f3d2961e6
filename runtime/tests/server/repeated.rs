//! Calls that come again, over other connections and transports, of procedures that are to be carried out once.

use super::support::*;
use oncrpc::{Procedure, RunningServer, Server};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A server that carries calls of `guarded` out once, and the count of those it did.
fn start(guarded: &[u32]) -> (RunningServer, Arc<AtomicU32>) {
    let probe = Probe::new(PROGRAM, 1);
    let calls = Arc::clone(&probe.calls);
    let procedures: Vec<_> = guarded.iter().map(|number| Procedure::new(PROGRAM, 1, *number, "")).collect();
    let server = Server::new().serve(probe).at_most_once(procedures);
    let server = server.listen("tcp://127.0.0.1:0").unwrap().listen("udp://127.0.0.1:0").unwrap();
    (server.start().unwrap(), calls)
}

/// Calls over a connection of its own.
fn exchange(server: &RunningServer, message: &[u8]) -> Vec<u8> {
    let mut stream = connect(server);
    stream.write_all(&record(message)).unwrap();
    read_record(&mut stream)
}

#[test]
fn a_reply_survives_its_connection() {
    let (server, calls) = start(&[ADD]);
    let message = call(7, ADD, &words(&[20, 22]));
    for _ in 0..3 {
        assert_eq!(exchange(&server, &message), success(7, &words(&[42])));
    }
    let datagrams = connect_udp(&server);
    datagrams.send(&message).unwrap();
    let mut reply = [0; 100];
    let length = datagrams.recv(&mut reply).unwrap();
    assert_eq!(reply[..length], success(7, &words(&[42])));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    exchange(&server, &call(8, ADD, &words(&[20, 22])));
    assert_eq!(calls.load(Ordering::Relaxed), 2, "another xid is another call");
}

#[test]
fn a_failure_is_not_tried_again() {
    let (server, calls) = start(&[PANIC, HALF]);
    for (xid, procedure) in [(7, PANIC), (8, HALF)] {
        let first = exchange(&server, &call(xid, procedure, &[]));
        assert_eq!(first, words(&[xid, 1, 0, 0, 0, 5]));
        assert_eq!(exchange(&server, &call(xid, procedure, &[])), first);
    }
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn a_large_reply_comes_again_whole_and_not_in_a_datagram() {
    let (server, calls) = start(&[FILL, ADD]);
    let message = call(7, FILL, &words(&[100_000]));
    let first = exchange(&server, &message);
    assert!(first == exchange(&server, &message) && first.len() == 28 + 100_000);
    let datagrams = connect_udp(&server);
    datagrams.send(&message).unwrap();
    datagrams.send(&call(8, ADD, &words(&[1, 2]))).unwrap();
    let mut reply = [0; 100];
    let length = datagrams.recv(&mut reply).unwrap();
    assert_eq!(reply[..length], success(8, &words(&[3])), "nothing came before it");
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn other_procedures_are_carried_out_as_often_as_they_are_called() {
    let (server, calls) = start(&[ECHO]);
    (0..3).for_each(|_| drop(exchange(&server, &call(7, ADD, &words(&[20, 22])))));
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}
