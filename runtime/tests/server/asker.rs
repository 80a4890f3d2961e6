//! Calls that come again while they are in progress.

use super::desk::*;
use super::support::*;
use oncrpc::metrics::Event;
use oncrpc::{RunningServer, Server};
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// Two loops, one thread for the pool, and all is carried out once.
fn serve(desk: &Desk) -> RunningServer {
    let server = Server::new().workers(2).on_pool([procedure(WAIT)]).pool_threads(1).serve(desk.clone());
    let server = server.at_most_once([PARK, WAIT].map(procedure)).listen("tcp://127.0.0.1:0").unwrap();
    server.listen("udp://127.0.0.1:0").unwrap().start().unwrap()
}

fn send(stream: &mut TcpStream, xid: u32, procedure: u32) {
    stream.write_all(&record(&call(xid, procedure, &words(&[xid])))).unwrap();
}

fn until_repeated(server: &RunningServer, count: u64) {
    let end = Instant::now() + PATIENCE;
    while server.metrics().count(Event::RepeatedInProgress) < count {
        assert!(Instant::now() < end);
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_reply_goes_where_the_call_came_from_first_and_last() {
    let desk = Desk::default();
    let server = serve(&desk);
    let mut streams: Vec<_> = (0..3).map(|_| connect(&server)).collect();
    for (count, stream) in (0..).zip(&mut streams) {
        send(stream, 1, PARK);
        desk.await_begun(1);
        until_repeated(&server, count);
    }
    desk.take(1).send(Ok(7));
    for index in [0, 2] {
        assert_eq!(read_record(&mut streams[index]), success(1, &words(&[7])));
    }
    streams.iter_mut().for_each(check_sum);
    assert_eq!((desk.begun(), server.metrics().in_flight), (1, 0));
    assert_eq!(server.metrics().procedure(PROGRAM, 1, PARK).unwrap().calls(), 1);
}

#[test]
fn the_reply_follows_a_caller_that_connects_again_or_sends_a_datagram() {
    let desk = Desk::default();
    let server = serve(&desk);
    let (mut first, mut second) = (connect(&server), connect(&server));
    send(&mut first, 1, PARK);
    desk.await_begun(1);
    drop(first);
    send(&mut second, 1, PARK);
    until_repeated(&server, 1);
    desk.take(1).send(Ok(7));
    assert_eq!(read_record(&mut second), success(1, &words(&[7])));
    send(&mut second, 2, PARK);
    desk.await_begun(2);
    let datagrams = connect_udp(&server);
    datagrams.send(&call(2, PARK, &words(&[2]))).unwrap();
    until_repeated(&server, 2);
    desk.take(2).send(Ok(8));
    let mut reply = [0; 100];
    let length = datagrams.recv(&mut reply).unwrap();
    assert_eq!(reply[..length], success(2, &words(&[8])));
    assert_eq!(read_record(&mut second), success(2, &words(&[8])));
}

#[test]
fn work_that_another_connection_waits_for_is_begun() {
    let desk = Desk::default();
    let server = serve(&desk);
    let (mut first, mut second) = (connect(&server), connect(&server));
    send(&mut second, 1, WAIT);
    desk.await_begun(1);
    send(&mut first, 2, WAIT);
    send(&mut first, 0x5eed, PARK);
    desk.await_begun(2);
    send(&mut second, 2, WAIT);
    until_repeated(&server, 1);
    reset(first);
    while server.metrics().connections() > 1 {
        thread::sleep(Duration::from_millis(1));
    }
    desk.open_gate();
    for xid in [1, 2] {
        assert_eq!(read_record(&mut second), success(xid, &words(&[xid])));
    }
}
