//! The view of open connections.

use super::desk::*;
use super::support::*;
use oncrpc::{ConnectionInfo, Limits, RunningServer, Server, Transport};
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// Waits until the connections are as they should be: they are shown after the reply is on its way.
fn until(server: &RunningServer, is_so: impl Fn(&[ConnectionInfo]) -> bool) -> Vec<ConnectionInfo> {
    let end = Instant::now() + PATIENCE;
    loop {
        let found = server.connections();
        if is_so(&found) {
            return found;
        }
        assert!(Instant::now() < end, "{found:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

fn park(stream: &mut TcpStream, name: u32) {
    stream.write_all(&record(&call(name, PARK, &words(&[name])))).unwrap();
}

#[test]
fn a_connection_is_seen_with_what_it_has_done_until_it_ends() {
    let desk = Desk::default();
    let server = desk.serve(Limits::default());
    assert_eq!(server.connections(), []);
    let (mut first, mut second) = (connect(&server), connect(&server));
    (0..3).for_each(|_| check_sum(&mut second));
    park(&mut second, 1);
    park(&mut second, 2);
    desk.await_begun(2);
    let found = until(&server, |found| found.len() == 2 && found[1].received == 3 * 52 + 2 * 48);
    assert_eq!(found[1].peer.address(), Some(second.local_addr().unwrap()));
    assert_eq!((found[1].id, found[1].transport, found[1].worker), (2, Transport::Tcp, 0));
    assert_eq!((found[1].sent, found[1].calls, found[1].in_flight, found[1].queued), (3 * 32, 3, 2, 0));
    assert_eq!((found[0].received, found[0].sent, found[0].calls), (0, 0, 0));
    assert!(found[0].age >= found[1].age && found[1].age >= found[1].idle);
    desk.take(1).send(Ok(7));
    read_record(&mut second);
    until(&server, |found| found[1].calls == 4 && found[1].in_flight == 1 && found[1].sent == 4 * 32);
    check_sum(&mut first);
    drop(second);
    desk.take(2).send(Ok(7));
    until(&server, |found| found.len() == 1 && found[0].id == 1 && found[0].calls == 1);
    let handle = server.handle();
    server.stop().unwrap();
    assert_eq!(handle.connections(), []);
}

#[test]
fn each_way_out_is_one_out_of_the_view() {
    let limits = Limits { idle_time: Duration::from_millis(300), connections: 2, ..Limits::default() };
    let server = start(limits);
    let mut evicted = connect(&server);
    check_served(&mut evicted);
    let (mut broken, mut idle) = (connect(&server), connect(&server));
    check_closed(&mut evicted);
    check_served(&mut idle);
    broken.write_all(&mark(0, true)).unwrap();
    check_closed(&mut broken);
    check_closed(&mut idle);
    reset(connect(&server));
    until(&server, |found| found.is_empty());
}

#[test]
fn what_a_peer_does_not_take_is_seen() {
    let most = 64 << 20;
    let server = start(Limits { reply_bytes: most as usize, ..Limits::default() });
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, FILL, &words(&[most - 1_000])))).unwrap();
    let found = until(&server, |found| found.len() == 1 && found[0].queued > 0);
    assert_eq!(found[0].sent + found[0].queued as u64, 4 + 28 + u64::from(most - 1_000));
}

#[test]
fn the_worker_of_each_connection_is_seen() {
    let server = Server::new().workers(3).serve(Probe::new(PROGRAM, 1));
    let server = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let mut streams: Vec<_> = (0..6).map(|_| connect(&server)).collect();
    streams.iter_mut().for_each(check_served);
    let mut workers: Vec<_> = until(&server, |found| found.len() == 6).iter().map(|found| found.worker).collect();
    workers.sort_unstable();
    assert_eq!(workers, [0, 0, 1, 1, 2, 2]);
}
