//! Replies that come later, from other threads, in any order.

use super::desk::*;
use super::support::*;
use oncrpc::{Error, Limits};
use std::collections::HashMap;
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

fn park(stream: &mut TcpStream, name: u32) {
    stream.write_all(&record(&call(name, PARK, &words(&[name])))).unwrap();
}

#[test]
fn replies_go_out_as_they_come() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let mut stream = connect(&server);
    (1..=3).for_each(|name| park(&mut stream, name));
    for name in [3, 1, 2] {
        check_sum(&mut stream);
        desk.take(name).send(Ok(name * 10));
        assert_eq!(read_record(&mut stream), success(name, &words(&[name * 10])));
    }
}

#[test]
fn datagrams_are_answered_later_as_well() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let sockets = [connect_udp(&server), connect_udp(&server)];
    for (name, socket) in (1..).zip(&sockets) {
        socket.send(&call(7, PARK, &words(&[name]))).unwrap();
    }
    for (name, socket) in [(2, &sockets[1]), (1, &sockets[0])] {
        desk.take(name).send(Ok(name));
        let mut reply = [0; 100];
        let length = socket.recv(&mut reply).unwrap();
        assert_eq!(reply[..length], success(7, &words(&[name])));
    }
}

#[test]
fn a_call_that_nobody_answers_fails() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let mut stream = connect(&server);
    for procedure in [DROP, LIE, PANIC_THERE] {
        stream.write_all(&record(&call(5, procedure, b""))).unwrap();
        assert_eq!(read_record(&mut stream), system_error(5));
    }
    park(&mut stream, 6);
    desk.take(6).send(Err(Error::GarbageArguments));
    assert_eq!(read_record(&mut stream), words(&[6, 1, 0, 0, 0, 4]));
    let unanswered = Error::Unanswered.to_string();
    assert_eq!(desk.faults(), [&unanswered, &unanswered, "the handler panicked: on the pool"]);
}

#[test]
fn a_call_is_answered_once_however_its_handler_ends() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let mut stream = connect(&server);
    for (xid, panics) in [(1, 0), (2, 1)] {
        stream.write_all(&record(&call(xid, BOTH, &words(&[panics])))).unwrap();
        assert_eq!(read_record(&mut stream), success(xid, &words(&[2])));
        check_sum(&mut stream);
    }
    stream.write_all(&record(&call(3, TELL, b""))).unwrap();
    check_sum(&mut stream);
    assert_eq!(desk.begun(), 1);
}

#[test]
fn ten_thousand_calls_are_answered_once_each() {
    const STREAMS: u32 = 10;
    const CALLS: u32 = 1_000;
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    thread::scope(|scope| {
        for stream in 0..STREAMS {
            let (desk, server) = (&desk, &server);
            let names = (0..CALLS).map(move |call| stream * CALLS + call);
            let answering = names.clone();
            scope.spawn(move || answering.for_each(|name| desk.take(name).send(Ok(name))));
            scope.spawn(move || {
                let mut stream = connect(server);
                let mut writing = stream.try_clone().unwrap();
                let calls: Vec<u8> =
                    names.clone().flat_map(|name| record(&call(name, PARK, &words(&[name])))).collect();
                let writer = thread::spawn(move || writing.write_all(&calls).unwrap());
                let mut replies = HashMap::new();
                for _ in 0..CALLS {
                    let reply = read_record(&mut stream);
                    *replies.entry(reply).or_insert(0) += 1;
                }
                assert!(names.into_iter().all(|name| replies[&success(name, &words(&[name]))] == 1));
                writer.join().unwrap();
                check_sum(&mut stream);
            });
        }
    });
}

#[test]
fn peers_that_leave_take_their_replies_with_them() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let mut good = connect(&server);
    for round in 0..100 {
        let mut leaving = connect(&server);
        (0..10).for_each(|call| park(&mut leaving, round * 10 + call));
        desk.await_begun(round as usize * 10 + 10);
        let before = desk.take(round * 10);
        if round % 2 == 0 {
            drop(leaving)
        } else {
            reset(leaving)
        }
        check_sum(&mut good);
        // The next one has the place of the one that was reset.
        let mut next = connect(&server);
        check_sum(&mut next);
        before.send(Ok(1));
        (1..10).for_each(|call| desk.take(round * 10 + call).send(Ok(1)));
        check_sum(&mut next);
    }
    check_sum(&mut good);
}

#[test]
fn a_peer_is_not_read_while_too_many_of_its_calls_are_in_flight() {
    let desk = Desk::default();
    let server = desk.serve(Limits { connection_calls: 8, ..Limits::default() });
    let mut stream = connect(&server);
    (0..20).for_each(|name| park(&mut stream, name));
    desk.await_begun(8);
    check_sum(&mut connect(&server));
    assert_eq!(desk.begun(), 8);
    for name in 0..20 {
        desk.take(name).send(Ok(name));
        assert_eq!(read_record(&mut stream), success(name, &words(&[name])));
        assert!(desk.begun() <= 9 + name as usize);
    }
    check_sum(&mut stream);
}

#[test]
fn while_too_many_calls_are_in_flight_each_connection_has_one() {
    let desk = Desk::default();
    let server = desk.serve(Limits { calls: 6, ..Limits::default() });
    let mut streams: Vec<_> = (0..3).map(|_| connect(&server)).collect();
    for (index, stream) in (0..).zip(&mut streams) {
        (0..4).for_each(|call| park(stream, index * 4 + call));
    }
    desk.await_begun(6);
    let datagrams = connect_udp(&server);
    datagrams.send(&call(1, SUM, &words(&[1, 1]))).unwrap();
    datagrams.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(datagrams.recv(&mut [0; 100]).is_err(), "a datagram that comes in between is dropped");
    assert!(desk.begun() <= 8, "the others wait");
    check_sum(&mut connect(&server));
    thread::scope(|scope| {
        for name in 0..12 {
            let desk = &desk;
            scope.spawn(move || desk.take(name).send(Ok(name)));
        }
    });
    for stream in &mut streams {
        (0..4).for_each(|_| drop(read_record(stream)));
        check_sum(stream);
    }
}
