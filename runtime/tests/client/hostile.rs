use crate::peer::{PROGRAM, Peer, VERSION, bytes, read_call, record, success};
use oncrpc::record::RecordError;
use oncrpc::xdr::{Array, List, Opaque, Xdr};
use oncrpc::{Client, ClientOptions, Error};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

fn connect(peer: &Peer, timeout: Duration) -> Client {
    let options = ClientOptions::new().call_timeout(timeout).reconnect(false);
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap()
}

/// What a call gets when the peer answers it with `answer` and goes on listening; the client must hang up on it.
fn answered_with(answer: Vec<u8>) -> Error {
    let peer = Peer::tcp(move |mut stream| {
        let _calls = [read_call(&mut stream).unwrap(), read_call(&mut stream).unwrap()];
        // It fails if the client has hung up within it.
        let _ = stream.write_all(&answer);
        let mut rest = [0; 1];
        assert!(matches!(stream.read(&mut rest), Ok(0) | Err(_)), "the client hangs up");
    });
    let client = connect(&peer, Duration::from_secs(10));
    let start = Instant::now();
    let pending = [client.start::<u32>(1, |_| Ok(())).unwrap(), client.start::<u32>(1, |_| Ok(())).unwrap()];
    let [first, second] = pending.map(|pending| pending.wait().unwrap_err());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(first.to_string(), second.to_string());
    assert!(matches!(client.null(), Err(Error::Closed { .. })));
    peer.join();
    first
}

#[test]
fn a_mark_that_claims_too_much() {
    for mark in [0x8041_0001, 0x0041_0001, 0xffff_ffff, 0x7fff_ffff_u32] {
        let length = (mark & 0x7fff_ffff) as usize;
        let error = answered_with(mark.to_be_bytes().to_vec());
        let expected = RecordError::TooLarge { length, limit: (4 << 20) + (64 << 10) };
        assert!(matches!(error, Error::Record(found) if found == expected), "{mark:#x}: {error:?}");
    }
}

#[test]
fn fragments_without_end() {
    let fragment = [&5_000_u32.to_be_bytes()[..], &[b'a'; 5_000]].concat();
    let error = answered_with(fragment.repeat(1_000));
    assert!(matches!(error, Error::Record(RecordError::TooLarge { .. })), "{error:?}");
    let error = answered_with([0, 0, 0, 1, b'a'].repeat(100_000));
    assert!(matches!(error, Error::Record(RecordError::TooManyFragments { .. })), "{error:?}");
    let error = answered_with(vec![0; 400_000]);
    assert!(matches!(error, Error::Record(RecordError::TooManyEmptyFragments { .. })), "{error:?}");
}

#[test]
fn an_empty_record() {
    let error = answered_with(bytes(&[0x8000_0000]));
    assert!(matches!(error, Error::Record(RecordError::Empty)), "{error:?}");
}

/// Any bytes: the call fails, and the client is neither stuck nor gone.
#[test]
fn garbage() {
    let peer = Peer::listen(|listener| {
        let mut state = 1_u64;
        for _ in 0..64 {
            let (mut stream, _) = listener.accept().unwrap();
            read_call(&mut stream).unwrap();
            let garbage: Vec<u8> = (0..200)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect();
            let _ = stream.write_all(&garbage);
        }
    });
    for _ in 0..64 {
        let client = connect(&peer, Duration::from_secs(10));
        client.call::<u32>(1, |_| Ok(())).unwrap_err();
        assert!(matches!(client.null(), Err(Error::Closed { .. })));
    }
    peer.join();
}

/// Bytes that do not make a reply do not make the time of a call longer.
fn check_deadline(serve: impl Fn(&mut TcpStream, u32) -> std::io::Result<()> + Send + 'static) {
    let peer = Peer::tcp(move |mut stream| {
        let call = read_call(&mut stream).unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end && serve(&mut stream, call.xid).is_ok() {}
    });
    let client = connect(&peer, Duration::from_millis(300));
    let start = Instant::now();
    let error = client.call::<u32>(1, |_| Ok(())).unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!((300..4_000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    drop(client);
    peer.join();
}

#[test]
fn a_flood_of_stale_replies() {
    check_deadline(|stream, xid| stream.write_all(&record(&success(xid.wrapping_add(7), &[1])).repeat(50)));
}

#[test]
fn a_drip_of_one_byte_now_and_then() {
    let sent = std::sync::atomic::AtomicUsize::new(0);
    check_deadline(move |stream, xid| {
        sleep(Duration::from_millis(20));
        let reply = record(&success(xid, &[0; 1_000]));
        let at = sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        stream.write_all(&reply[at..=at])
    });
}

#[test]
fn results_with_lengths_that_lie() {
    let peer = Peer::tcp(|mut stream| {
        while let Some(call) = read_call(&mut stream) {
            stream.write_all(&record(&success(call.xid, &[call.argument(0), 0]))).unwrap();
        }
    });
    let client = connect(&peer, Duration::from_secs(10));
    for length in [5, 1 << 20, 1 << 30, u32::MAX - 3, u32::MAX] {
        let argument = |out: &mut oncrpc::xdr::Encoder| u32::encode(&length, out);
        let outcomes = [
            client.call::<Opaque>(1, argument).map(drop),
            client.call::<Array<u32>>(1, argument).map(drop),
            client.call::<Array<Opaque>>(1, argument).map(drop),
            client.call::<Array<List<u32>>>(1, argument).map(drop),
        ];
        for outcome in outcomes {
            assert!(matches!(outcome, Err(Error::Decode(_))), "{length}: {outcome:?}");
        }
    }
    drop(client);
    peer.join();
}
