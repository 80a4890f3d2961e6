//! The client session, without sockets and with a clock of its own.

use bytes::Bytes;
use oncrpc::record::Record;
use oncrpc::rpc::{AuthStat, Credential, ReplyError};
use oncrpc::session::{CallTemplate, ClientConfig, ClientSession, NewCall, Results, Retransmission};
use oncrpc::xdr::{DecodeLimits, EncodeError, Encoder, Opaque, Xdr};
use oncrpc::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

const FIRST_XID: u32 = 7000;
const TIMEOUT: Duration = Duration::from_secs(25);

fn config() -> ClientConfig {
    ClientConfig { max_call: 1000, max_kept: 1 << 20, first_xid: FIRST_XID, peer: "tcp://peer".into() }
}

fn session() -> ClientSession {
    ClientSession::new(config())
}

static TEMPLATE: LazyLock<CallTemplate> =
    LazyLock::new(|| CallTemplate::new(0x2000_0099, 3, &Credential::None).unwrap());

fn call(procedure: u32) -> NewCall<'static> {
    NewCall { template: &TEMPLATE, procedure, timeout: TIMEOUT, idempotent: false }
}

fn start(session: &mut ClientSession, now: Instant) -> u32 {
    session.start(now, call(1), |_| Ok(()), &mut Encoder::new()).unwrap()
}

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn deliver(session: &mut ClientSession, words: &[u32]) -> Option<u32> {
    session.handle_record(&Record::Borrowed(&bytes(words)))
}

fn number(results: &Results) -> u32 {
    u32::decode(&mut results.decoder(DecodeLimits::DEFAULT)).unwrap()
}

/// Results of a call that must have succeeded.
#[track_caller]
fn success(outcome: Option<Result<Results>>) -> Results {
    outcome.expect("an outcome").expect("a success")
}

#[test]
fn a_call_on_the_wire() {
    let mut out = Encoder::new();
    let xid = session().start(Instant::now(), call(9), |out| u64::encode(&5, out), &mut out).unwrap();
    assert_eq!(xid, FIRST_XID);
    let expected = bytes(&[0x8000_0030, FIRST_XID, 0, 2, 0x2000_0099, 3, 9, 0, 0, 0, 0, 0, 5]);
    assert_eq!(out.into_bytes(), expected);

    let (xid, message) = session().start_datagram(Instant::now(), call(9), |out| u64::encode(&5, out)).unwrap();
    assert_eq!((xid, message.as_ref()), (FIRST_XID, &expected[4..]));
}

#[test]
fn replies_in_any_order_complete_each_call_once() {
    let (mut session, now) = (session(), Instant::now());
    let xids: Vec<_> = (0..100).map(|_| start(&mut session, now)).collect();
    for xid in xids.iter().rev() {
        assert!(session.poll(*xid, now).is_none());
        assert_eq!(deliver(&mut session, &[*xid, 1, 0, 0, 0, 0, xid + 1]), Some(*xid));
        assert_eq!(deliver(&mut session, &[*xid, 1, 0, 0, 0, 5]), None, "the second reply is stale");
    }
    for xid in xids {
        assert_eq!(number(&success(session.poll(xid, now))), xid + 1);
        assert!(session.poll(xid, now).is_none());
    }
    assert_eq!(session.pending(), 0);
}

#[test]
fn what_is_no_reply_to_a_pending_call_is_skipped() {
    let (mut session, now) = (session(), Instant::now());
    let xid = start(&mut session, now);
    let stray: [&[u32]; 6] = [
        &[],
        &[xid],
        &[xid + 1, 1, 0, 0, 0, 0],
        &[xid, 0, 2, 100_003, 3, 0, 0, 0, 0, 0],
        &[xid, 2, 0, 0, 0, 0],
        &[xid.swap_bytes(), 1, 1, 0],
    ];
    for words in stray {
        assert_eq!(deliver(&mut session, words), None, "{words:?}");
    }
    assert_eq!(session.handle_record(&Record::Borrowed(&[0; 7])), None);
    assert!(session.poll(xid, now).is_none());
    assert_eq!(deliver(&mut session, &[xid, 1, 0, 0, 0, 0]), Some(xid));
}

#[test]
fn every_refusal_reaches_the_caller() {
    type Check = fn(&Error) -> bool;
    let cases: [(&[u32], Check); 13] = [
        (&[0, 0, 0, 1], |error| matches!(error, Error::ProgramUnavailable)),
        (&[0, 0, 0, 2, 3, 5], |error| matches!(error, Error::ProgramMismatch { low: 3, high: 5 })),
        (&[0, 0, 0, 3], |error| matches!(error, Error::ProcedureUnavailable)),
        (&[0, 0, 0, 4], |error| matches!(error, Error::GarbageArguments)),
        (&[0, 0, 0, 5], |error| matches!(error, Error::SystemError)),
        (&[0, 0, 0, 6], |error| matches!(error, Error::Reply(ReplyError::AcceptStat { found: 6 }))),
        (&[0, 0, 0, 2, 3], |error| matches!(error, Error::Reply(ReplyError::Unparsable(_)))),
        (&[0, 0, 404, 0], |error| matches!(error, Error::Reply(ReplyError::Unparsable(_)))),
        (&[1, 0, 2, 2], |error| matches!(error, Error::RpcMismatch { low: 2, high: 2 })),
        (&[1, 1, 5], |error| matches!(error, Error::Auth(AuthStat::TooWeak))),
        (&[1, 2], |error| matches!(error, Error::Reply(ReplyError::RejectStat { found: 2 }))),
        (&[2], |error| matches!(error, Error::Reply(ReplyError::ReplyStat { found: 2 }))),
        (&[], |error| matches!(error, Error::Reply(ReplyError::Unparsable(_)))),
    ];
    for (body, expected) in cases {
        let (mut session, now) = (session(), Instant::now());
        let xid = start(&mut session, now);
        assert_eq!(deliver(&mut session, &[&[xid, 1], body].concat()), Some(xid), "{body:?}");
        let error = session.poll(xid, now).unwrap().unwrap_err();
        assert!(expected(&error), "{body:?}: {error:?}");
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn a_verifier_in_the_reply_is_not_required_to_be_empty() {
    let (mut session, now) = (session(), Instant::now());
    let xid = start(&mut session, now);
    deliver(&mut session, &[xid, 1, 0, 2, 4, 0xaabb_ccdd, 0, 42]);
    assert_eq!(number(&success(session.poll(xid, now))), 42);
}

#[test]
fn a_call_has_until_its_deadline() {
    let (mut session, now) = (session(), Instant::now());
    let xid = start(&mut session, now);
    let deadline = now + TIMEOUT;
    assert_eq!(session.deadline(xid), Some(deadline));
    assert!(session.poll(xid, deadline - Duration::from_nanos(1)).is_none());
    let error = session.poll(xid, deadline).unwrap().unwrap_err();
    assert!(matches!(error, Error::TimedOut { after: TIMEOUT, .. }), "{error:?}");
    assert_eq!(deliver(&mut session, &[xid, 1, 0, 0, 0, 0]), None, "a late reply is stale");
    assert!(session.poll(xid, deadline).is_none());
}

#[test]
fn an_outcome_is_given_after_the_deadline_too() {
    let (mut session, now) = (session(), Instant::now());
    let xid = start(&mut session, now);
    deliver(&mut session, &[xid, 1, 0, 0, 0, 0, 1]);
    assert_eq!(number(&success(session.poll(xid, now + 2 * TIMEOUT))), 1);
}

#[test]
fn a_timeout_without_end_is_in_range() {
    let (mut session, now) = (session(), Instant::now());
    let call = NewCall { timeout: Duration::MAX, ..call(1) };
    let xid = session.start(now, call, |_| Ok(()), &mut Encoder::new()).unwrap();
    assert!(session.poll(xid, now + Duration::from_secs(365 * 24 * 3_600)).is_none());
}

#[test]
fn a_call_that_is_given_up_gets_no_reply() {
    let (mut session, now) = (session(), Instant::now());
    let xid = start(&mut session, now);
    session.forget(xid);
    assert_eq!(deliver(&mut session, &[xid, 1, 0, 0, 0, 0]), None);
    assert!(session.poll(xid, now).is_none());
}

#[test]
fn failing_all_spares_the_calls_that_are_complete() {
    let (mut session, now) = (session(), Instant::now());
    let (first, second) = (start(&mut session, now), start(&mut session, now));
    deliver(&mut session, &[first, 1, 0, 0, 0, 0, 42]);
    session.fail_all(&Error::SystemError);
    assert_eq!(number(&success(session.poll(first, now))), 42);
    assert!(matches!(session.poll(second, now), Some(Err(Error::SystemError))));
    assert!(session.poll(second, now).is_none());
}

#[test]
fn arguments_that_cannot_be_encoded_leave_nothing_behind() {
    let (mut session, now) = (session(), Instant::now());
    let mut out = Encoder::new();
    session.start(now, call(1), |out| u32::encode(&1, out), &mut out).unwrap();
    let before: Vec<_> = out.slices().map(<[u8]>::to_vec).collect();

    let bounded = session.start(now, call(1), |out| Opaque::<4>::encode(&Bytes::from_static(b"12345"), out), &mut out);
    assert_eq!(bounded, Err(EncodeError::TooLong { length: 5, bound: 4 }));
    let large = session.start(now, call(1), |out| Opaque::<5000>::encode(&vec![0; 1000].into(), out), &mut out);
    assert_eq!(large, Err(EncodeError::TooLarge { limit: 1000 }));
    let panics = catch_unwind(AssertUnwindSafe(|| {
        session.start(now, call(1), |out| u32::encode(&1, out).map(|()| panic!("in a codec")), &mut out)
    }));
    assert!(panics.is_err());

    assert_eq!(out.slices().map(<[u8]>::to_vec).collect::<Vec<_>>(), before);
    assert_eq!(session.pending(), 1);
    let datagram = session.start_datagram(now, call(1), |out| Opaque::<5000>::encode(&vec![0; 1000].into(), out));
    assert_eq!(datagram, Err(EncodeError::TooLarge { limit: 1000 }));
}

#[test]
fn xids_go_round_and_pass_over_pending_ones() {
    let mut session = ClientSession::new(ClientConfig { first_xid: u32::MAX - 1, ..config() });
    let now = Instant::now();
    let xids = [(); 4].map(|()| start(&mut session, now));
    assert_eq!(xids, [u32::MAX - 1, u32::MAX, 0, 1]);
}

#[test]
fn results_of_every_size_arrive_whole() {
    let (mut session, now) = (session(), Instant::now());
    for length in [0, 1, 3, 59, 60, 61, 63, 64, 65, 1_000, 100_000] {
        let value: Bytes = (0..length).map(|byte| byte as u8).collect();
        for owned in [false, true] {
            let xid = start(&mut session, now);
            let mut record = bytes(&[xid, 1, 0, 0, 0, 0, length]);
            record.extend_from_slice(&value);
            record.resize(record.len().next_multiple_of(4), 0);
            let record = Bytes::from(record);
            let record = if owned { Record::Owned(record) } else { Record::Borrowed(&record) };
            assert_eq!(session.handle_record(&record), Some(xid));
            let results = success(session.poll(xid, now));
            let decoded = Opaque::<{ u32::MAX }>::decode(&mut results.decoder(DecodeLimits::DEFAULT)).unwrap();
            assert_eq!(decoded, value, "{length} bytes, owned: {owned}");
        }
    }
}

/// When a call is sent, in seconds from its start, and that each time it is the same message.
#[test]
fn retransmissions_back_off() {
    let start = Instant::now();
    let mut calls = Retransmission::new(Duration::from_secs(1));
    calls.add(1, Bytes::from_static(b"call"), Instant::now() + 1_000 * TIMEOUT);
    assert_eq!(calls.poll_first(start).as_deref(), Some(&b"call"[..]));
    assert_eq!(calls.poll_first(start), None);
    for seconds in [1, 3, 7, 15, 31, 61, 91] {
        let due = calls.next_due().unwrap();
        assert_eq!(due, start + Duration::from_secs(seconds));
        assert_eq!(calls.poll_again(due - Duration::from_nanos(1)), None);
        assert_eq!(calls.poll_again(due).as_deref(), Some(&b"call"[..]));
        assert_eq!(calls.poll_again(due), None, "once a time");
    }
}

#[test]
fn calls_that_are_over_are_not_sent_again() {
    let start = Instant::now();
    let mut calls = Retransmission::new(Duration::from_secs(1));
    calls.add(1, Bytes::from_static(b"one"), Instant::now() + 1_000 * TIMEOUT);
    calls.add(2, Bytes::from_static(b"two"), Instant::now() + 1_000 * TIMEOUT);
    calls.add(3, Bytes::from_static(b"three"), Instant::now() + 1_000 * TIMEOUT);
    calls.remove(1);
    assert_eq!(calls.poll_first(start).as_deref(), Some(&b"two"[..]));
    assert_eq!(calls.poll_first(start).as_deref(), Some(&b"three"[..]));
    calls.remove(2);
    let later = start + Duration::from_secs(1);
    assert_eq!(calls.poll_again(later).as_deref(), Some(&b"three"[..]));
    assert_eq!(calls.poll_again(later), None);
    calls.remove(3);
    assert_eq!(calls.next_due(), None);
}

#[test]
fn a_call_that_has_no_more_time_is_not_sent_again() {
    let now = Instant::now();
    let mut calls = Retransmission::new(Duration::from_secs(1));
    calls.add(1, Bytes::from_static(b"call"), now + Duration::from_secs(3));
    assert!(calls.poll_first(now).is_some());
    assert!(calls.poll_again(now + Duration::from_secs(1)).is_some(), "1 s later, the next is due at 3 s");
    assert_eq!(calls.next_due(), None);
    assert!(calls.poll_again(now + Duration::from_secs(100)).is_none());
}

/// What is due, and when, is what one finds by looking at each call, however many were dropped in between.
#[test]
fn dropped_calls_are_not_sent_again_and_delay_nobody() {
    let start = Instant::now();
    let mut calls = Retransmission::new(Duration::from_secs(1));
    let mut left: Vec<(Instant, Duration, u32)> = Vec::new();
    for step in 0..5_000_u32 {
        let now = start + Duration::from_millis(step.into());
        calls.add(step, Bytes::copy_from_slice(&step.to_be_bytes()), start + 1_000 * TIMEOUT);
        assert!(calls.poll_first(now).is_some());
        left.push((now + Duration::from_secs(1), Duration::from_secs(2), step));
        // All but one in eight, in no order.
        if step % 8 != 0 {
            let dropped = (step.wrapping_mul(0x9e37_79b9) >> 8) as usize % left.len();
            calls.remove(left.swap_remove(dropped).2);
        }
        while let Some(message) = calls.poll_again(now) {
            let first = left.iter_mut().min().unwrap();
            assert_eq!(message[..], first.2.to_be_bytes());
            *first = (now + first.1, first.1 * 2, first.2);
        }
        assert_eq!(calls.next_due(), left.iter().map(|(due, ..)| *due).min());
    }
    assert_eq!(left.len(), 625);
}

/// A reply with so many bytes of results.
fn long_success(xid: u32, length: usize) -> Vec<u32> {
    [&[xid, 1, 0, 0, 0, 0][..], &vec![7; length / 4]].concat()
}

#[test]
fn what_nobody_waits_for_is_kept_up_to_a_limit() {
    let mut session = ClientSession::new(ClientConfig { max_kept: 1_000, ..config() });
    let now = Instant::now();
    let xids: Vec<_> = (0..6).map(|_| start(&mut session, now)).collect();
    session.expect(xids[3]);
    for xid in &xids[..5] {
        assert_eq!(deliver(&mut session, &long_success(*xid, 600)), Some(*xid));
    }
    let is_dropped = |outcome| matches!(outcome, Some(Err(Error::ReplyDropped { limit: 1_000 })));
    assert!(is_dropped(session.poll(xids[2], now)));
    assert!(is_dropped(session.poll(xids[4], now)));
    // One that is taken and one that is given up make room.
    success(session.take(xids[0]));
    success(session.poll(xids[3], now));
    session.forget(xids[1]);
    assert_eq!(deliver(&mut session, &long_success(xids[5], 2_000)), Some(xids[5]));
    success(session.poll(xids[5], now));
    assert_eq!(session.pending(), 0);
    // Small ones take no more than their slots, of which the number is limited.
    let xids: Vec<_> = (0..100).map(|_| start(&mut session, now)).collect();
    xids.iter().for_each(|xid| assert_eq!(deliver(&mut session, &long_success(*xid, 64)), Some(*xid)));
    xids.iter().for_each(|xid| drop(success(session.poll(*xid, now))));
}
