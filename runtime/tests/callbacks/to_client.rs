//! A server made of bytes that calls its client.

use super::desk::{Desk, ask, start};
use super::office::*;
use super::peer::{Message, Peer, call_of, success, words};
use oncrpc::{Client, Error};
use std::io::Write;
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    (listener, address)
}

fn connect(desk: &Desk, address: &str) -> Client {
    Client::connect_with(address, PROGRAM, 1, &desk.options()).unwrap()
}

fn call_back(peer: &mut Peer, xid: u32, procedure: u32, arguments: &[u32]) {
    peer.send(&call_of(BACK, xid, procedure, arguments));
}

fn next_call(peer: &mut Peer) -> u32 {
    match peer.receive_from(PROGRAM) {
        Message::Call { xid, .. } => xid,
        reply => panic!("{reply:?}"),
    }
}

#[test]
fn equal_numbers_both_ways_are_told_apart() {
    let (listener, address) = listen();
    let client = connect(&Desk::default(), &address);
    let mut peer = Peer::accept(&listener);
    let pending = thread::spawn(move || start(&client, ADD, &[1, 2]).unwrap().wait());
    let xid = next_call(&mut peer);
    for value in 0..100 {
        call_back(&mut peer, xid, DOUBLE, &[value]);
        peer.check_reply(xid, 2 * value);
    }
    peer.reply(xid, 3);
    assert_eq!(pending.join().unwrap().unwrap(), 3);
}

#[test]
fn it_serves_again_over_the_next_connection() {
    let (listener, address) = listen();
    let desk = Desk::default();
    let client = connect(&desk, &address);
    for round in 0..5 {
        let mut peer = if round == 0 { Peer::accept(&listener) } else { again(&listener, &client) };
        call_back(&mut peer, round, DOUBLE, &[round]);
        peer.check_reply(round, 2 * round);
        // This one is still being carried out when the connection ends: its reply is for nobody.
        call_back(&mut peer, 7, KEEP, &[]);
        call_back(&mut peer, 8, DOUBLE, &[1]);
        peer.check_reply(8, 2);
    }
    drop(client);
    assert!(desk.kept.lock().unwrap().drain(..).all(|reply| !reply.is_wanted()));
}

/// The client connects because it calls.
fn again(listener: &TcpListener, client: &Client) -> Peer {
    let client = client.clone();
    let pending = thread::spawn(move || while ask(&client, ADD, &[1, 2]).is_err() {});
    let mut peer = Peer::accept(listener);
    let xid = next_call(&mut peer);
    peer.reply(xid, 3);
    pending.join().unwrap();
    peer
}

#[test]
fn what_is_kept_of_a_connection_ends_with_it() {
    let (listener, address) = listen();
    let desk = Desk::default();
    let client = connect(&desk, &address);
    for round in 0..3 {
        let mut peer = if round == 0 { Peer::accept(&listener) } else { again(&listener, &client) };
        for count in 1..=3 {
            call_back(&mut peer, count, COUNT, &[]);
            peer.check_reply(count, count);
        }
        assert_eq!(desk.ended.load(Ordering::Relaxed), round);
    }
}

#[test]
fn without_anything_to_serve_calls_are_skipped() {
    let (listener, address) = listen();
    let client = Client::connect(&address, PROGRAM, 1).unwrap();
    let mut peer = Peer::accept(&listener);
    let pending = start(&client, ADD, &[1, 2]).unwrap();
    client.flush().unwrap();
    let xid = next_call(&mut peer);
    call_back(&mut peer, xid, DOUBLE, &[1]);
    peer.reply(xid, 3);
    assert_eq!(pending.wait().unwrap(), 3);
}

#[test]
fn headers_are_checked_as_by_a_server() {
    let (listener, address) = listen();
    let client = connect(&Desk::default(), &address);
    let mut peer = Peer::accept(&listener);
    // RPC version 3, a credential of an unknown flavor, a program that is not served.
    peer.send(&words(&[1, 0, 3, BACK, 1, DOUBLE, 0, 0, 0, 0]));
    assert_eq!(peer.receive_bytes(), words(&[1, 1, 1, 0, 2, 2]));
    peer.send(&words(&[2, 0, 2, BACK, 1, DOUBLE, 77, 0, 0, 0]));
    assert_eq!(peer.receive_bytes(), words(&[2, 1, 1, 1, 2]));
    peer.send(&call_of(PROGRAM, 3, DOUBLE, &[1]));
    assert_eq!(peer.receive_bytes(), words(&[3, 1, 0, 0, 0, 1]));
    // What is neither call nor reply, and a call without an end, are not answered.
    peer.send(&words(&[4, 2, 2, BACK, 1, DOUBLE, 0, 0, 0, 0]));
    peer.send(&words(&[5, 0, 2, BACK]));
    call_back(&mut peer, 6, DOUBLE, &[1]);
    peer.check_reply(6, 2);
    drop(client);
}

/// Their places are for others then, although there are as many as may be answered later.
#[test]
fn calls_that_nobody_answers_in_time_are_given_up() {
    let (listener, address) = listen();
    let desk = Desk::default();
    let options = desk.options().answer_timeout(Duration::from_millis(150));
    let client = Client::connect_with(&address, PROGRAM, 1, &options).unwrap();
    let mut peer = Peer::accept(&listener);
    for round in 0..3 {
        (0..64).for_each(|xid| call_back(&mut peer, xid, KEEP, &[]));
        call_back(&mut peer, 64, DOUBLE, &[round]);
        let mut replies: Vec<_> = (0..65).map(|_| peer.receive_bytes()).collect();
        replies.sort();
        let given_up = (0..64).map(|xid| words(&[xid, 1, 0, 0, 0, 5]));
        assert!(replies.into_iter().eq(given_up.chain([success(64, &[2 * round])])));
        let late: Vec<_> = desk.kept.lock().unwrap().drain(..).collect();
        assert_eq!(late.len(), 64);
        for reply in late {
            assert!(!reply.is_wanted());
            reply.send(Ok(7));
        }
    }
    call_back(&mut peer, 1, DOUBLE, &[1]);
    peer.check_reply(1, 2);
    drop(client);
}

/// It calls without end and reads no replies: the client reads no further, its own calls have their time, and it ends.
#[test]
fn a_server_that_floods_its_client_is_held_up() {
    let (listener, address) = listen();
    let desk = Desk::default();
    let client = connect(&desk, &address);
    let peer = Peer::accept(&listener);
    peer.0.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let record = super::peer::record(&call_of(BACK, 1, DOUBLE, &[1]));
    let flood = record.repeat(1_000);
    let mut sent = 0_usize;
    while (&peer.0).write_all(&flood).is_ok() {
        sent += flood.len();
        assert!(sent < 256 << 20, "it is read without end");
    }
    let late = ask(&client.with_deadline(Duration::from_millis(100)), ADD, &[1, 2]);
    assert!(matches!(late, Err(Error::TimedOut { .. })), "{late:?}");
    let answered = desk.doubled.load(Ordering::Relaxed) as usize;
    assert!(answered * record.len() < sent, "what it has not answered waits");
}

/// Its own reply comes behind many calls, which are carried out meanwhile.
#[test]
fn replies_come_between_calls() {
    let (listener, address) = listen();
    let desk = Desk::default();
    let client = connect(&desk, &address);
    let mut peer = Peer::accept(&listener);
    let pending = start(&client, ADD, &[1, 2]).unwrap();
    client.flush().unwrap();
    let xid = next_call(&mut peer);
    for number in 0..2_000 {
        call_back(&mut peer, number, DOUBLE, &[number]);
    }
    peer.reply(xid, 3);
    assert_eq!(pending.wait().unwrap(), 3);
    (0..2_000).for_each(|number| peer.check_reply(number, 2 * number));
}
