//! The cache against a naive model, and its rules one by one.

use super::{Admission, Memo, ReplayCache, ReplayKey, ReplayLimits};
use crate::rpc::{AuthSys, CallHeader, Credential, Flavor};
use bytes::Bytes;
use core::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

const HERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));

fn header(xid: u32) -> CallHeader {
    CallHeader { xid, program: 7, version: 1, procedure: 3, ..CallHeader::default() }
}

fn cache(entries: usize, bytes: usize) -> Arc<ReplayCache> {
    Arc::new(ReplayCache::new(ReplayLimits { entries, bytes, time: Duration::from_secs(120) }))
}

fn begin(cache: &Arc<ReplayCache>, xid: u32, now: Instant) -> Admission {
    cache.begin(cache.key(&header(xid), HERE, b"arguments"), now, || None)
}

fn memo(admission: Admission) -> Memo {
    match admission {
        Admission::New(memo) => memo,
        other => panic!("not new: {other:?}"),
    }
}

fn finish(cache: &Arc<ReplayCache>, xid: u32, reply: &'static [u8], now: Instant) {
    memo(begin(cache, xid, now)).finish(Some(Bytes::from_static(reply)), now);
}

fn reply(admission: Admission) -> Bytes {
    match admission {
        Admission::Done(reply) => reply,
        other => panic!("not done: {other:?}"),
    }
}

#[test]
fn a_call_is_carried_out_once_and_answered_again() {
    let (cache, now) = (cache(8, 8_000), Instant::now());
    let first = memo(begin(&cache, 1, now));
    assert!(matches!(begin(&cache, 1, now), Admission::InProgress));
    first.finish(Some(Bytes::from_static(b"forty-two")), now);
    for _ in 0..3 {
        assert_eq!(reply(begin(&cache, 1, now)), "forty-two");
    }
}

#[test]
fn every_part_of_the_key_tells_calls_apart() {
    let cache = cache(64, 64_000);
    let sys = |uid, gid, machine: &str| {
        Credential::Sys(AuthSys { uid, gid, machine_name: machine.into(), ..AuthSys::default() })
    };
    let other = |flavor, body: &'static [u8]| Credential::Other { flavor, body: Bytes::from_static(body) };
    let with = |credential| CallHeader { credential, ..header(1) };
    let headers = [
        header(1),
        header(2),
        CallHeader { program: 8, ..header(1) },
        CallHeader { version: 2, ..header(1) },
        CallHeader { procedure: 4, ..header(1) },
        with(sys(0, 0, "a")),
        with(sys(1, 0, "a")),
        with(sys(0, 1, "a")),
        with(sys(0, 0, "b")),
        with(other(Flavor::DH, b"name")),
        with(other(Flavor::DH, b"eman")),
        with(other(Flavor::SHORT, b"name")),
    ];
    let mut keys: Vec<ReplayKey> = headers.iter().map(|header| cache.key(header, HERE, b"abcd")).collect();
    keys.push(cache.key(&header(1), None, b"abcd"));
    keys.push(cache.key(&header(1), Some(IpAddr::V4(Ipv4Addr::BROADCAST)), b"abcd"));
    keys.push(cache.key(&header(1), HERE, b"abce"));
    keys.push(cache.key(&header(1), HERE, b"abcdabcd"));
    keys.push(cache.key(&header(1), HERE, b""));
    let memos: Vec<_> = keys.into_iter().map(|key| memo(cache.begin(key, Instant::now(), || None))).collect();
    assert_eq!(cache.usage().in_progress, memos.len());
}

#[test]
fn what_a_caller_renews_between_two_attempts_is_not_part_of_the_key() {
    let cache = cache(8, 8_000);
    let claim = |stamp, gids: &[u32]| {
        let credential = Credential::Sys(AuthSys { stamp, gids: gids.to_vec(), ..AuthSys::default() });
        cache.key(&CallHeader { credential, ..header(1) }, HERE, b"")
    };
    assert_eq!(claim(1, &[]), claim(2, &[4]));
}

#[test]
fn a_call_without_a_reply_may_come_again() {
    let (cache, now) = (cache(8, 8_000), Instant::now());
    drop(begin(&cache, 1, now));
    assert_eq!(cache.usage().bytes, 0);
    finish(&cache, 1, b"now", now);
    assert_eq!(reply(begin(&cache, 1, now)), "now");
}

#[test]
fn a_call_that_wants_no_reply_is_still_done_once() {
    let (cache, now) = (cache(8, 8_000), Instant::now());
    memo(begin(&cache, 1, now)).finish(None, now);
    assert!(matches!(begin(&cache, 1, now), Admission::DoneWithoutReply));
}

#[test]
fn a_reply_is_forgotten_after_its_time() {
    let (cache, now) = (cache(8, 8_000), Instant::now());
    finish(&cache, 1, b"old", now);
    assert_eq!(reply(begin(&cache, 1, now + Duration::from_millis(119_999))), "old");
    drop(memo(begin(&cache, 1, now + Duration::from_secs(120))));
    assert_eq!(cache.usage(), super::ReplayUse::default());
}

#[test]
fn the_oldest_that_is_done_makes_room_and_never_one_in_progress() {
    let (cache, now) = (cache(3, 8_000), Instant::now());
    let slow = memo(begin(&cache, 1, now));
    finish(&cache, 2, b"two", now);
    finish(&cache, 3, b"three", now);
    finish(&cache, 4, b"four", now);
    assert!(matches!(begin(&cache, 1, now), Admission::InProgress));
    assert_eq!(reply(begin(&cache, 3, now)), "three");
    assert_eq!(cache.usage().evicted, 1);
    let (_second, _third) = (memo(begin(&cache, 5, now)), memo(begin(&cache, 6, now)));
    assert!(matches!(begin(&cache, 7, now), Admission::Full));
    slow.finish(Some(Bytes::from_static(b"one")), now);
    drop(memo(begin(&cache, 7, now)));
}

#[test]
fn bytes_are_bounded_and_a_reply_that_cannot_fit_evicts_nobody() {
    let (cache, now) = (cache(100, 8_000), Instant::now());
    for xid in 0..50 {
        finish(&cache, xid, &[7; 1_000], now);
        assert!(cache.usage().bytes <= 8_000);
    }
    let kept = cache.usage().done;
    assert!(kept >= 5, "{kept} of 8 kB");
    // The call itself takes an entry's worth of bytes, its reply must take none.
    memo(begin(&cache, 100, now)).finish(Some(vec![7; 9_000].into()), now);
    assert!(matches!(begin(&cache, 100, now), Admission::DoneWithoutReply));
    assert!(cache.usage().done >= kept);
}

/// What the cache should do, without bounds on bytes.
#[derive(Default)]
struct Model {
    /// xid, reply, when it was done.
    calls: Vec<(u32, Option<(Bytes, Instant)>)>,
}

impl Model {
    fn expire(&mut self, now: Instant) {
        self.calls.retain(|(_, done)| done.as_ref().is_none_or(|(_, since)| now - *since < Duration::from_secs(120)));
    }

    fn begin(&mut self, xid: u32, now: Instant, entries: usize) -> String {
        self.expire(now);
        match self.calls.iter().find(|(known, _)| *known == xid) {
            Some((_, None)) => return "in progress".into(),
            Some((_, Some((reply, _)))) => return format!("done {reply:?}"),
            None => {}
        }
        if self.calls.len() == entries {
            let oldest = self.calls.iter().filter_map(|(xid, done)| Some((done.as_ref()?.1, *xid))).min();
            let Some((_, oldest)) = oldest else { return "full".into() };
            self.calls.retain(|(xid, _)| *xid != oldest);
        }
        self.calls.push((xid, None));
        "new".into()
    }
}

fn name(admission: Admission, xid: u32, memos: &mut Vec<(u32, Memo)>) -> String {
    match admission {
        Admission::New(memo) => {
            memos.push((xid, memo));
            "new".into()
        }
        Admission::InProgress => "in progress".into(),
        Admission::Done(reply) => format!("done {reply:?}"),
        Admission::DoneWithoutReply => "done".into(),
        Admission::Full => "full".into(),
    }
}

/// xorshift64*: the same numbers for the same seed everywhere.
fn random(state: &mut u64) -> u64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
}

#[test]
fn it_does_as_a_naive_model_does() {
    for seed in 1..=200 {
        let (entries, mut state) = (6, seed);
        let (cache, mut model, mut memos) = (cache(entries, 1 << 20), Model::default(), Vec::new());
        let mut now = Instant::now();
        for step in 0_u64..400 {
            // No two at the same time, so that the model knows which is the oldest.
            now += Duration::from_micros(1 + random(&mut state) % 12_000_000);
            match random(&mut state) % 4 {
                0 | 1 => {
                    let xid = (random(&mut state) % 12) as u32;
                    let found = name(begin(&cache, xid, now), xid, &mut memos);
                    assert_eq!(found, model.begin(xid, now, entries), "seed {seed}, step {step}");
                }
                kind if !memos.is_empty() => {
                    let (xid, memo) = memos.swap_remove(random(&mut state) as usize % memos.len());
                    if kind == 2 {
                        let reply = Bytes::from(format!("{step}"));
                        let done = model.calls.iter_mut().find(|(known, _)| *known == xid).unwrap();
                        done.1 = Some((reply.clone(), now));
                        memo.finish(Some(reply), now);
                    } else {
                        model.calls.retain(|(known, _)| *known != xid);
                    }
                }
                _ => {}
            }
            let usage = cache.usage();
            assert_eq!(usage.in_progress, memos.len());
        }
        memos.clear();
        now += Duration::from_secs(120);
        drop(begin(&cache, 99, now));
        assert_eq!(cache.usage().bytes, 0, "seed {seed}: nothing is left of what is forgotten");
    }
}
