use super::desk::{Desk, ask, start};
use super::executor::block_on;
use super::office::*;
use oncrpc::{Client, Error, Limits};
use std::sync::atomic::Ordering;
use std::thread;

#[test]
fn a_client_is_asked_while_its_call_is_pending() {
    let server = Office::default().serve(Limits::default(), 2);
    for address in Office::streams(&server) {
        let client = Desk::default().connect_to(address);
        assert_eq!(ask(&client, ASK, &[21]).unwrap(), 42);
        assert_eq!(ask(&client, ASK_LATER, &[21]).unwrap(), 42);
        assert_eq!(ask(&client, ASK_ON_LOOP, &[21]).unwrap(), 1);
        assert_eq!(ask(&client, ASK_OFTEN, &[1_000]).unwrap(), 999_000);
        // The client's handler calls the server, which waits for it, over the same connection.
        assert_eq!(ask(&client, ASK_IN_TURN, &[41]).unwrap(), 42);
        assert_eq!(block_on(start(&client, ASK, &[4]).unwrap()).unwrap(), 8);
    }
}

#[test]
fn a_client_that_only_waits_is_asked() {
    let office = Office::default();
    let server = office.serve(Limits::default(), 1);
    for address in Office::streams(&server) {
        let desk = Desk::default();
        let client = desk.connect_to(address);
        ask(&client, STAY, &[0]).unwrap();
        let back = office.stayed();
        for value in 0..100 {
            assert_eq!(double(&back, value).unwrap().wait().unwrap(), 2 * value);
        }
        (0..10_000).for_each(|_| back.send(NOTE, |_| Ok(())).unwrap());
        back.null().unwrap(); // Behind all of them, as they are carried out in order.
        assert_eq!(desk.noted.load(Ordering::Relaxed), 10_000);
        assert!(matches!(back.share(BACK, 2).null(), Err(Error::ProgramMismatch { low: 1, high: 1 })));
        assert!(matches!(back.share(PROGRAM, 1).null(), Err(Error::ProgramUnavailable)));
        assert!(matches!(back.call::<u32>(99, |_| Ok(())), Err(Error::ProcedureUnavailable)));
        assert!(matches!(back.call::<u32>(DOUBLE, |_| Ok(())), Err(Error::GarbageArguments)));
        assert!(matches!(back.call::<u32>(PANIC, |_| Ok(())), Err(Error::SystemError)));
    }
}

#[test]
fn a_client_answers_later_and_in_any_order() {
    let (office, desk) = (Office::default(), Desk::default());
    let server = office.serve(Limits::default(), 1);
    let client = desk.connect(&server);
    ask(&client, STAY, &[0]).unwrap();
    let back = office.stayed();
    let mut kept: Vec<_> = (0..50).map(|_| back.start::<u32>(KEEP, |_| Ok(())).unwrap()).collect();
    assert_eq!(double(&back, 3).unwrap().wait().unwrap(), 6); // Behind them, and not held up.
    let mut replies = std::mem::take(&mut *desk.kept.lock().unwrap());
    drop(replies.pop());
    replies.into_iter().enumerate().rev().for_each(|(value, reply)| reply.send(Ok(value as u32)));
    assert!(matches!(kept.pop().unwrap().wait(), Err(Error::SystemError)));
    for (pending, value) in kept.into_iter().zip(0..) {
        assert_eq!(pending.wait().unwrap(), value);
    }
}

/// Thousands in flight each way at once, from threads on both sides; each is carried out once and gets its own reply.
#[test]
fn both_call_under_load() {
    const CALLS: u32 = 3_000;
    const ROUNDS: u32 = 3;
    let (office, desk) = (Office::default(), Desk::default());
    let server = office.serve(Limits::default(), 4);
    let client = desk.connect(&server);
    ask(&client, STAY, &[0]).unwrap();
    let back = office.stayed();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                (0..ROUNDS).for_each(|_| call_many(&client, CALLS, |value| start(&client, ADD, &[value, value])))
            });
            scope.spawn(|| (0..ROUNDS).for_each(|_| call_many(&back, CALLS, |value| double(&back, value))));
            scope.spawn(|| (0..300).for_each(|value| assert_eq!(ask(&client, ASK, &[value]).unwrap(), 2 * value)));
        }
    });
    assert_eq!(desk.doubled.load(Ordering::Relaxed), 2 * ROUNDS * CALLS + 600);
}

fn call_many(client: &Client, calls: u32, start: impl Fn(u32) -> oncrpc::Result<oncrpc::Pending<u32>>) {
    let client = client.with_deadline(PATIENCE);
    let pending: Vec<_> = (0..calls).map(|value| start(value).unwrap()).collect();
    client.flush().unwrap();
    for (pending, value) in pending.into_iter().zip(0..) {
        assert_eq!(pending.wait().unwrap(), 2 * value);
    }
}

#[test]
fn tasks_of_a_runtime_call_both_ways() {
    let (office, desk) = (Office::default(), Desk::default());
    let server = office.serve(Limits::default(), 1);
    let client = desk.connect(&server);
    ask(&client, STAY, &[0]).unwrap();
    let back = office.stayed();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let tasks: Vec<_> = (0..500)
        .flat_map(|value| {
            let (client, back) = (client.clone(), back.clone());
            let there = runtime.spawn(async move { start(&client, ADD, &[value, value])?.await });
            let here = runtime.spawn(async move { double(&back, value)?.await });
            [(value, there), (value, here)]
        })
        .collect();
    for (value, task) in tasks {
        assert_eq!(runtime.block_on(task).unwrap().unwrap(), 2 * value);
    }
}

#[test]
fn a_server_knows_when_its_client_is_gone() {
    let (office, desk) = (Office::default(), Desk::default());
    let server = office.serve(Limits::default(), 1);
    let client = desk.connect(&server);
    ask(&client, STAY, &[0]).unwrap();
    let back = office.stayed();
    let pending = back.start::<u32>(KEEP, |_| Ok(())).unwrap();
    double(&back, 1).unwrap().wait().unwrap();
    drop(client);
    assert!(matches!(pending.wait(), Err(Error::Closed { .. })));
    // What it had kept has nowhere to go.
    let reply = desk.kept.lock().unwrap().pop().unwrap();
    assert!(!reply.is_wanted());
    reply.send(Ok(1));
}

#[test]
fn programs_share_a_connection() {
    let server = Office::default().serve(Limits::default(), 1);
    let client = Client::connect(&server.addresses()[0], BACK, 1).unwrap();
    assert!(matches!(client.null(), Err(Error::ProgramUnavailable)));
    let shared = client.share(PROGRAM, 1);
    let (one, other) = (start(&shared, ADD, &[2, 3]).unwrap(), client.start::<u32>(ADD, |_| Ok(())).unwrap());
    assert!(matches!(other.wait(), Err(Error::ProgramUnavailable)));
    assert_eq!(one.wait().unwrap(), 5);
    assert_eq!(server.handle().metrics().connections(), 1);
}
