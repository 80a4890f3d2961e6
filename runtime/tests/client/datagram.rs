use crate::peer::{PROGRAM, Peer, VERSION, bytes, receive_call, success};
use oncrpc::xdr::{Opaque, Xdr};
use oncrpc::{Client, ClientOptions, Error};
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

fn connect(peer: &Peer, interval: Duration) -> Client {
    let options = ClientOptions::new().retransmit_interval(interval).call_timeout(Duration::from_secs(10));
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap()
}

fn number(client: &Client) -> oncrpc::Result<u32> {
    client.call::<u32>(1, |out| u32::encode(&21, out))
}

fn answer(socket: &UdpSocket, to: SocketAddr, words: &[u32]) {
    socket.send_to(&bytes(words), to).unwrap();
}

/// How many datagrams come within `time`.
fn count_for(socket: &UdpSocket, time: Duration) -> usize {
    let end = Instant::now() + time;
    let mut count = 0;
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        socket.set_read_timeout(Some(left)).unwrap();
        count += usize::from(socket.recv(&mut [0; 100]).is_ok());
    }
    count
}

#[test]
fn a_lost_call_is_sent_again_with_the_same_xid() {
    let peer = Peer::udp(|socket| {
        let start = Instant::now();
        let (lost, _) = receive_call(&socket);
        let (again, from) = receive_call(&socket);
        assert!(start.elapsed() >= Duration::from_millis(150), "{:?}", start.elapsed());
        assert_eq!(again, lost);
        answer(&socket, from, &success(again.xid, &[again.argument(0) * 2]));
    });
    assert_eq!(number(&connect(&peer, Duration::from_millis(150))).unwrap(), 42);
    peer.join();
}

#[test]
fn stale_replies_do_not_make_the_client_send_again() {
    let peer = Peer::udp(|socket| {
        let (call, from) = receive_call(&socket);
        for stale in 1..50 {
            answer(&socket, from, &success(call.xid.wrapping_sub(stale), &[1]));
        }
        assert_eq!(count_for(&socket, Duration::from_millis(300)), 0);
        answer(&socket, from, &success(call.xid, &[42]));
    });
    assert_eq!(number(&connect(&peer, Duration::from_secs(5))).unwrap(), 42);
    peer.join();
}

#[test]
fn replies_from_another_address_are_ignored() {
    let peer = Peer::udp(|socket| {
        let (call, from) = receive_call(&socket);
        let forger = UdpSocket::bind("127.0.0.1:0").unwrap();
        answer(&forger, from, &success(call.xid, &[666]));
        thread::sleep(Duration::from_millis(100));
        answer(&socket, from, &success(call.xid, &[42]));
    });
    assert_eq!(number(&connect(&peer, Duration::from_secs(5))).unwrap(), 42);
    peer.join();
}

#[test]
fn poison_datagrams_are_ignored() {
    let peer = Peer::udp(|socket| {
        let (call, from) = receive_call(&socket);
        for length in 0..8 {
            socket.send_to(&bytes(&[call.xid, 1])[..length], from).unwrap();
        }
        for length in 0..=40 {
            socket.send_to(&vec![0xa5; length], from).unwrap();
        }
        answer(&socket, from, &[call.xid, 0, 2, PROGRAM, VERSION, 0, 0, 0, 0, 0]);
        socket.send_to(&vec![0xff; 60_000], from).unwrap();
        answer(&socket, from, &success(call.xid, &[42]));
    });
    assert_eq!(number(&connect(&peer, Duration::from_secs(5))).unwrap(), 42);
    peer.join();
}

#[test]
fn replies_in_any_order_and_twice() {
    let peer = Peer::udp(|socket| {
        let calls: Vec<_> = (0..20).map(|_| receive_call(&socket)).collect();
        for (call, from) in calls.iter().rev() {
            answer(&socket, *from, &success(call.xid, &[call.argument(0) * 2]));
            answer(&socket, *from, &success(call.xid, &[1]));
        }
    });
    let client = connect(&peer, Duration::from_secs(5));
    let start = |number| client.start::<u32>(1, |out| u32::encode(&number, out)).unwrap();
    thread::scope(|scope| {
        for first in [0, 10] {
            scope.spawn(move || {
                let pending: Vec<_> = (first..first + 10).map(start).collect();
                for (number, pending) in (first..).zip(pending) {
                    assert_eq!(pending.wait().unwrap(), number * 2);
                }
            });
        }
    });
    peer.join();
}

/// The reply is there before anybody waits for it: waiting late must not send again, which would carry it out twice.
#[test]
fn waiting_late_takes_the_reply_and_sends_nothing() {
    let peer = Peer::udp(|socket| {
        let (call, from) = receive_call(&socket);
        answer(&socket, from, &success(call.xid, &[42]));
        assert_eq!(count_for(&socket, Duration::from_millis(600)), 0);
    });
    let client = connect(&peer, Duration::from_millis(50));
    let pending = client.start::<u32>(1, |_| Ok(())).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(pending.wait().unwrap(), 42);
    peer.join();
}

#[test]
fn a_call_that_does_not_fit_a_datagram_is_refused() {
    let peer = Peer::udp(|socket| {
        let (call, from) = receive_call(&socket);
        assert_eq!(call.message.len(), 8_800);
        answer(&socket, from, &success(call.xid, &[]));
    });
    let client = connect(&peer, Duration::from_secs(5));
    let call = |length: usize| {
        client.call::<oncrpc::xdr::Void>(1, |out| Opaque::<{ u32::MAX }>::encode(&vec![0; length].into(), out))
    };
    let error = call(8_757).unwrap_err();
    assert!(matches!(error, Error::TooLargeForDatagram { limit: 8_800 }), "{error:?}");
    call(8_756).unwrap();
    peer.join();
}

#[test]
fn silence_times_out() {
    let peer = Peer::udp(|socket| assert!(count_for(&socket, Duration::from_millis(500)) >= 2));
    let options =
        ClientOptions::new().retransmit_interval(Duration::from_millis(50)).call_timeout(Duration::from_millis(300));
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let error = number(&client).unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    peer.join();
}

/// The host says that nobody listens: the call fails at once, and the client is of use when somebody does.
#[test]
fn a_server_that_comes_later() {
    let place = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::connect(&format!("udp://{place}"), PROGRAM, VERSION).unwrap();
    let start = Instant::now();
    let error = number(&client).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(5));

    let socket = UdpSocket::bind(place).unwrap();
    let server = thread::spawn(move || {
        let (call, from) = receive_call(&socket);
        answer(&socket, from, &success(call.xid, &[42]));
    });
    assert_eq!(number(&client).unwrap(), 42);
    server.join().unwrap();
}

/// That an earlier call heard nothing does not mean that the reply to a later one is not there.
#[test]
fn waiting_late_after_a_call_that_timed_out_sends_nothing() {
    let peer = Peer::udp(|socket| {
        let (lost, _) = receive_call(&socket);
        let (call, from) = std::iter::repeat_with(|| receive_call(&socket)).find(|(call, _)| *call != lost).unwrap();
        answer(&socket, from, &success(call.xid, &[42]));
        assert_eq!(count_for(&socket, Duration::from_millis(600)), 0);
    });
    let options =
        ClientOptions::new().retransmit_interval(Duration::from_millis(150)).call_timeout(Duration::from_millis(500));
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    assert!(matches!(number(&client), Err(Error::TimedOut { .. })));
    let pending = client.start::<u32>(1, |_| Ok(())).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(pending.wait().unwrap(), 42);
    peer.join();
}
