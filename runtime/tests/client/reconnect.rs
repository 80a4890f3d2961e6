//! What becomes of calls when their connection ends and another one is made.

use crate::executor::block_on;
use crate::peer::{Call, PROGRAM, Peer, VERSION, answer_all, read_call, record, success};
use bytes::Bytes;
use oncrpc::xdr::{Opaque, Xdr};
use oncrpc::{Client, ClientOptions, Error, Pending};
use std::collections::HashMap;
use std::io::Write;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

fn connect(peer: &Peer, options: ClientOptions) -> Client {
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap()
}

fn start(client: &Client, argument: u32) -> Pending<u32> {
    client.start::<u32>(1, |out| u32::encode(&argument, out)).unwrap()
}

/// The end of a connection that nobody used is seen before a call is sent: none fails.
#[test]
fn a_connection_that_ended_meanwhile() {
    let peer = Peer::listen(|listener| {
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            let call = read_call(&mut stream).unwrap();
            stream.write_all(&record(&success(call.xid, &[call.argument(0)]))).unwrap();
        }
    });
    let client = connect(&peer, ClientOptions::new());
    for argument in 0..3 {
        assert_eq!(start(&client, argument).wait().unwrap(), argument);
        thread::sleep(Duration::from_millis(300));
    }
    peer.join();
}

/// A call that was sent fails; calls that follow it, waited for and awaited, go over the next connection.
#[test]
fn a_connection_that_ends_with_a_call_in_flight() {
    let peer = Peer::listen(|listener| {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            read_call(&mut stream).unwrap();
        }
        answer_all(listener.accept().unwrap().0, |call| vec![call.argument(0)]);
    });
    let client = connect(&peer, ClientOptions::new());
    let error = start(&client, 1).wait().unwrap_err();
    assert!(matches!(error, Error::Closed { .. }) && !error.is_unsent(), "{error:?}");
    let error = block_on(start(&client, 2)).unwrap_err();
    assert!(matches!(error, Error::Closed { .. }), "{error:?}");
    assert_eq!(block_on(start(&client, 3)).unwrap(), 3);
    drop(client);
    peer.join();
}

/// Of many calls, those that the system took are lost with the connection, and all others arrive.
#[test]
fn calls_that_were_not_sent() {
    let argument = |number: u32| [&number.to_be_bytes()[..], &[0; 3_999_996]].concat();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = {
        let seen = seen.clone();
        move |call: &Call| seen.lock().unwrap().push(call.argument(1))
    };
    let peer = Peer::listen(move |listener| {
        let (mut stream, _) = listener.accept().unwrap();
        see(&read_call(&mut stream).unwrap());
        drop(stream);
        answer_all(listener.accept().unwrap().0, |call| {
            see(call);
            vec![call.argument(1)]
        });
    });
    let client = connect(&peer, ClientOptions::new().max_call(60_000_000));
    let begin = |number| {
        let argument = Bytes::from(argument(number));
        client.start::<u32>(1, |out| Opaque::<{ u32::MAX }>::encode(&argument, out)).unwrap()
    };
    let pending: Vec<_> = (0..30).map(begin).collect();
    let outcomes: Vec<_> = pending.into_iter().map(Pending::wait).collect();
    let failed = outcomes.iter().take_while(|outcome| outcome.is_err()).count();
    assert!((1..20).contains(&failed), "{failed}");
    for (number, outcome) in (0..).zip(&outcomes).skip(failed) {
        assert!(matches!(outcome, Ok(found) if *found == number), "{number}: {outcome:?}");
    }
    let expected: Vec<_> = [0].into_iter().chain(u32::try_from(failed).unwrap()..30).collect();
    assert_eq!(*seen.lock().unwrap(), expected);
    drop(client);
    peer.join();
}

#[test]
fn idempotent_calls_are_sent_again_with_the_same_xid() {
    let peer = Peer::listen(|listener| {
        let (mut stream, _) = listener.accept().unwrap();
        let first: Vec<_> = (0..5).map(|_| read_call(&mut stream).unwrap()).collect();
        stream.write_all(&record(&success(first[2].xid, &[2]))).unwrap();
        drop(stream);
        let (mut stream, _) = listener.accept().unwrap();
        for expected in first.iter().filter(|call| call.xid != first[2].xid) {
            let call = read_call(&mut stream).unwrap();
            assert_eq!(call, *expected);
            stream.write_all(&record(&success(call.xid, &[call.argument(0)]))).unwrap();
        }
    });
    let client = connect(&peer, ClientOptions::new().idempotent(true));
    let pending: Vec<_> = (0..5).map(|argument| start(&client, argument)).collect();
    for (argument, pending) in (0..).zip(pending) {
        assert_eq!(pending.wait().unwrap(), argument);
    }
    peer.join();
}

/// While nobody listens, calls wait for as long as they have time. What had none is not sent later.
#[test]
fn a_server_that_is_gone_for_a_while() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let options = ClientOptions::new().call_timeout(Duration::from_secs(20));
    let client = Client::connect_with(&format!("tcp://{place}"), PROGRAM, VERSION, &options).unwrap();
    drop(listener.accept().unwrap());
    drop(listener);
    let begin = Instant::now();
    let hasty = client.with_deadline(Duration::from_millis(300));
    thread::sleep(Duration::from_millis(150));
    let error = hasty.call::<u32>(7, |_| Ok(())).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }) && error.is_unsent(), "{error:?}");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    let patient = thread::spawn({
        let client = client.clone();
        move || start(&client, 8).wait()
    });
    thread::sleep(Duration::from_millis(300));
    let listener = TcpListener::bind(place).unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let call = read_call(&mut stream).unwrap();
    assert_eq!((call.procedure(), call.argument(0)), (1, 8));
    stream.write_all(&record(&success(call.xid, &[8]))).unwrap();
    assert_eq!(patient.join().unwrap().unwrap(), 8);
}

/// Each call that succeeds was carried out once, each that was not sent never, and none twice, whenever the server
/// leaves.
#[test]
fn a_server_that_leaves_again_and_again_under_load() {
    let carried_out = Arc::new(Mutex::new(HashMap::<u32, u32>::new()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let counts = carried_out.clone();
    let server = thread::spawn(move || {
        let mut life = 1;
        while let Ok((mut stream, _)) = listener.accept() {
            life = life * 7 % 61;
            // Every other time, the last call is carried out and not answered.
            for left in (0..life).rev() {
                let Some(call) = read_call(&mut stream) else { break };
                if call.procedure() == 9 {
                    return;
                }
                *counts.lock().unwrap().entry(call.argument(0)).or_default() += 1;
                if left > 0 || life % 2 == 0 {
                    let _ = stream.write_all(&record(&success(call.xid, &[call.argument(0)])));
                }
            }
        }
    });
    let client = Client::connect(&address, PROGRAM, VERSION).unwrap();
    let numbers = AtomicU32::new(0);
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for thread in 0..6 {
            let (client, numbers, outcomes) = (&client, &numbers, &outcomes);
            scope.spawn(move || {
                for _ in 0..100 {
                    let number = numbers.fetch_add(1, SeqCst);
                    let pending = start(client, number);
                    let outcome = if thread % 2 == 0 { pending.wait() } else { block_on(pending) };
                    outcomes.lock().unwrap().push((number, outcome));
                }
            });
        }
    });
    let carried_out = carried_out.lock().unwrap();
    let mut failed = 0;
    for (number, outcome) in outcomes.into_inner().unwrap() {
        let times = carried_out.get(&number).copied().unwrap_or(0);
        match outcome {
            Ok(found) => assert_eq!((found, times), (number, 1)),
            Err(error) if error.is_unsent() => assert_eq!(times, 0, "{error:?}"),
            Err(error) => {
                assert!(times <= 1, "{times}");
                assert!(matches!(error, Error::Closed { .. } | Error::Io { .. }), "{error:?}");
                failed += 1;
            }
        }
    }
    assert!((1..500).contains(&failed), "{failed} failed");
    // The last call may have gone down with a connection.
    let client = client.with_deadline(Duration::from_millis(200));
    while !server.is_finished() {
        let _ = client.send(9, |_| Ok(())).and_then(|()| client.flush());
        thread::sleep(Duration::from_millis(10));
    }
    server.join().unwrap();
}
