//! Threads that wait, tasks that await, and those that give up, on one client.

use crate::executor::block_on;
use crate::peer::{PROGRAM, Peer, VERSION, answer_all, read_call};
use bytes::Bytes;
use oncrpc::xdr::{Opaque, Xdr};
use oncrpc::{Client, ClientOptions, Pending};
use std::pin::Pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

fn connect(peer: &Peer) -> Client {
    let options = ClientOptions::new().call_timeout(Duration::from_secs(20));
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap()
}

fn start(client: &Client, argument: u32) -> Pending<u32> {
    client.start::<u32>(1, |out| u32::encode(&argument, out)).unwrap()
}

fn start_opaque(client: &Client, argument: &Bytes) -> Pending<Bytes> {
    client.start::<Opaque>(1, |out| Opaque::<{ u32::MAX }>::encode(argument, out)).unwrap()
}

fn poll_once<T>(pending: &mut Pending<T>) -> bool {
    Pin::new(pending).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// Answers each call with its own arguments.
fn echo() -> Peer {
    Peer::tcp(|stream| {
        answer_all(stream, |call| {
            call.message[40..].chunks(4).map(|word| u32::from_be_bytes(word.try_into().unwrap())).collect()
        })
    })
}

#[test]
fn threads_and_tasks() {
    let peer = echo();
    let client = connect(&peer);
    thread::scope(|scope| {
        for thread in 0..6 {
            let client = client.clone();
            scope.spawn(move || mix(&client, thread));
        }
    });
    drop(client);
    peer.join();
}

fn mix(client: &Client, seed: u64) {
    let mut state = seed;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..80 {
        let length = if random(8) == 0 { 400_000 } else { random(100) as usize * 4 };
        let argument = Bytes::from(vec![random(256) as u8; length]);
        for mut pending in (0..=random(6)).map(|_| start_opaque(client, &argument)).collect::<Vec<_>>() {
            let results = match random(5) {
                0 => pending.wait(),
                1 => block_on(pending),
                2 => match poll_once(&mut pending) {
                    true => continue,
                    false => pending.wait(),
                },
                3 => loop {
                    match pending.try_wait() {
                        Some(outcome) => break outcome,
                        None => thread::yield_now(),
                    }
                },
                _ => {
                    let _ = poll_once(&mut pending);
                    continue;
                }
            };
            assert!(results.unwrap() == argument);
        }
    }
}

/// Futures that are dropped midway give their calls up; the others are answered, and nothing keeps the connection.
#[test]
fn futures_that_are_dropped() {
    let peer = echo();
    let client = connect(&peer);
    let mut pending: Vec<_> = (0..100).map(|argument| start(&client, argument)).collect();
    let complete = pending.iter_mut().map(poll_once).filter(|complete| *complete).count();
    assert!(complete < 100);
    let mut index = 0;
    pending.retain(|_| {
        index += 1;
        index % 2 == 0
    });
    for (pending, argument) in pending.into_iter().zip((1..100).step_by(2)) {
        match block_on(pending) {
            Ok(echo) => assert_eq!(echo, argument),
            // It was complete with the first poll.
            Err(error) => assert!(matches!(error, oncrpc::Error::Taken), "{error:?}"),
        }
    }
    drop(client);
    peer.join();
}

/// A helper that reads does not keep the connection of a client that is gone.
#[test]
fn a_client_that_is_gone() {
    let peer = Peer::tcp(|mut stream| while read_call(&mut stream).is_some() {});
    let client = connect(&peer);
    let mut pending: Vec<_> = (0..10).map(|argument| start(&client, argument)).collect();
    assert!(!pending.iter_mut().any(poll_once));
    thread::sleep(Duration::from_millis(50));
    let begin = Instant::now();
    drop((pending, client));
    peer.join();
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

/// What a task cannot send without waiting is sent by a helper, while another one may read.
#[test]
fn a_peer_that_reads_late() {
    let peer = Peer::tcp(|stream| {
        thread::sleep(Duration::from_millis(300));
        answer_all(stream, |call| vec![u32::try_from(call.message.len()).unwrap()]);
    });
    let options = ClientOptions::new().call_timeout(Duration::from_secs(20)).max_call(40_000_000);
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let mut small = client.start::<u32>(1, |_| Ok(())).unwrap();
    assert!(!poll_once(&mut small));
    thread::sleep(Duration::from_millis(50));
    let large = Bytes::from(vec![1; 32_000_000]);
    let large = client.start::<u32>(1, |out| Opaque::<{ u32::MAX }>::encode(&large, out)).unwrap();
    assert_eq!(block_on(large).unwrap(), 32_000_044);
    assert_eq!(block_on(small).unwrap(), 40);
    drop(client);
    peer.join();
}
