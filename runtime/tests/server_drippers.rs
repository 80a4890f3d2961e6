//! Many peers that send a byte now and then. Alone in its binary: it needs most of the descriptors.
#![cfg(feature = "net")]

use oncrpc::{Limits, Server};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Time for a record: long enough for the good peer to call many times before it is over.
const RECORD_TIME: Duration = Duration::from_secs(2);

/// A peer that waits longer than this is not served, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// As many as both ends of a connection find descriptors for.
fn drippers() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    files.map_or(1_000, |files: usize| (files.saturating_sub(100) / 2).min(1_000))
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Calls a program that is not served and waits until it is told so; how long that took.
fn call(stream: &mut TcpStream) -> Duration {
    let call: Vec<u8> =
        [0x8000_0028_u32, 1, 0, 2, 99, 1, 0, 0, 0, 0, 0].iter().flat_map(|word| word.to_be_bytes()).collect();
    let begin = Instant::now();
    stream.write_all(&call).unwrap();
    stream.read_exact(&mut [0; 28]).unwrap();
    begin.elapsed()
}

/// Closed, whatever it was answered before: zeros are a call of an RPC version that there is not.
fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn they_delay_nobody_and_are_closed_in_time() {
    let limits = Limits { record_time: RECORD_TIME, ..Limits::default() };
    let server = Server::new().limits(limits).listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let address = server.addresses()[0].strip_prefix("tcp://").unwrap().parse().unwrap();
    let mut good = connect(address);
    let begin = Instant::now();
    let mut slow: Vec<_> = (0..drippers()).map(|_| connect(address)).collect();
    // A mark that announces a megabyte, and bytes of it, one at a time.
    let bytes = 0x8010_0000_u32.to_be_bytes().into_iter().chain(std::iter::repeat(0));
    let mut times = Vec::new();
    for (round, byte) in bytes.enumerate() {
        let alive = slow.iter_mut().filter_map(|stream| stream.write_all(&[byte]).ok()).count();
        assert!(round > 0 || alive == slow.len());
        times.extend((0..10).map(|_| call(&mut good)));
        if alive == 0 {
            break;
        }
        assert!(begin.elapsed() < PATIENCE, "{alive} still send after {:?}", begin.elapsed());
    }
    assert!(begin.elapsed() >= RECORD_TIME);
    assert!(slow.iter_mut().all(is_closed));
    times.sort();
    // A server that waits for one of them, or looks at all of them for each call, is far beyond.
    let median = times[times.len() / 2];
    assert!(median < Duration::from_millis(5), "half the calls take more than {median:?}");
}
