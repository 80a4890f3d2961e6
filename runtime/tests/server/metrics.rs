//! What a server counts is what happened to it.

use super::support::*;
use oncrpc::metrics::{Event, Outcome, Snapshot};
use oncrpc::{Limits, RunningServer, record};
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

/// Waits until what was counted is as it should be: counting is done after the reply is on its way.
fn until(server: &RunningServer, is_so: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let end = Instant::now() + PATIENCE;
    loop {
        let snapshot = server.metrics();
        if is_so(&snapshot) {
            return snapshot;
        }
        assert!(Instant::now() < end, "{snapshot:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn calls_are_counted_by_procedure_and_outcome() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    let adds: Vec<u8> = (0..100).flat_map(|xid| record(&call(xid, ADD, &words(&[1, 2])))).collect();
    stream.write_all(&adds).unwrap();
    (0..100).for_each(|_| drop(read_record(&mut stream)));
    for (procedure, arguments) in [(NULL, 0), (PANIC, 0), (ADD, 0), (99, 0)] {
        stream.write_all(&record(&call(1, procedure, &vec![0; arguments]))).unwrap();
        read_record(&mut stream);
    }
    let snapshot = until(&server, |snapshot| snapshot.calls() == 104);
    let of = |number| snapshot.procedure(PROGRAM, 1, number).unwrap();
    let add = of(ADD);
    assert_eq!((add.count(Outcome::Success), add.count(Outcome::GarbageArguments)), (100, 1));
    assert_eq!((add.received, add.sent), (101 * 40 + 100 * 8, 100 * 28 + 24));
    assert!((2..=101).contains(&add.latency.count()) && add.latency.total() > Duration::ZERO);
    assert_eq!((of(NULL).calls(), of(PANIC).count(Outcome::SystemError)), (1, 1));
    let other = snapshot.procedures.last().unwrap();
    assert_eq!((other.procedure, other.count(Outcome::ProcedureUnavailable)), (None, 1));
    assert!(snapshot.to_prometheus().contains("outcome=\"GARBAGE_ARGS\"} 1\n"));
}

#[test]
fn a_slow_call_is_seen_in_the_latency() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, SLEEP, &words(&[50])))).unwrap();
    read_record(&mut stream);
    // It is counted before its reply is written, its time is noted thereafter.
    let snapshot = until(&server, |snapshot| snapshot.procedure(PROGRAM, 1, SLEEP).unwrap().latency.count() == 1);
    let latency = &snapshot.procedure(PROGRAM, 1, SLEEP).unwrap().latency;
    assert!(snapshot.calls() == 1 && latency.total() >= Duration::from_millis(50), "{latency:?}");
}

#[test]
fn each_reason_to_close_a_connection_has_its_counter() {
    let limits = Limits {
        record: record::Limits { bytes: 4_096, fragments: 8, empty_fragments: 2 },
        record_time: Duration::from_millis(30),
        idle_time: Duration::from_millis(300),
        ..Limits::default()
    };
    let server = start(limits);
    for (bytes, event) in [
        (mark(5_000, true).to_vec(), Event::ClosedRecordBytes),
        ([0, 0, 0, 4, 1, 1, 1, 1].repeat(9), Event::ClosedFragments),
        ([0; 4].repeat(3), Event::ClosedEmptyFragments),
        (mark(0, true).to_vec(), Event::ClosedEmptyRecord),
        (mark(40, true).to_vec(), Event::ClosedRecordTime),
        (Vec::new(), Event::ClosedIdle),
    ] {
        let mut stream = connect(&server);
        stream.write_all(&bytes).unwrap();
        check_closed(&mut stream);
        until(&server, |snapshot| snapshot.count(event) == 1);
    }
    drop(connect(&server));
    let snapshot = until(&server, |snapshot| snapshot.count(Event::ClosedByPeer) == 1);
    assert_eq!((snapshot.count(Event::Accepted), snapshot.connections()), (7, 0));
}

#[test]
fn what_is_no_call_or_a_bad_one_is_counted_by_reason() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    let reply = words(&[1, 1, 0, 0, 0, 0]);
    let other_version = words(&[1, 0, 3, PROGRAM, 1, ADD, 0, 0, 0, 0]);
    let credential = words(&[1, 0, 2, PROGRAM, 1, ADD, 1, 4, 0, 0, 0]);
    for message in [&reply, &words(&[1]), &other_version, &credential] {
        stream.write_all(&record(message)).unwrap();
    }
    check_served_after(&mut stream, 2);
    let events = [Event::RefusedNoCall, Event::RefusedUnparsable, Event::RefusedRpcVersion, Event::RefusedCredential];
    until(&server, |snapshot| events.iter().all(|event| snapshot.count(*event) == 1));
}

/// Reads so many replies, then calls.
fn check_served_after(stream: &mut std::net::TcpStream, replies: usize) {
    (0..replies).for_each(|_| drop(read_record(stream)));
    check_served(stream);
}
