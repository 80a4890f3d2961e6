//! Turns of a few calls that come together, over a connection that keeps nothing between them.

use super::desk::*;
use super::support::*;
use oncrpc::Limits;
use oncrpc::metrics::Outcome;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;

/// SYSTEM_ERR as an `accept_stat` (RFC 5531 §9).
const SYSTEM_ERR: u32 = 5;

fn add(xid: u32) -> Vec<u8> {
    record(&call(xid, ADD, &words(&[xid, 1])))
}

#[test]
fn whatever_is_among_them_each_comes_to_what_it_would_by_itself() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    check_served(&mut stream);
    for size in 2..40 {
        for odd in 0..size {
            let one = |xid| match xid {
                _ if xid != odd => (add(xid), success(xid, &words(&[xid + 1]))),
                _ if size % 3 == 0 => (record(&call(xid, PANIC, b"")), words(&[xid, 1, 0, 0, 0, SYSTEM_ERR])),
                _ if size % 3 == 1 => (record(&call(xid, NULL, b"")), success(xid, b"")),
                _ => (add(xid), success(xid, &words(&[xid + 1]))),
            };
            let (calls, replies): (Vec<_>, Vec<_>) = (0..size).map(one).unzip();
            stream.write_all(&calls.concat()).unwrap();
            replies.into_iter().for_each(|reply| assert_eq!(read_record(&mut stream), reply, "{odd} of {size}"));
        }
    }
}

#[test]
fn the_last_one_may_come_in_part() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    check_served(&mut stream);
    for cut in 1..add(0).len() {
        let calls: Vec<u8> = (0..6).flat_map(add).collect();
        let (come, rest) = calls.split_at(calls.len() - cut);
        stream.write_all(come).unwrap();
        (0..5).for_each(|xid| assert_eq!(read_record(&mut stream), success(xid, &words(&[xid + 1])), "{cut}"));
        stream.write_all(rest).unwrap();
        assert_eq!(read_record(&mut stream), success(5, &words(&[6])), "{cut}");
    }
}

#[test]
fn all_are_counted_and_some_are_timed() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    check_served(&mut stream);
    for _ in 0..200 {
        stream.write_all(&(0..16).flat_map(add).collect::<Vec<u8>>()).unwrap();
        (0..16).for_each(|_| drop(read_record(&mut stream)));
    }
    // They are counted before their replies are written.
    let counted = server.metrics();
    let adds = counted.procedure(PROGRAM, 1, ADD).unwrap();
    let count = 1 + 200 * 16;
    assert_eq!(adds.count(Outcome::Success), count);
    assert_eq!((adds.received, adds.sent), (count * 48, count * 28));
    assert!((count / 64..=count).contains(&adds.latency.count()), "{}", adds.latency.count());
    wait_until(|| server.connections().iter().any(|connection| connection.calls == count));
}

#[test]
fn those_before_the_end_are_answered() {
    let server = start(Limits::default());
    for count in [2, 16, 100] {
        let mut stream = connect(&server);
        check_served(&mut stream);
        stream.write_all(&(0..count).flat_map(add).collect::<Vec<u8>>()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        (0..count).for_each(|xid| assert_eq!(read_record(&mut stream), success(xid, &words(&[xid + 1]))));
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }
}

#[test]
fn one_that_takes_no_replies_is_not_answered_for_ever() {
    let server = start(Limits { output_bytes: 100_000, ..Limits::default() });
    let mut stream = connect(&server);
    check_served(&mut stream);
    let fills: Vec<u8> = (0..300).flat_map(|xid| record(&call(xid, FILL, &words(&[100_000])))).collect();
    stream.write_all(&fills).unwrap();
    wait_until(|| server.metrics().procedure(PROGRAM, 1, FILL).unwrap().calls() > 0);
    check_served(&mut connect(&server));
    assert!(server.metrics().procedure(PROGRAM, 1, FILL).unwrap().calls() < 300, "more than the peer takes");
    (0..300).for_each(|xid| assert_eq!(read_record(&mut stream).get(..4), Some(&words(&[xid])[..])));
}

/// Among calls that are answered at once are some that are answered later, as many as may be: what is behind these waits.
#[test]
fn no_more_are_in_flight_than_may_be() {
    let desk = Desk::default();
    let server = desk.serve(Limits { connection_calls: 2, ..Limits::default() });
    let mut stream = connect(&server);
    let sum = |xid| record(&call(xid, SUM, &words(&[xid, 1])));
    let park = |xid| record(&call(xid, PARK, &words(&[xid])));
    for behind in [0, 1, 5] {
        for _ in 0..3 {
            check_sum(&mut stream);
            let few: Vec<u8> =
                [sum(1), park(2), sum(3), park(4)].into_iter().chain((10..10 + behind).map(sum)).flatten().collect();
            stream.write_all(&few).unwrap();
            [1, 3].into_iter().for_each(|xid| assert_eq!(read_record(&mut stream), success(xid, &words(&[xid + 1]))));
            let replies = [desk.take(2), desk.take(4)];
            stream.write_all(&sum(99)).unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(30))).unwrap();
            assert!(stream.peek(&mut [0]).is_err(), "it is answered although two are in flight");
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            for (reply, xid) in replies.into_iter().zip([2, 4]) {
                reply.send(Ok(xid));
            }
            let mut found: Vec<_> = (0..behind + 3).map(|_| read_record(&mut stream)).collect();
            let mut expected: Vec<_> = [2, 4].map(|xid| success(xid, &words(&[xid]))).into();
            expected.extend((10..10 + behind).chain([99]).map(|xid| success(xid, &words(&[xid + 1]))));
            found.sort();
            expected.sort();
            assert_eq!(found, expected);
        }
    }
    assert_eq!(server.metrics().calls(), 9 * 6 + 3 * 6);
}
