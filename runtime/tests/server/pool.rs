//! Calls that are carried out on the pool, and the end of a server that has some.

use super::desk::*;
use super::support::*;
use oncrpc::Limits;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn a_handler_that_waits_delays_nobody() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, WAIT, &words(&[17])))).unwrap();
    desk.await_begun(1);
    check_sum(&mut stream);
    check_sum(&mut connect(&server));
    desk.open_gate();
    assert_eq!(read_record(&mut stream), success(1, &words(&[17])));
}

#[test]
fn calls_over_datagrams_run_there_as_well() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let socket = connect_udp(&server);
    socket.send(&call(1, WAIT, &words(&[17]))).unwrap();
    desk.await_begun(1);
    socket.send(&call(2, SUM, &words(&[1, 2]))).unwrap();
    let mut reply = [0; 100];
    let length = socket.recv(&mut reply).unwrap();
    assert_eq!(reply[..length], success(2, &words(&[3])));
    desk.open_gate();
    let length = socket.recv(&mut reply).unwrap();
    assert_eq!(reply[..length], success(1, &words(&[17])));
}

#[test]
fn a_call_is_tried_on_the_loop_and_goes_to_the_pool_if_it_has_to_wait() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let mut stream = connect(&server);
    for (waits, there) in [(0, 0), (1, 1), (0, 0), (1, 1)] {
        stream.write_all(&record(&call(1, TRY, &words(&[17, waits])))).unwrap();
        assert_eq!(read_record(&mut stream), success(1, &words(&[17, there])));
    }
    let socket = connect_udp(&server);
    socket.send(&call(2, TRY, &words(&[18, 1]))).unwrap();
    let mut reply = [0; 100];
    let length = socket.recv(&mut reply).unwrap();
    assert_eq!(reply[..length], success(2, &words(&[18, 1])));
    assert!(desk.faults().is_empty());
}

#[test]
fn a_call_that_would_have_to_wait_fails_where_it_cannot() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, TRY_HERE, &words(&[17, 1])))).unwrap();
    assert_eq!(read_record(&mut stream), system_error(1));
    check_sum(&mut stream);
    assert_eq!(desk.faults().len(), 1);
    assert!(desk.faults()[0].contains("would have to wait"), "{:?}", desk.faults());
}

#[test]
fn a_call_may_be_deferred_from_there() {
    let desk = Desk::default();
    let server = desk.serve(Limits { connection_calls: 2, ..Limits::default() });
    let mut stream = connect(&server);
    (0..9).for_each(|name| stream.write_all(&record(&call(name, PARK_THERE, &words(&[name])))).unwrap());
    for name in 0..9 {
        desk.take(name).send(Ok(name));
        assert_eq!(read_record(&mut stream), success(name, &words(&[name])));
    }
    check_sum(&mut stream);
}

#[test]
fn large_arguments_and_results_arrive_whole() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let mut stream = connect(&server);
    for length in [0, 8_191, 8_192, 100_001, 3 << 20] {
        let data: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
        stream.write_all(&record(&call(1, ECHO_THERE, &opaque(&data)))).unwrap();
        assert!(read_record(&mut stream) == success(1, &opaque(&data)), "{length} bytes");
    }
}

#[test]
fn arguments_that_make_no_sense_are_refused_from_there() {
    let desk = Desk::default();
    desk.open_gate();
    let server = desk.serve(Limits::default());
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, WAIT, b""))).unwrap();
    assert_eq!(read_record(&mut stream), words(&[1, 1, 0, 0, 0, 4]));
    check_sum(&mut stream);
}

#[test]
fn what_a_dead_peer_wanted_is_not_begun() {
    let desk = Desk::default();
    let server = desk.serve(Limits { calls: 20, ..Limits::default() });
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, WAIT, &words(&[1])))).unwrap();
    desk.await_begun(1);
    for _ in 0..50 {
        let mut dying = connect(&server);
        dying.write_all(&record(&call(1, WAIT, &words(&[2]))).repeat(15)).unwrap();
        dying.write_all(&record(&call(2, SUM, &words(&[20, 22])))).unwrap();
        assert_eq!(read_record(&mut dying), success(2, &words(&[42])), "there is room for its calls");
        reset(dying);
        check_sum(&mut stream);
    }
    desk.open_gate();
    assert_eq!(read_record(&mut stream), success(1, &words(&[1])));
    stream.write_all(&record(&call(3, WAIT, &words(&[3])))).unwrap();
    assert_eq!(read_record(&mut stream), success(3, &words(&[3])));
    assert_eq!(desk.begun(), 2);
}

#[test]
fn a_flood_of_calls_that_ends_in_a_reset_leaves_nothing_behind() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    let mut flood = connect(&server);
    flood.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    let calls = record(&call(1, WAIT, &words(&[1]))).repeat(1_000);
    while flood.write_all(&calls).is_ok() {}
    let mut stream = connect(&server);
    check_sum(&mut stream);
    reset(flood);
    check_sum(&mut stream);
    desk.open_gate();
    stream.write_all(&record(&call(3, WAIT, &words(&[3])))).unwrap();
    assert_eq!(read_record(&mut stream), success(3, &words(&[3])));
    assert_eq!(desk.begun(), 2, "the one that had begun");
}

#[test]
fn stopping_waits_for_what_has_begun() {
    let desk = Desk::default();
    let server = desk.serve(Limits { stop_time: PATIENCE, ..Limits::default() });
    let (mut stream, socket) = (connect(&server), connect_udp(&server));
    stream.write_all(&record(&call(1, WAIT, &words(&[1])))).unwrap();
    stream.write_all(&record(&call(2, WAIT, &words(&[2])))).unwrap();
    stream.write_all(&record(&call(3, PARK, &words(&[3])))).unwrap();
    socket.send(&call(4, PARK, &words(&[4]))).unwrap();
    desk.await_begun(3);
    let stopping = thread::spawn(move || server.stop().unwrap());
    thread::sleep(Duration::from_millis(50));
    assert!(!stopping.is_finished());
    desk.open_gate();
    let mut replies = [read_record(&mut stream), read_record(&mut stream)];
    replies.sort();
    assert_eq!(replies, [success(1, &words(&[1])), success(2, &words(&[2]))]);
    desk.take(3).send(Ok(3));
    assert_eq!(read_record(&mut stream), success(3, &words(&[3])));
    check_closed(&mut stream);
    assert!(!stopping.is_finished(), "a datagram is still to be answered");
    desk.take(4).send(Ok(4));
    let mut reply = [0; 100];
    let length = socket.recv(&mut reply).unwrap();
    assert_eq!(reply[..length], success(4, &words(&[4])));
    stopping.join().unwrap();
}

#[test]
fn stopping_does_not_wait_for_ever() {
    let desk = Desk::default();
    let server = desk.serve(Limits { stop_time: Duration::from_millis(100), ..Limits::default() });
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, WAIT, &words(&[1])))).unwrap();
    stream.write_all(&record(&call(2, WAIT, &words(&[1])))).unwrap();
    stream.write_all(&record(&call(3, PARK, &words(&[3])))).unwrap();
    desk.await_begun(2);
    let begin = Instant::now();
    server.stop().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10));
    check_closed(&mut stream);
    let reply = desk.take(3);
    assert!(!reply.is_wanted());
    reply.send(Ok(3));
    desk.open_gate();
    assert_eq!(desk.begun(), 2, "what had not begun never does");
}
