//! Where a client calls from.

use crate::peer::{PROGRAM, Peer, VERSION, answer_all, bytes, receive_call, success};
use oncrpc::{Client, ClientOptions, Error};
use std::sync::mpsc;

fn options() -> ClientOptions {
    ClientOptions::new()
}

/// A peer that tells where its connection comes from.
fn tell() -> (Peer, mpsc::Receiver<std::net::SocketAddr>) {
    let (sender, receiver) = mpsc::channel();
    let peer = Peer::tcp(move |stream| {
        sender.send(stream.peer_addr().unwrap()).unwrap();
        answer_all(stream, |_| vec![]);
    });
    (peer, receiver)
}

#[test]
fn a_local_address() {
    let (peer, from) = tell();
    let options = options().local_address("127.0.0.9:0".parse().unwrap());
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    client.null().unwrap();
    assert_eq!(from.recv().unwrap().ip().to_string(), "127.0.0.9");
    drop(client);
    peer.join();

    let peer = Peer::udp(|socket| {
        let (call, from) = receive_call(&socket);
        assert_eq!(from.ip().to_string(), "127.0.0.9");
        socket.send_to(&bytes(&success(call.xid, &[])), from).unwrap();
    });
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap().null().unwrap();
    peer.join();

    let other_family = options.local_address("[::1]:0".parse().unwrap());
    let error = Client::connect_with("tcp://127.0.0.1:9", PROGRAM, VERSION, &other_family).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
}

/// Who may use such a port gets one; who may not is told.
#[test]
fn a_privileged_port() {
    let (peer, from) = tell();
    let options = options().privileged_port(true);
    match Client::connect_with(&peer.address, PROGRAM, VERSION, &options) {
        Ok(client) => {
            client.null().unwrap();
            assert!((512..1024).contains(&from.recv().unwrap().port()));
        }
        Err(Error::Connect { source, .. }) => {
            assert_eq!(source.kind(), std::io::ErrorKind::PermissionDenied);
            Client::connect(&peer.address, PROGRAM, VERSION).unwrap();
        }
        Err(error) => panic!("{error:?}"),
    }
    peer.join();
}

/// Two clients at a time have two ports.
#[test]
fn privileged_ports_that_are_taken() {
    let peers = [tell(), tell()];
    let options = options().privileged_port(true);
    let connect = |peer: &Peer| Client::connect_with(&peer.address, PROGRAM, VERSION, &options);
    let clients: Vec<_> = peers.iter().map(|(peer, _)| connect(peer)).collect();
    if clients.iter().all(Result::is_ok) {
        let ports: Vec<_> = peers.iter().map(|(_, from)| from.recv().unwrap().port()).collect();
        assert!(ports.iter().all(|port| (512..1024).contains(port)), "{ports:?}");
    } else {
        assert!(clients.iter().all(Result::is_err), "{clients:?}");
        peers.iter().for_each(|(peer, _)| drop(Client::connect(&peer.address, PROGRAM, VERSION).unwrap()));
    }
    drop(clients);
    peers.into_iter().for_each(|(peer, _)| peer.join());
}

#[test]
fn the_address_that_is_called_from_is_known() {
    let (peer, from) = tell();
    let client = Client::connect(&peer.address, PROGRAM, VERSION).unwrap();
    assert_eq!(client.local_address(), Some(from.recv().unwrap()));
    drop(client);
    peer.join();
}
