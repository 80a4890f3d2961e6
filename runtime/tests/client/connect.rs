use crate::peer::{PROGRAM, Peer, VERSION, answer_all, read_call};
use oncrpc::rpc::{AuthSys, Credential};
use oncrpc::{Client, ClientOptions, Error};
use std::net::{TcpListener, ToSocketAddrs, UdpSocket};

/// An address where nothing listens: a port that was free a moment ago.
fn nowhere() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn a_refused_connection_names_the_address_and_what_to_do() {
    let address = format!("tcp://{}", nowhere());
    let error = Client::connect(&address, PROGRAM, VERSION).unwrap_err();
    assert!(matches!(&error, Error::Connect { address: named, .. } if *named == address), "{error:?}");
    assert!(error.to_string().contains("is the server running"), "{error}");
}

#[test]
fn a_name_that_nothing_listens_at_is_refused_with_all_its_addresses() {
    let address = nowhere();
    let name = format!("localhost:{}", address.rsplit_once(':').unwrap().1);
    let tried: Vec<_> = name.to_socket_addrs().unwrap().collect();
    let error = Client::connect(&name, PROGRAM, VERSION).unwrap_err().to_string();
    assert!(error.contains(&name) && error.contains("is the server running"), "{error}");
    let reasons = tried.iter().filter(|tried| error.contains(&format!("{tried}: "))).count();
    assert_eq!(reasons, if tried.len() > 1 { tried.len() } else { 0 }, "{error} names {tried:?}");
}

#[test]
fn what_is_no_address_is_refused() {
    for text in ["", "http://localhost", "localhost:port", "tcp://[::1"] {
        let error = Client::connect(text, PROGRAM, VERSION).unwrap_err();
        assert!(matches!(&error, Error::Address { found, .. } if found == text), "{error:?}");
    }
    let error = Client::connect("tcp://no-such-host.invalid:1", PROGRAM, VERSION).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
}

#[test]
fn a_credential_beyond_its_limits_is_refused() {
    let peer = Peer::tcp(|mut stream| assert!(read_call(&mut stream).is_none()));
    let sys = AuthSys { gids: vec![0; 17], ..AuthSys::default() };
    let options = ClientOptions::new().credential(Credential::Sys(sys));
    let error = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap_err();
    assert!(matches!(error, Error::Encode(_)), "{error:?}");
    peer.join();
}

/// A name may stand for addresses of both families while the server listens on one.
#[test]
fn all_addresses_of_a_name_are_tried() {
    let peer = Peer::tcp(|stream| answer_all(stream, |_| vec![]));
    let (_, port) = peer.address.rsplit_once(':').unwrap();
    let client = Client::connect(&format!("localhost:{port}"), PROGRAM, VERSION).unwrap();
    client.null().unwrap();
    assert_eq!(client.peer(), peer.address);
    drop(client);
    peer.join();

    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = format!("udp://localhost:{}", socket.local_addr().unwrap().port());
    let server = std::thread::spawn(move || {
        let mut buffer = [0; 100];
        while let Ok((40, from)) = socket.recv_from(&mut buffer) {
            let reply = [&buffer[..4], &[0, 0, 0, 1], &[0; 16]].concat();
            socket.send_to(&reply, from).unwrap();
            if buffer[23] == 1 {
                break;
            }
        }
    });
    let client = Client::connect(&address, PROGRAM, VERSION).unwrap();
    client.call::<oncrpc::xdr::Void>(1, |_| Ok(())).unwrap();
    server.join().unwrap();
}

/// The longest times there are neither overflow nor keep anything from working.
#[test]
fn times_without_end() {
    let peer = Peer::tcp(|stream| answer_all(stream, |_| vec![]));
    let options = ClientOptions::new()
        .connect_timeout(std::time::Duration::MAX)
        .call_timeout(std::time::Duration::MAX)
        .retransmit_interval(std::time::Duration::MAX);
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    client.null().unwrap();
    client.send(9, |_| Ok(())).unwrap();
    client.flush().unwrap();
    drop(client);
    peer.join();
}

/// No time at all: what needs none succeeds, everything else fails at once.
#[test]
fn times_of_nothing() {
    let peer = Peer::tcp(|mut stream| while read_call(&mut stream).is_some() {});
    let nothing = std::time::Duration::ZERO;
    let options = ClientOptions::new().connect_timeout(nothing).call_timeout(nothing).retransmit_interval(nothing);
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    assert!(matches!(client.null(), Err(Error::TimedOut { .. })));
    drop(client);
    peer.join();
}
