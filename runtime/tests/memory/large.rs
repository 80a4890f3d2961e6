//! What large records leave behind.

use super::desk::{ECHO, SLOW};
use super::load::{ask, call, connect, idle_peers, opaque, record};
use super::server::{Process, run};
use super::{ALONE, PLAIN, server};
use oncrpc::{Limits, ReplayLimits};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::PoisonError;

/// Bytes of a record that is large.
const LARGE: usize = 2 << 20;

/// Of one that many can follow while a call is under way, and what the server takes for one, and for what else it does the first
/// time.
const MANY: usize = 256 << 10;
const USUAL: usize = 3 << 20;

/// Hardly anything is captured.
fn serve() {
    run(Limits { replay: ReplayLimits { bytes: 64 << 10, ..ReplayLimits::default() }, ..Limits::default() }, 1);
}

/// A large call with a small reply.
fn large(xid: u32, length: usize) -> Vec<u8> {
    call(xid, ECHO, &[opaque(8), vec![0; length]].concat())
}

#[test]
fn what_they_took_is_given_back() {
    const TEST: &str = "large::what_they_took_is_given_back";
    if server::is_asked_for() {
        return serve();
    }
    let _one_at_a_time = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let process = Process::start(TEST, PLAIN);
    let idle = idle_peers(process.address(), 1);
    let before = process.usage();
    let mut peer = connect(process.address());
    (0..5).for_each(|xid| ask(&mut peer, &large(xid, LARGE), 24 + 12).unwrap());
    assert!(process.peak() > before.resident + LARGE);
    // The peer is still there.
    process.usage_when(|usage| usage.resident < before.resident + LARGE / 2);
    ask(&mut peer, &large(5, LARGE), 24 + 12).unwrap();
    drop(idle);
}

/// Each of the small ones comes where the large one was.
#[test]
fn small_calls_that_wait_do_not_keep_it() {
    const TEST: &str = "large::small_calls_that_wait_do_not_keep_it";
    if server::is_asked_for() {
        return serve();
    }
    let _one_at_a_time = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let process = Process::start(TEST, PLAIN);
    let mut peer = connect(process.address());
    let before = process.usage();
    for number in 0..60 {
        peer.write_all(&record(&large(number, MANY))).unwrap();
        while next_reply(&mut peer) != number {}
        peer.write_all(&record(&call(1_000, SLOW, &opaque(8)))).unwrap();
    }
    let most = process.peak() - before.resident;
    assert!(most < USUAL, "{most} bytes");
}

/// The xid of the next reply.
fn next_reply(stream: &mut TcpStream) -> u32 {
    let mut mark = [0; 4];
    stream.read_exact(&mut mark).unwrap();
    let mut reply = vec![0; (u32::from_be_bytes(mark) & 0x7fff_ffff) as usize];
    stream.read_exact(&mut reply).unwrap();
    u32::from_be_bytes(reply[..4].try_into().unwrap())
}
