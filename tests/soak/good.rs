//! Clients that keep to the rules, and check every answer.

use oncrpc::Bytes;
use oncrpc_tests::interfaces::blob::blob_v1;
use oncrpc_tests::interfaces::calculator::{Operands, calculator_v1};
use oncrpc_tests::wire::Random;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Calls over `connections` until it is over; how long each took. A connection is renewed now and then.
pub(crate) fn run(connections: usize, address: &str, over: &AtomicBool) -> Vec<Duration> {
    let mut random = Random::new(connections as u64);
    let connect = || calculator_v1::Client::connect(address).unwrap();
    // The allocator keeps what is given back, and more of it the second time: growth is to be seen behind that.
    let mut clients: Vec<_> = (0..connections).map(|_| connect()).collect();
    clients.clear();
    clients.extend((0..connections).map(|_| connect()));
    let mut times = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let index = random.below(clients.len());
        let begin = Instant::now();
        match random.below(20) {
            0 => clients[index] = connect(),
            1 => echo(address, random.below(200_000)),
            _ => add(&clients[index], random.bits() as i32, random.bits() as i32),
        }
        times.push(begin.elapsed());
        thread::sleep(Duration::from_micros(300));
    }
    times
}

fn add(client: &calculator_v1::Client, left: i32, right: i32) {
    assert_eq!(client.add(&Operands { left, right }).unwrap(), i64::from(left) + i64::from(right));
}

fn echo(address: &str, length: usize) {
    let given: Bytes = (0..length).map(|at| (at * 7) as u8).collect();
    let client = blob_v1::Client::connect(address).unwrap();
    assert!(client.echo(given.clone()).unwrap() == given, "{length} bytes come back as they were");
}
