//! Calls that nobody answers in time.

use super::desk::*;
use super::support::*;
use oncrpc::metrics::Event;
use oncrpc::{Limits, RunningServer};
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

fn serve(desk: &Desk, limits: Limits) -> RunningServer {
    desk.serve(Limits { call_time: Duration::from_millis(150), ..limits })
}

fn send(stream: &mut TcpStream, xid: u32, procedure: u32) {
    stream.write_all(&record(&call(xid, procedure, &words(&[xid])))).unwrap();
}

/// Waits until so many calls were given up, and none is in flight.
fn until_expired(server: &RunningServer, count: u64) {
    let end = Instant::now() + PATIENCE;
    loop {
        let snapshot = server.metrics();
        if (snapshot.count(Event::ExpiredCall), snapshot.in_flight) == (count, 0) {
            return;
        }
        assert!(Instant::now() < end, "{snapshot:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_call_that_is_not_answered_in_time_fails_and_leaves_its_place() {
    let desk = Desk::default();
    let server = serve(&desk, Limits::default());
    let mut stream = connect(&server);
    for (count, procedure) in [(1, PARK), (2, PARK_THERE)] {
        send(&mut stream, count, procedure);
        assert_eq!(read_record(&mut stream), system_error(count));
        until_expired(&server, count.into());
        let late = desk.take(count);
        assert!(!late.is_wanted());
        late.send(Ok(7));
        check_sum(&mut stream);
    }
    let datagrams = connect_udp(&server);
    datagrams.send(&call(3, PARK, &words(&[3]))).unwrap();
    let mut reply = [0; 100];
    let length = datagrams.recv(&mut reply).unwrap();
    assert_eq!(reply[..length], system_error(3));
    until_expired(&server, 3);
    assert!(desk.faults().iter().all(|fault| fault.contains("was not within 150ms")), "{:?}", desk.faults());
    assert!(server.metrics().to_prometheus().contains("\noncrpc_calls_expired_total 3\n"));
}

#[test]
fn work_that_has_not_begun_in_time_is_dropped() {
    let desk = Desk::default();
    let server = serve(&desk, Limits::default());
    let mut stream = connect(&server);
    (1..=3).for_each(|xid| send(&mut stream, xid, WAIT));
    for xid in 1..=3 {
        assert_eq!(read_record(&mut stream), system_error(xid));
    }
    until_expired(&server, 3);
    desk.open_gate();
    // The one that was begun ends, and its results go nowhere.
    send(&mut stream, 4, WAIT);
    assert_eq!(read_record(&mut stream), success(4, &words(&[4])));
    assert_eq!(desk.begun(), 2);
    check_sum(&mut stream);
}

#[test]
fn calls_of_peers_that_have_left_do_not_fill_the_server() {
    let desk = Desk::default();
    let server = serve(&desk, Limits { calls: 4, ..Limits::default() });
    let mut leaving = connect(&server);
    (0..4).for_each(|xid| send(&mut leaving, xid, PARK));
    desk.await_begun(4);
    drop(leaving);
    check_sum(&mut connect(&server));
    until_expired(&server, 4);
}
