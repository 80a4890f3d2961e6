//! How a server ends.

use super::support::*;
use oncrpc::{Limits, Server};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn it_stops_with_connections_open() {
    let server = start(Limits::default());
    let address = tcp_address(&server);
    let mut streams: Vec<_> = (0..10).map(|_| connect(&server)).collect();
    streams.iter_mut().for_each(check_served);
    streams[0].write_all(&[0x80, 0]).unwrap();
    server.stop().unwrap();
    streams.iter_mut().for_each(check_closed);
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn replies_are_still_delivered() {
    const SIZE: u32 = 8 << 20;
    let probe = Probe::new(PROGRAM, 1);
    let carried_out = probe.calls.clone();
    let server = serve(Limits { stop_time: PATIENCE, ..Limits::default() }, probe);
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, FILL, &words(&[SIZE])))).unwrap();
    while carried_out.load(std::sync::atomic::Ordering::Relaxed) == 0 {
        std::thread::yield_now();
    }
    server.handle().stop();
    assert!(read_record(&mut stream) == success(1, &opaque(&vec![0xab; SIZE as usize])));
    check_closed(&mut stream);
    server.join().unwrap();
}

#[test]
fn a_peer_that_takes_nothing_does_not_keep_it() {
    let server = start(Limits { stop_time: Duration::from_millis(200), ..Limits::default() });
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, FILL, &words(&[32 << 20])))).unwrap();
    check_served(&mut connect(&server));
    let begin = Instant::now();
    server.stop().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_server_stopped_before_it_runs_ends_at_once() {
    let server = Server::new().serve(Probe::new(PROGRAM, 1)).listen("tcp://127.0.0.1:0").unwrap().quiet();
    server.handle().stop();
    server.run().unwrap();
}

#[test]
fn run_ends_when_another_thread_stops_it() {
    let server = Server::new().serve(Probe::new(PROGRAM, 1)).listen("tcp://127.0.0.1:0").unwrap().quiet();
    let address = server.addresses()[0].strip_prefix("tcp://").unwrap().parse().unwrap();
    let handle = server.handle();
    let runner = std::thread::spawn(move || server.run());
    check_served(&mut connect_to(address));
    handle.stop();
    runner.join().unwrap().unwrap();
}

#[test]
fn dropping_stops_it() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    check_served(&mut stream);
    drop(server);
    check_closed(&mut stream);
}
