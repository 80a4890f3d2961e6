//! Connections beside each other: they take turns, and the one that has been silent the longest makes room.

use super::support::*;
use oncrpc::Limits;
use std::io::Write;
use std::sync::atomic::Ordering;

#[test]
fn the_longest_silent_makes_room() {
    let server = start(Limits { connections: 4, ..Limits::default() });
    let mut streams: Vec<_> = (0..4).map(|_| connect(&server)).collect();
    streams.iter_mut().for_each(check_served);
    // The first one is now the one that spoke last.
    check_served(&mut streams[0]);
    let mut fifth = connect(&server);
    check_served(&mut fifth);
    check_closed(&mut streams[1]);
    check_served(&mut streams[0]);
    check_served(&mut streams[2]);
    check_served(&mut streams[3]);
    check_served(&mut fifth);
}

#[test]
fn newcomers_are_served_among_many_silent_ones() {
    let server = start(Limits { connections: 10, ..Limits::default() });
    let silent: Vec<_> = (0..200).map(|_| connect(&server)).collect();
    check_served(&mut connect(&server));
    drop(silent);
    check_served(&mut connect(&server));
}

#[test]
fn a_connection_that_left_makes_room() {
    let server = start(Limits { connections: 2, ..Limits::default() });
    let mut lasting = connect(&server);
    for _ in 0..50 {
        check_served(&mut lasting);
        check_served(&mut connect(&server));
    }
    check_served(&mut lasting);
}

/// One peer has many slow calls under way at once, over a stream or in datagrams; another calls in between.
#[test]
fn slow_calls_take_turns_with_others() {
    const CALLS: u32 = 15;
    let probe = Probe::new(PROGRAM, 1);
    let carried_out = probe.calls.clone();
    let server = serve(Limits::default(), probe);
    let mut other = connect(&server);
    check_served(&mut other);
    let sleep = |xid| call(xid, SLEEP, &words(&[40]));

    let mut stream = connect(&server);
    let before = carried_out.load(Ordering::Relaxed);
    stream.write_all(&(0..CALLS).flat_map(|xid| record(&sleep(xid))).collect::<Vec<_>>()).unwrap();
    check_served(&mut other);
    let between = carried_out.load(Ordering::Relaxed) - before;
    assert!(between < CALLS, "{between} calls of the stream came first");
    (0..CALLS).for_each(|xid| assert_eq!(read_record(&mut stream), success(xid, b"")));

    let socket = connect_udp(&server);
    (0..CALLS).for_each(|xid| assert!(socket.send(&sleep(xid)).is_ok()));
    check_served(&mut other);
    socket.set_nonblocking(true).unwrap();
    let replies = (0..CALLS).map_while(|_| socket.recv(&mut [0; 100]).ok()).count();
    assert!(replies < CALLS as usize, "all datagrams came first");
}
