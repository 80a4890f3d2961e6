//! Calls that are made one at a time, each after the reply to the one before, and what comes in between.

use crate::peer::{Call, PROGRAM, Peer, VERSION, answer_all, bytes, read_call, receive_call, record, success};
use oncrpc::xdr::Xdr;
use oncrpc::{Client, ClientOptions, Error, Result};
use std::io::Write;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

fn connect(peer: &Peer, options: ClientOptions) -> Client {
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap()
}

fn echo(client: &Client, argument: u32) -> Result<u32> {
    client.call::<u32>(1, |out| u32::encode(&argument, out))
}

/// Calls that are answered at once. The last one is alone, and so is the next.
fn warm_up(client: &Client) {
    (0..3).for_each(|argument| assert_eq!(echo(client, argument).unwrap(), argument));
}

fn answer(stream: &mut TcpStream, call: &Call) {
    stream.write_all(&record(&success(call.xid, &[call.argument(0)]))).unwrap();
}

fn answer_some(stream: &mut TcpStream, count: usize) {
    for _ in 0..count {
        let call = read_call(stream).unwrap();
        answer(stream, &call);
    }
}

fn send(socket: &UdpSocket, to: SocketAddr, words: &[u32]) {
    socket.send_to(&bytes(words), to).unwrap();
}

fn answer_datagrams(socket: &UdpSocket, count: usize) {
    for _ in 0..count {
        let (call, from) = receive_call(socket);
        send(socket, from, &success(call.xid, &[call.argument(0)]));
    }
}

/// What is sent for a reply. Some calls fail of it.
fn messages(call: &Call) -> Vec<Vec<u32>> {
    let (xid, good) = (call.xid, success(call.xid, &[call.argument(0)]));
    match call.argument(0) % 10 {
        0 => vec![good],
        // Of an earlier call, and of one that is to come.
        1 => vec![success(xid.wrapping_sub(1), &[7]), good],
        2 => vec![success(xid.wrapping_add(1), &[7]), good],
        // With a verifier.
        3 => vec![vec![xid, 1, 0, 1, 4, 99, 0, call.argument(0)]],
        // PROC_UNAVAIL; denied for a bad credential.
        4 => vec![vec![xid, 1, 0, 0, 0, 3]],
        5 => vec![vec![xid, 1, 1, 1, 1]],
        // A call, and half a header.
        6 => vec![vec![xid, 0, 2, PROGRAM, VERSION, 0, 0, 0, 0, 0], good],
        7 => vec![vec![xid, 1]],
        // Results that are too short; a reply that comes twice.
        8 => vec![success(xid, &[])],
        _ => vec![good.clone(), good],
    }
}

fn check_messages(client: &Client) {
    for argument in 0..40 {
        let outcome = echo(client, argument);
        let fits = match argument % 10 {
            4 => matches!(outcome, Err(Error::ProcedureUnavailable)),
            5 => matches!(outcome, Err(Error::Auth(_))),
            7 | 8 => outcome.is_err(),
            _ => matches!(outcome, Ok(echoed) if echoed == argument),
        };
        assert!(fits, "{argument}: {outcome:?}");
        assert_eq!(echo(client, 1_000).unwrap(), 1_000, "after {argument}");
    }
}

#[test]
fn whatever_comes_in_the_place_of_a_reply() {
    let together = Peer::tcp(|mut stream| {
        while let Some(call) = read_call(&mut stream) {
            let records = messages(&call).iter().flat_map(|words| record(words)).collect::<Vec<_>>();
            stream.write_all(&records).unwrap();
        }
    });
    let apart = Peer::tcp(|mut stream| {
        while let Some(call) = read_call(&mut stream) {
            for words in messages(&call) {
                for part in record(&words).chunks(9) {
                    stream.write_all(part).unwrap();
                    thread::sleep(Duration::from_millis(1));
                }
            }
        }
    });
    let datagrams = Peer::udp(|socket| {
        for _ in 0..80 {
            let (call, from) = receive_call(&socket);
            messages(&call).iter().for_each(|words| send(&socket, from, words));
        }
    });
    for peer in [together, apart, datagrams] {
        let client = connect(&peer, ClientOptions::new().retransmit_interval(Duration::from_secs(10)));
        check_messages(&client);
        drop(client);
        peer.join();
    }
}

/// A reply in two fragments, and one beyond the limit.
#[test]
fn records_of_other_forms() {
    let peer = Peer::tcp(|mut stream| {
        answer_some(&mut stream, 3);
        let call = read_call(&mut stream).unwrap();
        let reply = bytes(&success(call.xid, &[call.argument(0)]));
        let (front, rest) = reply.split_at(12);
        stream.write_all(&[&bytes(&[12]), front, &bytes(&[0x8000_0000 | rest.len() as u32]), rest].concat()).unwrap();
        answer_some(&mut stream, 3);
        let call = read_call(&mut stream).unwrap();
        let _ = stream.write_all(&record(&success(call.xid, &[0; 1_000])));
    });
    let limits = oncrpc::record::Limits { bytes: 2_000, ..oncrpc::record::Limits::default() };
    let client = connect(&peer, ClientOptions::new().record_limits(limits).reconnect(false));
    warm_up(&client);
    assert_eq!(echo(&client, 5).unwrap(), 5);
    warm_up(&client);
    let error = echo(&client, 5).unwrap_err();
    assert!(error.to_string().contains("2000"), "{error}");
    drop(client);
    peer.join();
}

#[test]
fn others_that_come_along_are_answered_first() {
    let peer = Peer::tcp(|mut stream| {
        for _ in 0..20 {
            answer_some(&mut stream, 3);
            let calls: Vec<_> = (0..2).map(|_| read_call(&mut stream).unwrap()).collect();
            let alone = calls.iter().find(|call| call.argument(0) == 77).unwrap();
            answer(&mut stream, calls.iter().find(|call| call.argument(0) == 1).unwrap());
            answer_some(&mut stream, 1);
            answer(&mut stream, alone);
        }
        while read_call(&mut stream).is_some() {}
    });
    let client = connect(&peer, ClientOptions::new());
    for _ in 0..20 {
        warm_up(&client);
        thread::scope(|scope| {
            let alone = scope.spawn(|| echo(&client, 77));
            thread::sleep(Duration::from_millis(10));
            assert_eq!(echo(&client, 1).unwrap(), 1);
            let started = client.start::<u32>(1, |out| u32::encode(&2, out)).unwrap();
            assert_eq!(started.wait().unwrap(), 2);
            assert_eq!(alone.join().unwrap().unwrap(), 77);
        });
    }
    drop(client);
    peer.join();
}

#[test]
fn it_counts_among_those_in_flight() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let peer = Peer::tcp(move |mut stream| {
        answer_some(&mut stream, 3);
        let alone = read_call(&mut stream).unwrap();
        wait.recv().unwrap();
        answer(&mut stream, &alone);
        answer_all(stream, |call| vec![call.argument(0)]);
    });
    let client = connect(&peer, ClientOptions::new().max_calls(1));
    warm_up(&client);
    thread::scope(|scope| {
        let alone = scope.spawn(|| echo(&client, 77));
        thread::sleep(Duration::from_millis(50));
        let error = echo(&client, 1).unwrap_err();
        assert!(matches!(error, Error::TooManyCalls { limit: 1 }), "{error:?}");
        client.flush().unwrap();
        go.send(()).unwrap();
        assert_eq!(alone.join().unwrap().unwrap(), 77);
    });
    warm_up(&client);
    drop(client);
    peer.join();
}

/// One that may be carried out twice is sent again over the next connection as it was, also if others have joined it.
#[test]
fn the_connection_ends_while_it_waits() {
    for others in [0, 3] {
        let peer = Peer::listen(move |listener| {
            let (mut stream, _) = listener.accept().unwrap();
            answer_some(&mut stream, 3);
            let lost: Vec<_> = (0..=others).map(|_| read_call(&mut stream).unwrap()).collect();
            drop(stream);
            let (mut stream, _) = listener.accept().unwrap();
            for lost in lost {
                let again = read_call(&mut stream).unwrap();
                assert_eq!(again, lost);
                answer(&mut stream, &again);
            }
            answer_all(stream, |call| vec![call.argument(0)]);
        });
        let client = connect(&peer, ClientOptions::new().idempotent(true));
        warm_up(&client);
        thread::scope(|scope| {
            let alone = scope.spawn(|| echo(&client, 77));
            thread::sleep(Duration::from_millis(50));
            let start = |argument| client.start::<u32>(1, move |out| u32::encode(&argument, out)).unwrap();
            let pending: Vec<_> = (0..others).map(start).collect();
            let awaited = pending.into_iter().map(|call| call.wait().unwrap());
            assert!(awaited.eq(0..others));
            assert_eq!(alone.join().unwrap().unwrap(), 77);
        });
        warm_up(&client);
        drop(client);
        peer.join();
    }
}

#[test]
fn one_that_may_not_be_carried_out_twice_fails_with_its_connection() {
    let peer = Peer::listen(|listener| {
        let (mut stream, _) = listener.accept().unwrap();
        answer_some(&mut stream, 3);
        read_call(&mut stream).unwrap();
        drop(stream);
        let (mut stream, _) = listener.accept().unwrap();
        answer_some(&mut stream, 3);
        let call = read_call(&mut stream).unwrap();
        stream.write_all(&record(&success(call.xid, &[1]))[..10]).unwrap();
        drop(stream);
        answer_all(listener.accept().unwrap().0, |call| vec![call.argument(0)]);
    });
    let client = connect(&peer, ClientOptions::new());
    for within_half in [false, true] {
        warm_up(&client);
        let error = echo(&client, 1).unwrap_err();
        assert!(matches!(error, Error::Closed { within_reply, .. } if within_reply == within_half), "{error:?}");
    }
    warm_up(&client);
    drop(client);
    peer.join();
}

#[test]
fn time_is_over_when_it_is_over_and_a_late_reply_is_skipped() {
    let time = Duration::from_millis(150);
    let stream = Peer::tcp(move |mut stream| {
        answer_some(&mut stream, 3);
        let late = read_call(&mut stream).unwrap();
        thread::sleep(time * 2);
        answer(&mut stream, &late);
        answer_all(stream, |call| vec![call.argument(0)]);
    });
    let datagrams = Peer::udp(move |socket| {
        answer_datagrams(&socket, 3);
        let (late, from) = receive_call(&socket);
        thread::sleep(time * 2);
        send(&socket, from, &success(late.xid, &[1]));
        answer_datagrams(&socket, 3);
    });
    for peer in [stream, datagrams] {
        let client = connect(&peer, ClientOptions::new().retransmit_interval(Duration::from_secs(10)));
        warm_up(&client);
        let begin = Instant::now();
        let error = echo(&client.with_deadline(time), 1).unwrap_err();
        let took = begin.elapsed();
        assert!(matches!(error, Error::TimedOut { after, .. } if after == time), "{error:?}");
        assert!(took >= time && took < time * 10, "{took:?}");
        thread::sleep(time * 2);
        warm_up(&client);
        drop(client);
        peer.join();
    }
}

/// Whether others have joined it or not, it is sent again when its time has come, as it was.
#[test]
fn a_lost_datagram_is_sent_again() {
    let interval = Duration::from_millis(200);
    for others in [0, 3] {
        let peer = Peer::udp(move |socket| {
            answer_datagrams(&socket, 3);
            let (lost, _) = receive_call(&socket);
            let begin = Instant::now();
            let others: Vec<_> = (0..others).map(|_| receive_call(&socket)).collect();
            let (again, from) = receive_call(&socket);
            assert!(begin.elapsed() >= interval * 9 / 10, "{:?}", begin.elapsed());
            assert_eq!(again, lost);
            for (call, from) in others.into_iter().chain([(again, from)]) {
                send(&socket, from, &success(call.xid, &[call.argument(0)]));
            }
        });
        let client = connect(&peer, ClientOptions::new().retransmit_interval(interval));
        warm_up(&client);
        thread::scope(|scope| {
            let alone = scope.spawn(|| echo(&client, 77));
            thread::sleep(interval / 4);
            let start = |argument| client.start::<u32>(1, move |out| u32::encode(&argument, out)).unwrap();
            let pending: Vec<_> = (0..others).map(start).collect();
            let awaited = pending.into_iter().map(|call| call.wait().unwrap());
            assert!(awaited.eq(0..others));
            assert_eq!(alone.join().unwrap().unwrap(), 77);
        });
        drop(client);
        peer.join();
    }
}

/// Nobody listens any more: the system tells of it with the call after the one that was sent there.
#[test]
fn a_datagram_socket_that_is_gone() {
    let peer = Peer::udp(|socket| answer_datagrams(&socket, 3));
    let client = connect(&peer, ClientOptions::new().call_timeout(Duration::from_secs(2)));
    warm_up(&client);
    peer.join();
    for _ in 0..3 {
        let error = echo(&client, 1).unwrap_err();
        assert!(matches!(error, Error::Io { .. }), "{error:?}");
    }
}
