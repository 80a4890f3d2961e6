use super::office::*;
use super::peer::{Peer, record, success, words};
use oncrpc::{Error, Limits, Pending};
use std::io::Write;
use std::thread;
use std::time::Duration;

/// What stands behind the xid, and whether that is the error it makes.
type Form = (&'static [u32], fn(&Error) -> bool);

fn asked(office: &Office, peer: &mut Peer) -> (Pending<u32>, u32) {
    peer.call(1, STAY, &[0]);
    peer.check_reply(1, 0);
    let pending = double(&office.stayed(), 4).unwrap();
    let (xid, _) = peer.called();
    (pending, xid)
}

/// Every form of reply, in one piece and byte by byte.
#[test]
fn each_form_of_reply_completes_the_call_once() {
    let forms: [Form; 9] = [
        (&[1, 0, 0, 0, 1], |error| matches!(error, Error::ProgramUnavailable)),
        (&[1, 0, 0, 0, 2, 3, 4], |error| matches!(error, Error::ProgramMismatch { low: 3, high: 4 })),
        (&[1, 0, 0, 0, 3], |error| matches!(error, Error::ProcedureUnavailable)),
        (&[1, 0, 0, 0, 5], |error| matches!(error, Error::SystemError)),
        (&[1, 0, 0, 0, 77], |error| matches!(error, Error::Reply(_))),
        (&[1, 1, 0, 2, 2], |error| matches!(error, Error::RpcMismatch { .. })),
        (&[1, 1, 1, 5], |error| matches!(error, Error::Auth(_))),
        (&[1], |error| matches!(error, Error::Decode(_) | Error::Reply(_))),
        (&[1, 0, 0, 0, 0], |error| matches!(error, Error::Decode(_))),
    ];
    let office = Office::default();
    let server = office.serve(Limits::default(), 1);
    let mut peer = Peer::new(&server);
    for (form, is_expected) in forms {
        for dribbled in [false, true] {
            let (pending, xid) = asked(&office, &mut peer);
            let reply = record(&[words(&[xid]), words(form)].concat());
            if dribbled {
                reply.iter().for_each(|byte| peer.0.write_all(&[*byte]).unwrap());
            } else {
                peer.0.write_all(&reply).unwrap();
            }
            let error = pending.wait().unwrap_err();
            assert!(is_expected(&error), "{form:?}: {error}");
            // A second one is skipped.
            peer.0.write_all(&record(&success(xid, &[1]))).unwrap();
        }
    }
    peer.call(2, ADD, &[2, 3]);
    peer.check_reply(2, 5);
}

#[test]
fn replies_nobody_asked_for_are_skipped() {
    let office = Office::default();
    let server = office.serve(Limits::default(), 1);
    let mut peer = Peer::new(&server);
    let (pending, xid) = asked(&office, &mut peer);
    for other in (1..10_000).map(|distance| xid.wrapping_add(distance)) {
        peer.reply(other, 1);
    }
    // One that is too large for anything it could be.
    peer.send(&[success(xid ^ 1, &[]), vec![0; 1 << 20]].concat());
    peer.reply(xid, 8);
    assert_eq!(pending.wait().unwrap(), 8);
}

#[test]
fn a_large_reply_comes_in_pieces() {
    let office = Office::default();
    let server = office.serve(Limits::default(), 1);
    let mut peer = Peer::new(&server);
    peer.call(1, STAY, &[0]);
    peer.check_reply(1, 0);
    let client = office.stayed();
    let pending =
        client.start::<oncrpc::codegen::Opaque>(DOUBLE, |out| oncrpc::codegen::encode::<u32>(&1, out)).unwrap();
    let (xid, _) = peer.called();
    let reply = record(&[success(xid, &[2 << 20]), vec![7; 2 << 20]].concat());
    for piece in reply.chunks(100_000) {
        peer.0.write_all(piece).unwrap();
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(pending.wait().unwrap(), vec![7; 2 << 20]);
}

/// It is called and never reads: calls wait for room until their time is over, whatever their number.
#[test]
fn who_does_not_read_costs_time_and_not_memory() {
    let office = Office { deadline: Some(Duration::from_millis(300)), ..Office::default() };
    let server = office.serve(Limits { output_bytes: 64 << 10, ..Limits::default() }, 1);
    let mut peer = Peer::new(&server);
    peer.call(1, STAY, &[0]);
    let client = office.stayed();
    let data = vec![1; 60 << 10];
    let mut sent = 0;
    let error = loop {
        let one = client.send(NOTE, |out| oncrpc::codegen::encode::<oncrpc::codegen::OpaqueVec>(&data, out));
        match one {
            Ok(()) => sent += data.len(),
            Err(error) => break error,
        }
        assert!(sent < 64 << 20, "what the system and the connection hold is less");
    };
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    // Others are served meanwhile.
    let mut other = Peer::new(&server);
    other.call(1, ADD, &[2, 3]);
    other.check_reply(1, 5);
}

/// It floods the server with calls while it owes a reply that they wait for: more than are kept are not read.
#[test]
fn who_calls_and_does_not_answer_is_read_no_further() {
    let office = Office { deadline: Some(Duration::from_millis(500)), ..Office::default() };
    let record = oncrpc::record::Limits { bytes: 256 << 10, ..oncrpc::record::Limits::DEFAULT };
    let limits = Limits { connection_calls: 1, record, ..Limits::default() };
    let server = office.serve(limits, 1);
    let mut peer = Peer::new(&server);
    peer.0.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
    let flood: Vec<u8> =
        (0..400_000).flat_map(|xid| super::peer::record(&super::peer::call(xid, ASK, &[xid]))).collect();
    let mut left = &flood[..];
    while let Ok(count @ 1..) = peer.0.write(left) {
        left = &left[count..];
    }
    assert!(!left.is_empty(), "it is not read without end");
    let mut other = Peer::new(&server);
    other.call(1, ADD, &[2, 3]);
    other.check_reply(1, 5);
}
