//! What a call has beside its arguments, and calls without a reply.

use crate::peer::{PROGRAM, Peer, VERSION, bytes, read_call, receive_call, record, success};
use oncrpc::rpc::{AuthSys, Credential};
use oncrpc::xdr::{Void, Xdr};
use oncrpc::{Client, ClientOptions, Error};
use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

#[test]
fn a_deadline_of_its_own() {
    let peer = Peer::tcp(|mut stream| while read_call(&mut stream).is_some() {});
    let options = ClientOptions::new().call_timeout(Duration::from_secs(60));
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let hasty = client.with_deadline(Duration::from_millis(50));
    let begin = Instant::now();
    let error = hasty.null().unwrap_err();
    assert!(matches!(error, Error::TimedOut { after, .. } if after == Duration::from_millis(50)), "{error:?}");
    assert!(begin.elapsed() < Duration::from_secs(10));
    drop((client, hasty));
    peer.join();
}

/// The peer takes one connection only: callers share it.
#[test]
fn a_credential_of_its_own() {
    let peer = Peer::tcp(|mut stream| {
        for flavor in [0, 1, 0] {
            let call = read_call(&mut stream).unwrap();
            assert_eq!(call.message[24..28], u32::to_be_bytes(flavor));
            stream.write_all(&record(&success(call.xid, &[]))).unwrap();
        }
    });
    let client = Client::connect(&peer.address, PROGRAM, VERSION).unwrap();
    let user = client.with_credential(&Credential::Sys(AuthSys { uid: 7, ..AuthSys::default() })).unwrap();
    client.null().unwrap();
    user.null().unwrap();
    user.with_credential(&Credential::None).unwrap().null().unwrap();
    let strange = Credential::Sys(AuthSys { gids: vec![0; 17], ..AuthSys::default() });
    assert!(matches!(client.with_credential(&strange), Err(Error::Encode(_))));
    peer.join();
}

#[test]
fn calls_without_a_reply_go_out_with_what_follows() {
    let peer = Peer::tcp(|mut stream| {
        let mut calls: Vec<_> = (0..102).map(|_| read_call(&mut stream).unwrap()).collect();
        let last = calls.pop().unwrap();
        assert!(calls.iter().map(|call| call.procedure()).eq([5; 100].into_iter().chain([6])));
        assert!(calls.iter().take(100).map(|call| call.argument(0)).eq(0..100));
        // A reply to one of them, and one that is detached, are skipped.
        for call in [&calls[0], &calls[100], &last] {
            stream.write_all(&record(&success(call.xid, &[9]))).unwrap();
        }
        assert_eq!(read_call(&mut stream).unwrap().procedure(), 7);
    });
    let client = Client::connect(&peer.address, PROGRAM, VERSION).unwrap();
    for argument in 0..100 {
        client.send(5, |out| u32::encode(&argument, out)).unwrap();
    }
    client.start::<u32>(6, |_| Ok(())).unwrap().detach();
    assert_eq!(client.call::<u32>(1, |_| Ok(())).unwrap(), 9);
    client.send(7, |_| Ok(())).unwrap();
    client.flush().unwrap();
    peer.join();
}

/// The queue of such calls is bounded: a peer that takes nothing makes them fail.
#[test]
fn calls_without_a_reply_wait_for_room() {
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let peer = Peer::tcp(move |_stream| assert!(wait.recv().is_err()));
    let options = ClientOptions::new().call_timeout(Duration::from_millis(200));
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let large = vec![0; 1 << 20].into();
    let sent = |_: &usize| client.send(5, |out| oncrpc::xdr::Opaque::<{ u32::MAX }>::encode(&large, out)).is_ok();
    assert!((0..200_usize).take_while(sent).count() < 100);
    drop(done);
    peer.join();
}

#[test]
fn over_udp_a_call_without_a_reply_is_sent_once() {
    let peer = Peer::udp(|socket| {
        assert_eq!(receive_call(&socket).0.procedure(), 5);
        let (call, from) = receive_call(&socket);
        assert_eq!(call.procedure(), 1);
        std::thread::sleep(Duration::from_millis(100));
        socket.send_to(&bytes(&success(call.xid, &[])), from).unwrap();
    });
    let options = ClientOptions::new().retransmit_interval(Duration::from_millis(20));
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    client.send(5, |_| Ok(())).unwrap();
    client.call::<Void>(1, |_| Ok(())).unwrap();
    peer.join();
}

#[test]
fn calls_in_flight_are_bounded() {
    let peer = Peer::tcp(|mut stream| {
        while let Some(call) = read_call(&mut stream) {
            stream.write_all(&record(&success(call.xid, &[]))).unwrap();
        }
    });
    let options = ClientOptions::new().max_calls(3);
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let mut pending: Vec<_> = (0..3).map(|_| client.start::<Void>(1, |_| Ok(())).unwrap()).collect();
    let error = client.null().unwrap_err();
    assert!(matches!(error, Error::TooManyCalls { limit: 3 }) && error.is_unsent(), "{error:?}");
    pending.pop().unwrap().wait().unwrap();
    client.null().unwrap();
    drop((pending, client));
    peer.join();
}

/// Replies come while a thread looks for them, after it has gone to sleep, or not at all.
#[test]
fn looking_before_sleeping_changes_no_outcome() {
    let options = ClientOptions::new().spin(Duration::from_millis(5));
    let peer = Peer::tcp(|mut stream| {
        while let Some(call) = read_call(&mut stream) {
            sleep(Duration::from_millis(u64::from(call.argument(0))));
            stream.write_all(&record(&success(call.xid, &[call.argument(0)]))).unwrap();
        }
    });
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let call = |client: &Client, pause: u32| client.call::<u32>(1, |out| u32::encode(&pause, out));
    for pause in [0, 1, 20, 0] {
        assert_eq!(call(&client, pause).unwrap(), pause);
    }
    let hasty = client.with_deadline(Duration::from_millis(50));
    assert!(matches!(call(&hasty, 400), Err(Error::TimedOut { .. })));
    assert_eq!(call(&client, 2).unwrap(), 2);
    drop((client, hasty));
    peer.join();
}
