//! Peers that break the protocol or leave: they lose their connection, nobody else notices.

use super::support::*;
use oncrpc::{Limits, record};
use std::io::Write;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const CAP: u32 = 10_000;

fn limited() -> Limits {
    Limits { record: record::Limits { bytes: CAP as usize, ..Default::default() }, ..Limits::default() }
}

/// Sends `bytes` and checks that the connection is closed at once, and that others are served.
fn check_refused(bytes: &[u8]) {
    let server = start(limited());
    let mut good = connect(&server);
    let mut bad = connect(&server);
    bad.write_all(bytes).unwrap();
    let sent = Instant::now();
    check_closed(&mut bad);
    assert!(sent.elapsed() < Duration::from_secs(10), "closed by a deadline, not at once");
    check_served(&mut good);
    check_served(&mut connect(&server));
}

#[test]
fn a_mark_beyond_the_limit_closes() {
    for length in [CAP + 1, 0x7fff_ffff] {
        for last in [false, true] {
            check_refused(&mark(length, last));
        }
    }
}

#[test]
fn fragments_beyond_the_limit_close() {
    let most = fragment(&call(1, ECHO, &[0; CAP as usize - 48]), false);
    check_refused(&[&most[..], &mark(12, true)].concat());
    check_refused(&[&most[..], &fragment(&[0; 8], false), &mark(4, false)].concat());
    check_refused(&fragment(b"x", false).repeat(1_025));
}

#[test]
fn a_record_at_the_limit_is_served() {
    let server = start(limited());
    let mut stream = connect(&server);
    let data = vec![3; CAP as usize - 44];
    let message = call(1, ECHO, &opaque(&data));
    assert_eq!(message.len(), CAP as usize);
    stream.write_all(&record(&message)).unwrap();
    assert_eq!(read_record(&mut stream), success(1, &opaque(&data)));
    stream.write_all(&[fragment(&message[..1], false), record(&message[1..])].concat()).unwrap();
    assert_eq!(read_record(&mut stream), success(1, &opaque(&data)));
}

#[test]
fn empty_fragments_are_taken_up_to_their_limit() {
    let server = start(limited());
    let mut stream = connect(&server);
    let message = call(1, NULL, b"");
    let bytes: Vec<u8> = message.iter().flat_map(|byte| fragment(&[*byte], false)).collect();
    stream.write_all(&[&bytes[..], &mark(0, true)].concat()).unwrap();
    assert_eq!(read_record(&mut stream), success(1, b""));
    stream.write_all(&[mark(0, false).repeat(16), record(&message)].concat()).unwrap();
    assert_eq!(read_record(&mut stream), success(1, b""));
    check_refused(&mark(0, false).repeat(17));
    check_refused(&mark(0, true));
}

#[test]
fn calls_before_the_fault_are_answered() {
    let server = start(limited());
    let mut stream = connect(&server);
    stream.write_all(&[record(&call(1, ADD, &words(&[2, 3]))), mark(CAP + 1, true).to_vec()].concat()).unwrap();
    assert_eq!(read_record(&mut stream), success(1, &words(&[5])));
    check_closed(&mut stream);
}

#[test]
fn random_bytes_do_no_harm() {
    let server = start(Limits::default());
    let mut state = 0x9e37_79b9_u32;
    for _ in 0..200 {
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(400)
        .collect();
        // Once as they are, once as a record that begins like a call.
        let _ = connect(&server).write_all(&bytes);
        let _ = connect(&server).write_all(&record(&[&call(1, ECHO, b"")[..24], &bytes].concat()));
    }
    check_served(&mut connect(&server));
}

#[test]
fn peers_may_leave_with_replies_in_flight() {
    let server = start(Limits::default());
    let calls: Vec<u8> = (0..64).flat_map(|xid| record(&call(xid, FILL, &words(&[2_000])))).collect();
    for _ in 0..1_000 {
        let mut stream = connect(&server);
        stream.write_all(&calls).unwrap();
        reset(stream);
    }
    check_served(&mut connect(&server));
}

#[test]
fn connect_call_reset_does_no_harm() {
    let server = start(Limits::default());
    for xid in 0..30_000 {
        let mut stream = connect(&server);
        stream.write_all(&record(&call(xid, NULL, b""))).unwrap();
        reset(stream);
    }
    check_served(&mut connect(&server));
}

#[test]
fn a_flood_of_calls_does_no_harm() {
    let server = start(Limits::default());
    let calls = record(&call(1, NULL, b"")).repeat(10_000);
    let mut stream = connect(&server);
    stream.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    // It never reads: at some point the server does not take more, and the write times out.
    for _ in 0..100 {
        if stream.write_all(&calls).is_err() {
            break;
        }
        check_served(&mut connect(&server));
    }
    reset(stream);
    check_served(&mut connect(&server));
}

#[test]
fn a_flood_of_calls_whose_replies_are_taken_delays_nobody() {
    let server = start(Limits::default());
    let calls = record(&call(1, NULL, b"")).repeat(10_000);
    let mut stream = connect(&server);
    let mut reader = stream.try_clone().unwrap();
    let taker = std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    let mut good = connect(&server);
    for _ in 0..20 {
        stream.write_all(&calls).unwrap();
        check_served(&mut good);
    }
    // With whatever is still unanswered.
    stream.shutdown(std::net::Shutdown::Both).unwrap();
    reset(stream);
    let _ = taker.join().unwrap();
    check_served(&mut good);
}

#[test]
fn a_peer_that_does_not_read_is_not_read_from() {
    const REPLY: u32 = 64 << 10;
    const CALLS: u32 = 2_000;
    let probe = Probe::new(PROGRAM, 1);
    let carried_out = probe.calls.clone();
    let server = serve(Limits { output_bytes: 256 << 10, ..Limits::default() }, probe);
    let mut stream = connect(&server);
    let calls: Vec<u8> = (0..CALLS).flat_map(|xid| record(&call(xid, FILL, &words(&[REPLY])))).collect();
    stream.write_all(&calls).unwrap();

    // Others are served while it waits, until its calls make no progress any more.
    let mut good = connect(&server);
    let mut before = u32::MAX;
    while before != carried_out.load(Ordering::Relaxed) {
        before = carried_out.load(Ordering::Relaxed);
        (0..200).for_each(|_| check_served_elsewhere(&mut good));
    }
    assert!(before < CALLS / 2, "{before} replies of 64 KiB were made for a peer that takes none");

    for xid in 0..CALLS {
        let reply = read_record(&mut stream);
        assert_eq!((reply.len(), &reply[..4]), (28 + REPLY as usize, &words(&[xid])[..]));
    }
}

/// As [`check_served`], but not counted.
fn check_served_elsewhere(stream: &mut std::net::TcpStream) {
    stream.write_all(&record(&words(&[5, 0, 2, PROGRAM, 3, NULL, 0, 0, 0, 0]))).unwrap();
    assert_eq!(read_record(stream), success(5, b""));
}
