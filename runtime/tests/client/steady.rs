//! What calls cost once a client has made some.

use crate::peer::{PROGRAM, Peer, VERSION, answer_all, bytes, receive_call, success};
use allocation_counter::measure;
use oncrpc::xdr::{Array, Xdr};
use oncrpc::{Client, ClientOptions};
use std::time::Duration;

/// More than one piece of memory that datagrams are cut from holds.
const CALLS: u32 = 1_000;

fn connect(peer: &Peer) -> Client {
    let options =
        ClientOptions::new().retransmit_interval(Duration::from_secs(30)).call_timeout(Duration::from_secs(60));
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap()
}

/// A call with a number, alone and beside another.
fn call(client: &Client, number: u32) {
    let start = || client.start::<u32>(1, |out| u32::encode(&number, out)).unwrap();
    assert_eq!(start().wait().unwrap(), number);
    let both = [start(), start()];
    assert!(both.map(|call| call.wait().unwrap()) == [number; 2]);
}

#[track_caller]
fn check(peer: &Peer) {
    let client = connect(peer);
    (0..CALLS).for_each(|number| call(&client, number));
    let cost = measure(|| (0..CALLS).for_each(|number| call(&client, number)));
    assert_eq!(cost.count_total, 0, "{cost:?}");
}

#[test]
fn calls_on_a_stream_allocate_nothing() {
    let peer = Peer::tcp(|stream| answer_all(stream, |call| vec![call.argument(0)]));
    check(&peer);
    peer.join();
}

#[test]
fn calls_as_datagrams_allocate_nothing() {
    let peer = Peer::udp(|socket| {
        for _ in 0..6 * CALLS {
            let (call, from) = receive_call(&socket);
            socket.send_to(&bytes(&success(call.xid, &[call.argument(0)])), from).unwrap();
        }
    });
    check(&peer);
    peer.join();
}

/// Results as long as the attributes of a file stay in the slot of their call.
#[test]
fn results_of_some_length_cost_no_more_than_their_value() {
    const WORDS: u32 = 27;
    let peer = Peer::tcp(|stream| answer_all(stream, |_| [&[WORDS][..], &[7; WORDS as usize]].concat()));
    let client = connect(&peer);
    let call = || client.start::<Array<u32>>(1, |_| Ok(())).unwrap().wait().unwrap();
    (0..10).for_each(|_| drop(call()));
    let cost = measure(|| assert_eq!(call(), [7; WORDS as usize]));
    assert_eq!(cost.count_total, 1, "{cost:?}");
    drop(client);
    peer.join();
}
