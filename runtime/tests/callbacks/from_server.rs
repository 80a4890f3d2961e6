use super::executor::{block_on, join_all};
use super::office::*;
use super::peer::{Message, Peer};
use oncrpc::{Error, Limits};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn a_handler_asks_its_caller() {
    let server = Office::default().serve(Limits::default(), 1);
    let mut peer = Peer::new(&server);
    for asking in [ASK, ASK_LATER] {
        peer.call(1, asking, &[21]);
        let (xid, value) = peer.called();
        assert_eq!(value, 21);
        // Its own calls are answered meanwhile, one with the xid of the call that has come.
        peer.call(xid, ADD, &[2, 3]);
        peer.check_reply(xid, 5);
        peer.reply(xid, 42);
        peer.check_reply(1, 42);
    }
}

#[test]
fn a_handler_on_the_loop_does_not_wait_for_it() {
    let server = Office::default().serve(Limits::default(), 1);
    let mut peer = Peer::new(&server);
    peer.call(1, ASK_ON_LOOP, &[21]);
    peer.check_reply(1, 1);
    // The call had been started: it is given up, and a reply to it is skipped.
    let (xid, _) = peer.called();
    peer.reply(xid, 42);
    peer.call(2, ADD, &[2, 3]);
    peer.check_reply(2, 5);
}

#[test]
fn replies_come_in_any_order() {
    let server = Office::default().serve(Limits::default(), 1);
    let mut peer = Peer::new(&server);
    peer.call(1, ASK_OFTEN, &[1_000]);
    let mut asked: Vec<_> = (0..1_000).map(|_| peer.called()).collect();
    asked.sort_by_key(|(_, value)| (value % 7, value % 5));
    asked.into_iter().for_each(|(xid, value)| peer.reply(xid, 2 * value));
    peer.check_reply(1, 999_000);
}

/// The calls that fill the connection wait for replies, which come behind more calls.
#[test]
fn replies_are_taken_while_too_many_calls_are_in_flight() {
    for limits in [Limits { connection_calls: 2, ..Limits::default() }, Limits { calls: 2, ..Limits::default() }] {
        let server = Office::default().serve(limits, 2);
        let mut peer = Peer::new(&server);
        (0..100).for_each(|xid| peer.call(xid, ASK, &[xid]));
        let mut answered = [false; 100];
        while answered.contains(&false) {
            match peer.receive() {
                Message::Call { xid, arguments, .. } => {
                    peer.reply(xid, 2 * u32::from_be_bytes(arguments.try_into().unwrap()));
                }
                Message::Reply { xid, status, results } => {
                    assert_eq!((status, results), (0, (2 * xid).to_be_bytes().to_vec()));
                    assert!(!std::mem::replace(&mut answered[xid as usize], true));
                }
            }
        }
    }
}

#[test]
fn a_handle_outlives_its_handler_and_not_its_connection() {
    let office = Office::default();
    let server = office.serve(Limits::default(), 1);
    let mut peer = Peer::new(&server);
    peer.call(1, STAY, &[0]);
    peer.check_reply(1, 0);
    let client = office.stayed();
    let waiting = client.clone();
    let waiting = thread::spawn(move || double(&waiting, 5).unwrap().wait().unwrap());
    let (xid, value) = peer.called();
    peer.reply(xid, 2 * value);
    assert_eq!(waiting.join().unwrap(), 10);

    // In flight when it ends: waited for, awaited, looked at; and begun afterwards.
    let (first, second) = (double(&client, 6).unwrap(), double(&client, 7).unwrap());
    let mut third = double(&client, 8).unwrap();
    let waiting = thread::spawn(move || first.wait());
    let awaiting = thread::spawn(move || block_on(second));
    (0..3).for_each(|_| _ = peer.called());
    drop(peer);
    let is_closed = |outcome| matches!(outcome, Err(Error::Closed { within_reply: false, .. }));
    assert!(is_closed(waiting.join().unwrap()));
    assert!(is_closed(awaiting.join().unwrap()));
    assert!(is_closed(third.try_wait().unwrap()));
    assert!(is_closed(double(&client, 9).map(drop).map(|()| 0)));
    assert!(matches!(client.send(NOTE, |_| Ok(())), Err(Error::Closed { .. })));
    assert!(matches!(client.flush(), Err(Error::Closed { .. })));
}

#[test]
fn a_server_that_stops_ends_its_calls() {
    let office = Office::default();
    let server = office.serve(Limits::default(), 1);
    let mut peer = Peer::new(&server);
    peer.call(1, STAY, &[0]);
    let client = office.stayed();
    let pending = double(&client, 6).unwrap();
    let waiting = thread::spawn(move || pending.wait());
    peer.check_reply(1, 0);
    peer.called();
    server.stop().unwrap();
    assert!(matches!(waiting.join().unwrap(), Err(Error::Closed { .. })));
    assert!(matches!(double(&client, 1), Err(Error::Closed { .. })));
}

#[test]
fn calls_have_their_time() {
    let time = Duration::from_millis(50);
    let office = Office { deadline: Some(time), ..Office::default() };
    let server = office.serve(Limits::default(), 1);
    let mut peer = Peer::new(&server);
    peer.call(1, STAY, &[0]);
    let client = office.stayed();
    let begin = Instant::now();
    assert!(matches!(double(&client, 1).unwrap().wait(), Err(Error::TimedOut { .. })));
    assert!(matches!(block_on(double(&client, 2).unwrap()), Err(Error::TimedOut { .. })));
    let many = (0..100).map(|value| double(&client, value).unwrap()).collect();
    assert!(block_on(join_all(many)).iter().all(|outcome| matches!(outcome, Err(Error::TimedOut { .. }))));
    assert!(begin.elapsed() >= 3 * time);
    // Late replies are skipped.
    peer.check_reply(1, 0);
    for _ in 0..102 {
        let (xid, _) = peer.called();
        peer.reply(xid, 0);
    }
    let pending = double(&client.with_deadline(PATIENCE), 4).unwrap();
    let (xid, _) = peer.called();
    peer.reply(xid, 8);
    assert_eq!(pending.wait().unwrap(), 8);
}

#[test]
fn datagrams_have_no_connection() {
    let server = Office::default().serve(Limits::default(), 1);
    let client = oncrpc::Client::connect(&server.addresses()[1], PROGRAM, 1).unwrap();
    let refused = client.call::<u32>(STAY, |out| oncrpc::codegen::encode::<u32>(&0, out));
    assert!(matches!(refused, Err(Error::SystemError)));
}

#[test]
fn a_connection_stays_as_long_as_a_call_back_has_time() {
    let limits = Limits { idle_time: Duration::from_millis(100), ..Limits::default() };
    let office = Office::default();
    let server = office.serve(limits, 1);
    let mut peer = Peer::new(&server);
    peer.call(1, STAY, &[0]);
    peer.check_reply(1, 0);
    let pending = double(&office.stayed(), 4).unwrap();
    let (xid, _) = peer.called();
    thread::sleep(Duration::from_millis(500));
    peer.reply(xid, 8);
    assert_eq!(pending.wait().unwrap(), 8);
}
