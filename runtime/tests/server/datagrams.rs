//! Datagrams: poison, loops, sizes. What is answered to which message is in `matrix`.

use super::support::*;
use oncrpc::{Limits, Server};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn ask(socket: &UdpSocket, message: &[u8]) -> Vec<u8> {
    socket.send(message).unwrap();
    let mut buffer = vec![0; 65_536];
    let count = socket.recv(&mut buffer).unwrap();
    buffer.truncate(count);
    buffer
}

#[test]
fn poison_does_not_stop_the_socket() {
    let server = start(Limits::default());
    let socket = connect_udp(&server);
    for length in 0..=40 {
        for fill in [1, 0x80, 0xff] {
            socket.send(&vec![fill; length]).unwrap();
        }
        // 12 zeros would be a call of RPC version 0, which is answered.
        socket.send(&vec![0; length.min(11)]).unwrap();
    }
    assert_eq!(ask(&socket, &call(1, ADD, &words(&[2, 3]))), success(1, &words(&[5])));
}

#[test]
fn a_reply_is_never_answered() {
    let server = start(Limits::default());
    let socket = connect_udp(&server);
    let reply = ask(&socket, &call(1, NULL, b""));
    let denial = ask(&socket, &words(&[2, 0, 3]));
    socket.send(&reply).unwrap();
    socket.send(&denial).unwrap();
    assert_eq!(ask(&socket, &call(3, NULL, b"")), success(3, b""));
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(socket.recv(&mut [0; 100]).is_err());
}

#[test]
fn a_reply_beyond_the_limit_becomes_a_system_error() {
    let server = start(Limits::default());
    let socket = connect_udp(&server);
    let fits = 8_800 - 28;
    for (size, ok) in [(fits, true), (fits + 1, false), (60_000, false), (100_000, false), (fits, true)] {
        let expected = if ok { success(1, &opaque(&vec![0xab; size as usize])) } else { words(&[1, 1, 0, 0, 0, 5]) };
        assert_eq!(ask(&socket, &call(1, FILL, &words(&[size]))), expected, "{size} bytes");
    }
}

#[test]
fn a_large_call_is_taken() {
    let server = start(Limits::default());
    let socket = connect_udp(&server);
    assert_eq!(ask(&socket, &call(1, ADD, &[words(&[2, 3]), vec![0; 60_000]].concat())), success(1, &words(&[5])));
    let data = [7; 8_000];
    assert_eq!(ask(&socket, &call(1, ECHO, &opaque(&data))), success(1, &opaque(&data)));
}

#[test]
fn many_callers_get_their_own_replies() {
    let server = start(Limits::default());
    let sockets: Vec<_> = (0..50).map(|_| connect_udp(&server)).collect();
    for round in 0..5 {
        for (xid, socket) in (0..).zip(&sockets) {
            socket.send(&call(xid, ADD, &words(&[xid, round]))).unwrap();
        }
        for (xid, socket) in (0..).zip(&sockets) {
            let mut buffer = [0; 100];
            let count = socket.recv(&mut buffer).unwrap();
            assert_eq!(buffer[..count], success(xid, &words(&[xid + round])));
        }
    }
}

#[test]
fn a_caller_that_is_gone_does_not_stop_the_socket() {
    let server = start(Limits::default());
    // Before the others, so that it has the port of none of them.
    let last = connect_udp(&server);
    for xid in 0..100 {
        // Nobody takes the reply: the system tells the server's socket so.
        connect_udp(&server).send(&call(xid, NULL, b"")).unwrap();
    }
    assert_eq!(ask(&last, &call(1, NULL, b"")), success(1, b""));
}

/// C's clients take replies from there only, and so does a connected socket.
#[cfg(target_os = "linux")]
#[test]
fn replies_come_from_the_address_that_was_called() {
    let called = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&called);
    let server = Server::new().serve(Probe::new(PROGRAM, 1)).on_pool([procedure(SLEEP)]).layer(move |call| {
        see.lock().unwrap().push(call.local_address().unwrap());
        Ok(())
    });
    let places = ["udp://0.0.0.0:0", "udp://[::]:0", "udp://127.0.0.2:0"];
    let server = places.iter().try_fold(server, |server, place| server.listen(place)).unwrap().start().unwrap();
    for place in server.addresses() {
        let port: u16 = place.rsplit_once(':').unwrap().1.parse().unwrap();
        let mut hosts = vec!["127.0.0.2"];
        hosts.extend(["127.0.0.1", "127.1.2.3"].iter().filter(|_| !place.contains("127")));
        hosts.extend(["::1"].iter().filter(|_| place.contains("[::]")));
        for host in hosts {
            let host: IpAddr = host.parse().unwrap();
            let any = if host.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let socket = UdpSocket::bind(any).unwrap();
            socket.connect((host, port)).unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            assert_eq!(ask(&socket, &call(1, ADD, &words(&[2, 3]))), success(1, &words(&[5])), "{place} at {host}");
            let later = ask(&socket, &call(2, SLEEP, &words(&[1])));
            assert_eq!(later[..12], success(2, b"")[..12], "{place} at {host}, from the pool");
            assert_eq!(std::mem::take(&mut *called.lock().unwrap()), [SocketAddr::new(host, port); 2]);
        }
    }
}

/// The loop is told of some of them while it sleeps, of others while it is busy with those before; it tries for more
/// than have come, and for fewer.
#[test]
fn nothing_that_comes_together_is_left_behind() {
    let server = start(Limits::default());
    let sockets = [(); 7].map(|()| connect_udp(&server));
    for size in (2..=100_u32).chain([1; 40]).chain([100, 1, 100, 2]) {
        // The first one keeps the loop busy, every other time.
        let (first, arguments) = if size % 2 == 0 { (SLEEP, words(&[1])) } else { (NULL, vec![]) };
        sockets[0].send(&call(size, first, &arguments)).unwrap();
        for (number, socket) in (1..size).zip(sockets.iter().cycle()) {
            socket.send(&call(number, ADD, &words(&[number, size]))).unwrap();
        }
        let mut buffer = [0; 100];
        let count = sockets[0].recv(&mut buffer).unwrap();
        assert_eq!(buffer[..count], success(size, b""));
        for (number, socket) in (1..size).zip(sockets.iter().cycle()) {
            let count = socket.recv(&mut buffer).unwrap();
            assert_eq!(buffer[..count], success(number, &words(&[number + size])), "{number} of {size}");
        }
    }
}

/// Linux tells for ever of a socket that is shut down for reading, in which nothing is ever found.
#[cfg(target_os = "linux")]
#[test]
fn a_socket_that_somebody_else_shuts_down_does_not_keep_the_loop_awake() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let other = socket.try_clone().unwrap();
    let server = Server::new().serve(Probe::new(PROGRAM, 1)).from_listener(socket).unwrap();
    let handle = server.handle();
    let (tell, told) = std::sync::mpsc::channel();
    let running = std::thread::spawn(move || {
        tell.send(std::fs::read_link("/proc/thread-self").unwrap()).unwrap();
        server.run().unwrap();
    });
    let schedule = std::path::Path::new("/proc").join(told.recv().unwrap()).join("schedstat");
    let spent = || -> u64 {
        let text = std::fs::read_to_string(&schedule).unwrap();
        text.split_whitespace().next().unwrap().parse().unwrap()
    };
    // Shut down it is, although the system says that it was not connected.
    let _ = socket2::SockRef::from(&other).shutdown(std::net::Shutdown::Read);
    std::thread::sleep(Duration::from_millis(200));
    let before = spent();
    std::thread::sleep(Duration::from_secs(1));
    let nanoseconds = spent() - before;
    assert!(nanoseconds < 100_000_000, "{nanoseconds}");
    handle.stop();
    running.join().unwrap();
}
