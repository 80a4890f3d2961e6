//! What a hostile server costs a client.

use crate::executor::block_on;
use crate::peer::{Call, PROGRAM, Peer, VERSION, read_call, record, success};
use allocation_counter::measure;
use oncrpc::xdr::Opaque;
use oncrpc::{Bytes, Client, ClientOptions, Error, Pending, Result};
use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;

/// Long enough that what came before has been read.
const PAUSE: Duration = Duration::from_millis(20);

fn connect(peer: &Peer, options: ClientOptions) -> Client {
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options.reconnect(false)).unwrap()
}

fn start(client: &Client) -> Pending<Bytes> {
    client.start::<Opaque>(1, |_| Ok(())).unwrap()
}

/// A reply with so much data.
fn large(xid: u32, length: usize) -> Vec<u8> {
    record(&[&success(xid, &[length as u32])[..], &vec![0x6161_6161; length / 4]].concat())
}

fn read_calls(stream: &mut TcpStream, count: usize) -> Vec<Call> {
    (0..count).map(|_| read_call(stream).unwrap()).collect()
}

fn is_dropped(outcome: &Result<Bytes>, limit: usize) -> bool {
    matches!(outcome, Err(error @ Error::ReplyDropped { limit: found }) if *found == limit && !error.is_unsent())
}

/// Those come first that nobody waits for yet.
#[test]
fn replies_that_nobody_takes_are_kept_up_to_a_limit() {
    const CALLS: usize = 64;
    let peer = Peer::tcp(|mut stream| {
        for call in read_calls(&mut stream, CALLS).iter().rev() {
            stream.write_all(&large(call.xid, MIB)).unwrap();
        }
        let call = read_call(&mut stream).unwrap();
        stream.write_all(&large(call.xid, MIB)).unwrap();
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer, ClientOptions::new().max_kept(4 * MIB));
    let mut pending: Vec<_> = (0..CALLS).map(|_| start(&client)).collect();
    let (first, rest) = (pending.remove(0), pending);
    let mut length = 0;
    let cost = measure(|| length = first.wait().unwrap().len());
    assert_eq!(length, MIB, "it is waited for, whatever is kept");
    assert!(cost.bytes_max < 16 * MIB as u64, "{} bytes", cost.bytes_max);
    let outcomes: Vec<_> = rest.into_iter().rev().map(Pending::wait).collect();
    let (kept, dropped) = outcomes.split_at(4);
    assert!(kept.iter().all(|outcome| outcome.as_ref().is_ok_and(|data| data.len() == MIB)), "{kept:?}");
    assert!(dropped.iter().all(|outcome| is_dropped(outcome, 4 * MIB)));
    // There is room again.
    assert_eq!(start(&client).wait().unwrap().len(), MIB);
    drop(client);
    peer.join();
}

#[test]
fn replies_that_are_waited_for_come_whatever_is_kept() {
    let peer = Peer::tcp(|mut stream| {
        for count in [3, 1] {
            let calls = read_calls(&mut stream, count);
            calls.iter().for_each(|call| stream.write_all(&large(call.xid, 1_000)).unwrap());
        }
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer, ClientOptions::new().max_kept(1));
    let left = [start(&client), start(&client)];
    assert_eq!(start(&client).wait().unwrap().len(), 1_000);
    assert_eq!(block_on(start(&client)).unwrap().len(), 1_000);
    let [first, second] = left.map(Pending::wait);
    assert_eq!(first.unwrap().len(), 1_000);
    assert!(is_dropped(&second, 1), "{second:?}");
    drop(client);
    peer.join();
}

/// Whoever waits for a call does so before it is sent: another thread may read its reply at once.
#[test]
fn replies_that_another_thread_reads_come_whatever_is_kept() {
    const CALLS: usize = 2_000;
    let peer = Peer::tcp(|mut stream| {
        let first = read_calls(&mut stream, 1).remove(0);
        for _ in 0..CALLS {
            let call = read_call(&mut stream).unwrap();
            stream.write_all(&record(&success(call.xid, &[0]))).unwrap();
        }
        stream.write_all(&record(&success(first.xid, &[0]))).unwrap();
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer, ClientOptions::new().max_kept(0));
    let first = start(&client);
    client.flush().unwrap();
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| first.wait().unwrap());
        for number in 0..CALLS {
            let outcome = client.call::<Opaque>(1, |_| Ok(()));
            assert!(outcome.is_ok(), "call {number}: {outcome:?}");
        }
        reading.join().unwrap();
    });
    drop(client);
    peer.join();
}

/// They are read as long as somebody waits, and not kept; then the server is left with them.
#[test]
fn a_flood_of_large_stale_replies_costs_nothing_that_lasts() {
    let peer = Peer::tcp(|mut stream| {
        stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
        let calls = read_calls(&mut stream, 1);
        let stale = large(calls[0].xid.wrapping_add(7), 2 * MIB);
        while stream.write_all(&stale).is_ok() {}
    });
    let client = connect(&peer, ClientOptions::new().call_timeout(Duration::from_millis(400)));
    let cost = measure(|| assert!(matches!(start(&client).wait(), Err(Error::TimedOut { .. }))));
    assert!(cost.bytes_max < 8 * MIB as u64, "{} bytes", cost.bytes_max);
    assert!(cost.bytes_current < MIB as i64 * 5, "what is left is one record at most: {cost:?}");
    let begin = Instant::now();
    peer.join();
    assert!(begin.elapsed() < Duration::from_secs(10), "it is read by nobody any more");
    drop(client);
}

#[test]
fn a_flood_of_calls_at_a_client_that_serves_none() {
    const CALLS: u32 = 100_000;
    let peer = Peer::tcp(|mut stream| {
        for answered in 0..2 {
            let calls = read_calls(&mut stream, 1);
            let xid = calls[0].xid;
            let call = record(&[xid, 0, 2, PROGRAM, VERSION, 1, 0, 0, 0, 0]);
            for _ in 0..CALLS / 1_000 {
                stream.write_all(&call.repeat(1_000)).unwrap();
            }
            stream.write_all(&large(xid, 1_000 + 4 * answered)).unwrap();
        }
        assert!(read_call(&mut stream).is_none(), "no call is answered");
    });
    let client = connect(&peer, ClientOptions::new());
    let cost = measure(|| assert_eq!(start(&client).wait().unwrap().len(), 1_000));
    assert!(cost.bytes_max < 64 << 10, "{} bytes", cost.bytes_max);
    assert_eq!(block_on(start(&client)).unwrap().len(), 1_004);
    drop(client);
    peer.join();
}

/// Each small one comes where a large one was expected.
#[test]
fn a_small_reply_keeps_no_memory_of_a_large_one() {
    const CALLS: usize = 16;
    let peer = Peer::tcp(|mut stream| {
        let calls = read_calls(&mut stream, CALLS + 1);
        let (last, small) = calls.split_last().unwrap();
        for call in small {
            stream.write_all(&large(last.xid.wrapping_add(7), 2 * MIB)).unwrap();
            sleep(PAUSE);
            stream.write_all(&large(call.xid, 200)).unwrap();
            sleep(PAUSE);
        }
        stream.write_all(&large(last.xid, 200)).unwrap();
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer, ClientOptions::new());
    let mut kept = Vec::with_capacity(CALLS);
    let cost = measure(|| {
        let pending: Vec<_> = (0..CALLS).map(|_| start(&client)).collect();
        assert_eq!(start(&client).wait().unwrap().len(), 200);
        kept.extend(pending.into_iter().map(|call| call.wait().unwrap()));
    });
    assert!(kept.iter().all(|data| data.len() == 200));
    assert!(cost.bytes_current < 6 * MIB as i64, "{cost:?}");
    drop(client);
    peer.join();
}
