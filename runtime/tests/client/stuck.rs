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
    let options = ClientOptions::new().call_timeout(timeout);
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
