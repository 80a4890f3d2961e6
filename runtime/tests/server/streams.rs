//! Calls as they may come over a connection: many at a time, in pieces, half closed.

use super::support::*;
use oncrpc::{Limits, record};
use std::io::{Read, Write};
use std::net::Shutdown;

#[test]
fn pipelined_calls_are_answered_in_order() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    let calls: Vec<u8> = (0..5_000).flat_map(|xid| record(&call(xid, ADD, &words(&[xid, 1])))).collect();
    let mut writer = stream.try_clone().unwrap();
    let sender = std::thread::spawn(move || writer.write_all(&calls).unwrap());
    for xid in 0..5_000 {
        assert_eq!(read_record(&mut stream), success(xid, &words(&[xid + 1])));
    }
    sender.join().unwrap();
}

#[test]
fn a_call_may_come_byte_by_byte() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    let bytes =
        [fragment(&call(1, ADD, b"")[..30], false), record(&[&call(1, ADD, b"")[30..], &words(&[2, 3])].concat())];
    for byte in bytes.concat() {
        stream.write_all(&[byte]).unwrap();
    }
    assert_eq!(read_record(&mut stream), success(1, &words(&[5])));
}

#[test]
fn a_call_may_come_in_two_writes() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    let bytes = record(&call(1, ADD, &words(&[2, 3])));
    for at in 1..bytes.len() {
        stream.write_all(&bytes[..at]).unwrap();
        // The other connection's reply tells that the server has read the first part.
        check_served(&mut connect(&server));
        stream.write_all(&bytes[at..]).unwrap();
        assert_eq!(read_record(&mut stream), success(1, &words(&[5])), "split at {at}");
    }
}

#[test]
fn a_half_closed_connection_gets_its_replies() {
    let server = start(Limits::default());
    for count in [1, 3, 20_000] {
        let mut stream = connect(&server);
        let mut writer = stream.try_clone().unwrap();
        let calls: Vec<u8> = (0..count).flat_map(|xid| record(&call(xid, NULL, b""))).collect();
        let sender = std::thread::spawn(move || {
            writer.write_all(&calls).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        for xid in 0..count {
            assert_eq!(read_record(&mut stream), success(xid, b""));
        }
        assert_eq!(stream.read(&mut [0]).unwrap(), 0, "the server closes when all is answered");
        sender.join().unwrap();
    }
}

#[test]
fn a_connection_that_ends_within_a_record_is_closed() {
    let server = start(Limits::default());
    let bytes = record(&call(1, ADD, &words(&[2, 3])));
    for at in 0..bytes.len() {
        let mut stream = connect(&server);
        stream.write_all(&bytes[..at]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        check_closed(&mut stream);
    }
}

#[test]
fn large_records_travel_both_ways() {
    const MOST: usize = 20 << 20;
    let records = record::Limits { bytes: MOST, ..Default::default() };
    let server = start(Limits { record: records, reply_bytes: MOST, ..Limits::default() });
    let mut stream = connect(&server);
    for size in [8 << 10, 65_532, (256 << 10) - 44, 256 << 10, 1 << 20, (16 << 20) + 1] {
        let data: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        let message = call(9, ECHO, &opaque(&data));
        // Half of them in many fragments, as C peers send them.
        let bytes = if size % 2 == 0 { record(&message) } else { in_fragments(&message) };
        let mut writer = stream.try_clone().unwrap();
        let sender = std::thread::spawn(move || writer.write_all(&bytes).unwrap());
        assert!(read_record(&mut stream) == success(9, &opaque(&data)), "{size} bytes");
        sender.join().unwrap();
    }
}

#[test]
fn four_mebibytes_of_data_fit_by_default() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    let message = call(9, ECHO, &opaque(&vec![7; 4 << 20]));
    let behind = vec![0; record::Limits::DEFAULT.bytes - message.len()];
    for message in [&message[..], &[message.clone(), behind].concat()] {
        let bytes = record(message);
        let mut writer = stream.try_clone().unwrap();
        let sender = std::thread::spawn(move || writer.write_all(&bytes).unwrap());
        assert!(read_record(&mut stream) == success(9, &opaque(&vec![7; 4 << 20])));
        sender.join().unwrap();
    }
    stream.write_all(&mark(record::Limits::DEFAULT.bytes as u32 + 1, true)).unwrap();
    check_closed(&mut stream);
}

fn in_fragments(message: &[u8]) -> Vec<u8> {
    let (last, rest) = message.split_at(message.len() - 1);
    let mut bytes: Vec<u8> = last.chunks(65_532).flat_map(|chunk| fragment(chunk, false)).collect();
    bytes.extend(record(rest));
    bytes
}

#[test]
fn a_reply_beyond_its_limit_becomes_a_system_error() {
    let server = start(Limits { reply_bytes: 1_000, ..Limits::default() });
    let mut stream = connect(&server);
    let fits = 1_000 - 28;
    for (size, ok) in [(fits, true), (fits + 4, false), (1 << 20, false), (fits, true)] {
        stream.write_all(&record(&call(5, FILL, &words(&[size])))).unwrap();
        let expected = if ok { success(5, &opaque(&vec![0xab; size as usize])) } else { words(&[5, 1, 0, 0, 0, 5]) };
        assert_eq!(read_record(&mut stream), expected, "{size} bytes");
    }
}
