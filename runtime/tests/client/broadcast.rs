use crate::peer::{PROGRAM, VERSION, bytes, receive_call, success};
use oncrpc::xdr::Xdr;
use oncrpc::{ClientOptions, Error, broadcast};
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

fn call(to: SocketAddr, wait: Duration) -> Vec<(SocketAddr, oncrpc::Result<u32>)> {
    let options = ClientOptions::new().retransmit_interval(Duration::from_millis(50));
    broadcast::<u32>(to, PROGRAM, VERSION, 1, wait, &options, |out| u32::encode(&5, out)).unwrap()
}

/// Several may listen on one port; what goes to the broadcast address of the loopback network reaches all of them.
fn listen(port: u16) -> UdpSocket {
    use socket2::{Domain, Protocol, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.bind(&SocketAddr::from(([0, 0, 0, 0], port)).into()).unwrap();
    let socket = UdpSocket::from(socket);
    socket.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    socket
}

#[test]
fn all_servers_answer_and_each_counts_once() {
    let first = listen(0);
    let port = first.local_addr().unwrap().port();
    let second = listen(port);
    let servers = [(first, false), (second, true)].map(|(socket, refuses)| {
        thread::spawn(move || {
            // They answer from ports of their own, as what tells them apart.
            let voice = UdpSocket::bind("127.0.0.1:0").unwrap();
            let (call, from) = receive_call(&socket);
            assert_eq!(call.argument(0), 5);
            let answer = if refuses { vec![call.xid, 1, 0, 0, 0, 1] } else { success(call.xid, &[6]) };
            voice.send_to(&bytes(&success(call.xid ^ 1, &[7])), from).unwrap();
            voice.send_to(b"no reply", from).unwrap();
            for _ in 0..2 {
                voice.send_to(&bytes(&answer), from).unwrap();
            }
            voice.local_addr().unwrap()
        })
    });
    let answers = call(SocketAddr::from(([127, 255, 255, 255], port)), Duration::from_secs(1));
    let [first, second] = servers.map(|server| server.join().unwrap());
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert!(answers.iter().any(|(peer, answer)| *peer == first && matches!(answer, Ok(6))), "{answers:?}");
    let refused = |answer: &oncrpc::Result<u32>| matches!(answer, Err(Error::ProgramUnavailable));
    assert!(answers.iter().any(|(peer, answer)| *peer == second && refused(answer)), "{answers:?}");
}

/// The call goes out again, the same each time.
#[test]
fn a_call_that_is_lost() {
    let socket = listen(0);
    let to = SocketAddr::from(([127, 0, 0, 1], socket.local_addr().unwrap().port()));
    let server = thread::spawn(move || {
        let (first, _) = receive_call(&socket);
        let (second, from) = receive_call(&socket);
        assert_eq!(first, second);
        socket.send_to(&bytes(&success(second.xid, &[1])), from).unwrap();
    });
    let answers = call(to, Duration::from_secs(1));
    assert!(matches!(answers[..], [(peer, Ok(1))] if peer == to), "{answers:?}");
    server.join().unwrap();
}

#[test]
fn nobody_answers() {
    let begin = Instant::now();
    assert!(call("127.255.255.255:9".parse().unwrap(), Duration::from_millis(200)).is_empty());
    assert!(begin.elapsed() >= Duration::from_millis(200));
}
