//! Deadlines, shortened: slow senders, silent ones, and peers that do not take their replies.

use super::support::*;
use oncrpc::Limits;
use std::io::Write;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(300);

#[test]
fn slow_senders_are_closed_and_delay_nobody() {
    let server = start(Limits { record_time: SHORT, ..Limits::default() });
    let mut good = connect(&server);
    let mut slow: Vec<_> = (0..50).map(|_| connect(&server)).collect();
    let bytes = record(&call(1, ADD, &[0; 1_000]));
    let begin = Instant::now();
    // A byte now and then does not renew the deadline.
    for byte in bytes.chunks(1) {
        let alive = slow.iter_mut().filter_map(|stream| stream.write_all(byte).ok()).count();
        check_served(&mut good);
        if alive == 0 || begin.elapsed() > PATIENCE {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(begin.elapsed() >= SHORT);
    slow.iter_mut().for_each(check_closed);
}

#[test]
fn one_byte_of_a_mark_is_a_record_that_has_begun() {
    let server = start(Limits { record_time: SHORT, ..Limits::default() });
    let mut stream = connect(&server);
    let begin = Instant::now();
    stream.write_all(&[0x80]).unwrap();
    check_closed(&mut stream);
    assert!(begin.elapsed() >= SHORT);
}

#[test]
fn each_record_has_the_whole_time() {
    let server = start(Limits { record_time: Duration::from_secs(1), ..Limits::default() });
    let mut stream = connect(&server);
    let bytes = record(&call(1, ADD, &words(&[2, 3])));
    // Each write ends one record and begins the next, so that there is always one that has begun.
    let (front, back) = bytes.split_at(20);
    stream.write_all(front).unwrap();
    for _ in 0..15 {
        std::thread::sleep(Duration::from_millis(100));
        stream.write_all(&[back, front].concat()).unwrap();
        assert_eq!(read_record(&mut stream), success(1, &words(&[5])));
    }
}

#[test]
fn a_large_record_that_is_complete_is_not_waited_for() {
    let server = start(Limits { record_time: SHORT, ..Limits::default() });
    let mut stream = connect(&server);
    let data = opaque(&vec![7; 3 << 20]);
    stream.write_all(&record(&call(1, ECHO, &data))).unwrap();
    assert_eq!(read_record(&mut stream), success(1, &data));
    std::thread::sleep(SHORT * 3);
    check_served(&mut stream);
}

#[test]
fn silent_connections_are_closed_and_others_not() {
    let server = start(Limits { idle_time: Duration::from_secs(1), ..Limits::default() });
    let mut silent = connect(&server);
    let mut busy = connect(&server);
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(1_500) {
        check_served(&mut busy);
        std::thread::sleep(Duration::from_millis(50));
    }
    check_closed(&mut silent);
    check_served(&mut busy);
}

#[test]
fn a_peer_that_takes_no_reply_is_closed() {
    let server = start(Limits { write_time: SHORT, ..Limits::default() });
    let mut stream = connect(&server);
    socket2::SockRef::from(&stream).set_recv_buffer_size(4 << 10).unwrap();
    let calls: Vec<u8> = (0..50).flat_map(|xid| record(&call(xid, FILL, &words(&[1 << 20])))).collect();
    stream.write_all(&calls).unwrap();
    let begin = Instant::now();
    // The server's end is gone when writing fails.
    while stream.write_all(&record(&call(1, NULL, b""))).is_ok() {
        assert!(begin.elapsed() < PATIENCE);
        check_served(&mut connect(&server));
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(begin.elapsed() >= SHORT / 2);
}

/// A server whose every deadline is over while a handler sleeps, and the call that makes it.
fn hasty() -> (oncrpc::RunningServer, Vec<u8>) {
    const TIME: Duration = Duration::from_millis(600);
    let limits =
        Limits { record_time: TIME, write_time: TIME, idle_time: TIME, reply_bytes: 32 << 20, ..Limits::default() };
    (start(limits), record(&call(1, SLEEP, &words(&[800]))))
}

#[test]
fn nobody_is_closed_for_what_came_while_a_handler_slept() {
    let (server, sleep) = hasty();
    let bytes = record(&call(2, ADD, &words(&[2, 3])));
    let (front, back) = bytes.split_at(20);
    let (mut begun, mut silent, mut sleeper) = (connect(&server), connect(&server), connect(&server));
    begun.write_all(front).unwrap();
    check_served(&mut silent);
    sleeper.write_all(&sleep).unwrap();
    std::thread::sleep(SHORT / 2);
    begun.write_all(back).unwrap();
    silent.write_all(&bytes).unwrap();
    for stream in [&mut begun, &mut silent] {
        assert_eq!(read_record(stream), success(2, &words(&[5])));
    }
}

#[test]
fn the_time_of_a_handler_is_not_its_callers() {
    let (server, sleep) = hasty();
    let next = record(&call(2, ADD, &words(&[2, 3])));
    // Silent for a while after the reply; and in the middle of its next record.
    for cut in [0, 20] {
        let mut stream = connect(&server);
        let (front, back) = next.split_at(cut);
        stream.write_all(&[&sleep, front].concat()).unwrap();
        assert_eq!(read_record(&mut stream), success(1, b""));
        std::thread::sleep(SHORT / 3);
        stream.write_all(back).unwrap();
        assert_eq!(read_record(&mut stream), success(2, &words(&[5])));
    }
    // A large call that has come as a whole, so that its reply is written before its turn is over.
    let large = |xid, procedure, number| record(&call(xid, procedure, &[words(&[number]), vec![7; 70_000]].concat()));
    let mut stream = connect(&server);
    // The system takes more at a time of who has sent much.
    for xid in 0..20 {
        stream.write_all(&large(xid, FILL, 0)).unwrap();
        assert_eq!(read_record(&mut stream), success(xid, &words(&[0])));
    }
    stream.write_all(&[large(2, SLEEP, 100), large(3, SLEEP, 800)].concat()).unwrap();
    for xid in [2, 3] {
        assert_eq!(read_record(&mut stream), success(xid, b""));
    }
    std::thread::sleep(SHORT / 3);
    check_served(&mut stream);
    // A reply that the system does not take at once.
    const SIZE: u32 = 16 << 20;
    let mut stream = connect(&server);
    stream.write_all(&[sleep, record(&call(2, FILL, &words(&[SIZE])))].concat()).unwrap();
    assert_eq!(read_record(&mut stream), success(1, b""));
    assert_eq!(read_record(&mut stream).len(), SIZE as usize + 28);
}
