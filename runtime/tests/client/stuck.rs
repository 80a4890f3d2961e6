use crate::peer::{PROGRAM, Peer, VERSION, read_call, record, success};
use bytes::Bytes;
use oncrpc::xdr::{Opaque, Xdr};
use oncrpc::{Client, ClientOptions, Error, Pending};
use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

fn connect(peer: &Peer, timeout: Duration) -> Client {
    let options = ClientOptions::new().call_timeout(timeout).reconnect(false);
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap()
}

fn start(client: &Client, argument: &Bytes) -> oncrpc::Result<Pending<Bytes>> {
    client.start::<Opaque>(1, |out| Opaque::<{ u32::MAX }>::encode(argument, out))
}

/// Answers each call with as many bytes, and reads the next one only when the reply is written.
fn echo(mut stream: TcpStream) {
    while let Some(call) = read_call(&mut stream) {
        let results: Vec<_> =
            call.message[40..].chunks(4).map(|word| u32::from_be_bytes(word.try_into().unwrap())).collect();
        stream.write_all(&record(&success(call.xid, &results))).unwrap();
    }
}

/// Far more calls and replies than the buffers of both systems take: the client must read while it sends.
#[test]
fn a_peer_that_reads_only_when_its_replies_are_taken() {
    let peer = Peer::tcp(echo);
    let client = connect(&peer, Duration::from_secs(20));
    let argument = Bytes::from(vec![0x5a; 60_000]);
    let pending: Vec<_> = (0..500).map(|_| start(&client, &argument).unwrap()).collect();
    for pending in pending {
        assert!(pending.wait().unwrap() == argument);
    }
    drop(client);
    peer.join();
}

#[test]
fn the_same_with_several_threads() {
    let peer = Peer::tcp(echo);
    let client = connect(&peer, Duration::from_secs(20));
    let argument = Bytes::from(vec![0x5a; 60_000]);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let pending: Vec<_> = (0..100).map(|_| start(&client, &argument).unwrap()).collect();
                for pending in pending {
                    assert!(pending.wait().unwrap() == argument);
                }
            });
        }
    });
    drop(client);
    peer.join();
}

/// Starting calls does not fill the memory: it waits for room, and fails when there is none in time.
#[test]
fn a_peer_that_never_reads() {
    let (done, wait) = mpsc::channel::<()>();
    let peer = Peer::tcp(move |_stream| {
        let _ = wait.recv();
    });
    let client = connect(&peer, Duration::from_millis(300));
    let argument = Bytes::from(vec![0; 1_000_000]);
    let begin = Instant::now();
    let mut started = Vec::new();
    let error = loop {
        match start(&client, &argument) {
            Ok(pending) => started.push(pending),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!(started.len() < 100, "{} MB taken", started.len());
    for pending in started {
        let error = pending.wait().unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    }
    let error = client.flush().unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    drop(done);
    drop(client);
    peer.join();
}

/// A record that one thread could not finish sending is finished by the next: the stream stays in step.
#[test]
fn a_peer_that_reads_late() {
    let (resume, wait) = mpsc::channel::<()>();
    let peer = Peer::tcp(move |stream| {
        wait.recv().unwrap();
        echo(stream);
    });
    let client = connect(&peer, Duration::from_millis(400));
    let argument = Bytes::from(vec![1; 4_000_000]);
    let pending: Vec<_> = (0..3).filter_map(|_| start(&client, &argument).ok()).collect();
    for pending in pending {
        assert!(matches!(pending.wait(), Err(Error::TimedOut { .. })));
    }
    resume.send(()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match start(&client, &Bytes::from_static(b"late")).and_then(Pending::wait) {
            Ok(echo) => break assert_eq!(echo, "late"),
            Err(Error::TimedOut { .. }) if Instant::now() < deadline => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    drop(client);
    peer.join();
}

#[test]
fn a_peer_that_leaves_while_calls_are_sent() {
    let peer = Peer::tcp(|mut stream| {
        let first = read_call(&mut stream).unwrap();
        stream.write_all(&record(&success(first.xid, &[0]))).unwrap();
    });
    let client = connect(&peer, Duration::from_secs(10));
    let argument = Bytes::from(vec![1; 1_000_000]);
    let mut outcomes: Vec<oncrpc::Result<Bytes>> = Vec::new();
    let pending: Vec<_> = (0..20).map_while(|_| start(&client, &argument).ok()).collect();
    outcomes.extend(pending.into_iter().map(Pending::wait));
    let failed = outcomes.iter().filter(|outcome| matches!(outcome, Err(Error::Closed { .. } | Error::Io { .. })));
    assert!(failed.count() >= outcomes.len() - 1, "{outcomes:?}");
    assert!(matches!(client.null(), Err(Error::Closed { .. })));
    peer.join();
}

/// A thread that waits while another one sends its call is woken to read when that one is done and goes its way.
#[test]
fn a_thread_that_only_sends_hands_on_reading() {
    let peer = Peer::tcp(|mut stream| {
        thread::sleep(Duration::from_millis(400));
        let calls: Vec<_> = (0..5).map(|_| read_call(&mut stream).unwrap()).collect();
        thread::sleep(Duration::from_millis(200));
        calls.iter().for_each(|call| stream.write_all(&record(&success(call.xid, &[0]))).unwrap());
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer, Duration::from_secs(10));
    let waiting = thread::spawn({
        let client = client.clone();
        move || {
            thread::sleep(Duration::from_millis(150));
            client.call::<u32>(1, |_| Ok(()))
        }
    });
    let begin = Instant::now();
    let large = Bytes::from(vec![1; 4_000_000]);
    let pending: Vec<_> = (0..4).map(|_| start(&client, &large).unwrap()).collect();
    client.flush().unwrap();
    assert!(begin.elapsed() > Duration::from_millis(300), "the peer took everything at once");
    waiting.join().unwrap().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(7), "{:?}", begin.elapsed());
    for pending in pending {
        pending.wait().unwrap();
    }
    drop(client);
    peer.join();
}

/// Whatever several threads do with one client, no reply is left unread and no call unsent.
#[test]
fn any_mix_of_threads() {
    let peer = Peer::tcp(echo);
    let client = connect(&peer, Duration::from_secs(8));
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
    for _ in 0..60 {
        let length = if random(8) == 0 { 400_000 } else { random(100) as usize * 4 };
        let argument = Bytes::from(vec![random(256) as u8; length]);
        let mut pending: Vec<_> = (0..=random(6)).map(|_| start(client, &argument).unwrap()).collect();
        match random(4) {
            0 => client.flush().unwrap(),
            1 => drop(pending.pop()),
            2 => pending.reverse(),
            _ => thread::sleep(Duration::from_micros(random(2_000))),
        }
        for pending in pending {
            assert!(pending.wait().unwrap() == argument);
        }
    }
}

/// A thread that waits while another one sends learns at once that sending has failed, though the other one only
/// wanted to send and goes its way.
#[test]
fn a_thread_that_only_sends_leaves_no_one_behind_when_it_fails() {
    let peer = Peer::tcp(|mut stream| {
        read_call(&mut stream).unwrap();
        thread::sleep(Duration::from_millis(500));
        // What is unread makes the system reset the connection.
    });
    let client = connect(&peer, Duration::from_secs(10));
    let begin = Instant::now();
    let large = Bytes::from(vec![1; 4_000_000]);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            client.call::<u32>(1, |_| Ok(()))
        });
        // More than the largest buffers of both systems.
        let pending: Vec<_> = (0..12).map_while(|_| start(&client, &large).ok()).collect();
        assert!(client.flush().is_err());
        let error = waiting.join().unwrap().unwrap_err();
        assert!(matches!(error, Error::Io { .. } | Error::Closed { .. }), "{error:?}");
        drop(pending);
    });
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    peer.join();
}

/// The time that a call waits for room is part of the time it has.
#[test]
fn a_call_that_waits_for_room_has_no_more_time() {
    let peer = Peer::tcp(|mut stream| {
        thread::sleep(Duration::from_millis(1_500));
        while read_call(&mut stream).is_some() {}
    });
    let options = ClientOptions::new().call_timeout(Duration::from_secs(2)).max_call(40_000_000);
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let large = start(&client, &Bytes::from(vec![1; 32_000_000])).unwrap();
    let begin = Instant::now();
    let error = client.call::<u32>(1, |_| Ok(())).unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!((2_000..3_000).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
    drop((large, client));
    peer.join();
}
