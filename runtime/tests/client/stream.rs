use crate::peer::{PROGRAM, Peer, VERSION, answer_all, bytes, read_call, record, success};
use bytes::Bytes;
use oncrpc::rpc::{AuthStat, AuthSys, Credential};
use oncrpc::xdr::{Opaque, Xdr};
use oncrpc::{Client, ClientOptions, Error, Result};
use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

fn connect(peer: &Peer) -> Client {
    Client::connect(&peer.address, PROGRAM, VERSION).unwrap()
}

/// Calls procedure `procedure` with one number, for one number.
fn call(client: &Client, procedure: u32, argument: u32) -> Result<u32> {
    client.call::<u32>(procedure, |out| u32::encode(&argument, out))
}

/// The forms that a reply has behind xid and `msg_type`.
const FORMS: [&[u32]; 9] = [
    &[0, 0, 0, 0, 42],
    &[0, 2, 8, 1, 2, 0, 42],
    &[0, 0, 0, 1],
    &[0, 0, 0, 2, 2, 4],
    &[0, 0, 0, 3],
    &[0, 0, 0, 4],
    &[0, 0, 0, 5],
    &[1, 0, 2, 2],
    &[1, 1, 5],
];

#[track_caller]
fn check_form(form: usize, outcome: Result<u32>) {
    let expected = match form {
        0 | 1 => matches!(outcome, Ok(42)),
        2 => matches!(outcome, Err(Error::ProgramUnavailable)),
        3 => matches!(outcome, Err(Error::ProgramMismatch { low: 2, high: 4 })),
        4 => matches!(outcome, Err(Error::ProcedureUnavailable)),
        5 => matches!(outcome, Err(Error::GarbageArguments)),
        6 => matches!(outcome, Err(Error::SystemError)),
        7 => matches!(outcome, Err(Error::RpcMismatch { low: 2, high: 2 })),
        _ => matches!(outcome, Err(Error::Auth(AuthStat::TooWeak))),
    };
    assert!(expected, "form {form}: {outcome:?}");
}

/// The procedure chooses the form of the reply, the argument after how many bytes the peer pauses; 0 is after each.
#[test]
fn every_form_of_reply_in_every_number_of_pieces() {
    let peer = Peer::tcp(|mut stream| {
        while let Some(call) = read_call(&mut stream) {
            let reply = record(&[&[call.xid, 1], FORMS[call.procedure() as usize]].concat());
            let pieces: Vec<_> = match call.argument(0) as usize {
                0 => reply.chunks(1).collect(),
                whole if whole >= reply.len() => vec![&reply[..]],
                split => vec![&reply[..split], &reply[split..]],
            };
            for piece in pieces {
                stream.write_all(piece).unwrap();
                sleep(Duration::from_micros(300));
            }
        }
    });
    let client = connect(&peer);
    for (form, words) in FORMS.iter().enumerate() {
        let length = 4 + 8 + words.len() * 4;
        for split in 0..=length {
            check_form(form, call(&client, form as u32, split as u32));
        }
    }
    drop(client);
    peer.join();
}

#[test]
fn a_disconnect_at_each_byte_of_a_reply_fails_the_call_once() {
    let reply_length = record(&success(0, &[42])).len();
    let peer = Peer::listen(move |listener| {
        for cut in 0..reply_length {
            let (mut stream, _) = listener.accept().unwrap();
            let (first, _second) = (read_call(&mut stream).unwrap(), read_call(&mut stream).unwrap());
            stream.write_all(&record(&success(first.xid, &[42]))[..cut]).unwrap();
        }
    });
    for cut in 0..reply_length {
        let options = ClientOptions::new().reconnect(false);
        let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
        let pending = [client.start::<u32>(1, |_| Ok(())).unwrap(), client.start::<u32>(1, |_| Ok(())).unwrap()];
        for outcome in pending.map(|pending| pending.wait()) {
            assert!(
                matches!(outcome, Err(Error::Closed { within_reply, .. }) if within_reply == (cut > 0)),
                "cut at {cut}: {outcome:?}"
            );
        }
        let later = client.null().unwrap_err();
        assert!(matches!(later, Error::Closed { .. }), "{later:?}");
    }
    peer.join();
}

#[test]
fn stale_replies_and_stray_calls_are_skipped() {
    let peer = Peer::tcp(|mut stream| {
        let call = read_call(&mut stream).unwrap();
        let mut out = record(&success(call.xid.wrapping_add(1), &[1]));
        out.extend(record(&[call.xid, 0, 2, 100_003, 3, 0, 0, 0, 0, 0]));
        out.extend(record(&[call.xid]));
        out.extend(record(&success(call.xid, &[42])));
        out.extend(record(&success(call.xid, &[43])));
        stream.write_all(&out).unwrap();
        answer_all(stream, |_| vec![44]);
    });
    let client = connect(&peer);
    assert_eq!(call(&client, 1, 0).unwrap(), 42);
    assert_eq!(call(&client, 1, 0).unwrap(), 44);
    drop(client);
    peer.join();
}

#[test]
fn a_reply_may_come_in_fragments() {
    let peer = Peer::tcp(|mut stream| {
        let call = read_call(&mut stream).unwrap();
        let message = bytes(&success(call.xid, &[42]));
        let (last, others) = message.split_last().unwrap();
        for byte in others {
            stream.write_all(&[0, 0, 0, 1, *byte]).unwrap();
        }
        stream.write_all(&[0, 0, 0, 0, 0x80, 0, 0, 1, *last]).unwrap();
        answer_all(stream, |_| vec![]);
    });
    let client = connect(&peer);
    assert_eq!(call(&client, 1, 0).unwrap(), 42);
    drop(client);
    peer.join();
}

#[test]
fn large_arguments_and_results_arrive_whole() {
    let peer = Peer::tcp(|mut stream| {
        while let Some(call) = read_call(&mut stream) {
            let opaque = &call.message[40..];
            let mark = 0x8000_0000 | (24 + opaque.len() as u32);
            stream.write_all(&bytes(&[mark, call.xid, 1, 0, 0, 0, 0])).unwrap();
            stream.write_all(opaque).unwrap();
        }
    });
    let client = connect(&peer);
    for length in [0, 1, 8 << 10, 300_001, 4 << 20] {
        let value: Bytes = (0..length).map(|at| (at % 251) as u8).collect();
        let echo = client.call::<Opaque>(1, |out| Opaque::<{ u32::MAX }>::encode(&value, out)).unwrap();
        assert!(echo == value, "{length} bytes");
    }
    let refused =
        client.call::<Opaque>(1, |out| Opaque::<{ u32::MAX }>::encode(&vec![0; (4 << 20) + (64 << 10)].into(), out));
    assert!(matches!(refused, Err(Error::Encode(_))), "{:?}", refused.map(|value| value.len()));
    client.call::<Opaque>(1, |out| u32::encode(&0, out)).expect("still of use");
    drop(client);
    peer.join();
}

#[test]
fn results_that_are_not_what_the_interface_says() {
    let peer = Peer::tcp(|stream| answer_all(stream, |call| vec![1; call.procedure() as usize]));
    let client = connect(&peer);
    let error = client.call::<u64>(1, |_| Ok(())).unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    assert_eq!(client.call::<u64>(2, |_| Ok(())).unwrap(), 0x1_0000_0001);
    assert_eq!(client.call::<u64>(3, |_| Ok(())).unwrap(), 0x1_0000_0001, "what is left over is of no interest");
    drop(client);
    peer.join();
}

#[test]
fn a_credential_goes_with_every_call() {
    let peer = Peer::tcp(|mut stream| {
        for _ in 0..2 {
            let call = read_call(&mut stream).unwrap();
            let name = u32::from_be_bytes(*b"ab\0\0");
            let expected = [call.xid, 0, 2, PROGRAM, VERSION, 7, 1, 28, 9, 2, name, 1000, 100, 1, 4, 0, 0];
            assert_eq!(call.message, bytes(&expected));
            stream.write_all(&record(&success(call.xid, &[]))).unwrap();
        }
    });
    let sys = AuthSys { stamp: 9, machine_name: "ab".into(), uid: 1000, gid: 100, gids: vec![4] };
    let options = ClientOptions::new().credential(Credential::Sys(sys));
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    for _ in 0..2 {
        client.call::<oncrpc::xdr::Void>(7, |_| Ok(())).unwrap();
    }
    peer.join();
}

#[test]
fn a_call_times_out_and_the_client_goes_on() {
    let peer = Peer::tcp(|mut stream| {
        let unanswered = read_call(&mut stream).unwrap();
        let second = read_call(&mut stream).unwrap();
        stream.write_all(&record(&success(unanswered.xid, &[1]))).unwrap();
        stream.write_all(&record(&success(second.xid, &[2]))).unwrap();
        assert!(read_call(&mut stream).is_none());
    });
    let options = ClientOptions::new().call_timeout(Duration::from_millis(200));
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let start = Instant::now();
    let error = call(&client, 1, 0).unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert!(error.to_string().contains(&peer.address), "{error}");
    assert!((200..3_000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    assert_eq!(call(&client, 1, 0).unwrap(), 2, "the late reply is skipped");
    drop(client);
    peer.join();
}

#[test]
fn a_reply_that_has_come_is_taken_after_the_deadline() {
    let peer = Peer::tcp(|stream| answer_all(stream, |_| vec![42]));
    let options = ClientOptions::new().call_timeout(Duration::from_millis(50));
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let pending = client.start::<u32>(1, |_| Ok(())).unwrap();
    client.flush().unwrap();
    sleep(Duration::from_millis(500));
    assert_eq!(pending.wait().unwrap(), 42);
    drop(client);
    peer.join();
}
