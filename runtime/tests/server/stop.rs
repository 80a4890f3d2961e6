//! How a server ends.

use super::support::*;
use oncrpc::codegen as rpc;
use oncrpc::{Call, Limits, RunningServer, Server};
use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
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
    let server = serve(Limits { stop_time: PATIENCE, reply_bytes: 2 * SIZE as usize, ..Limits::default() }, probe);
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

#[test]
fn all_that_has_come_is_answered() {
    const CALLS: u32 = 2_000;
    let server = start(Limits { stop_time: PATIENCE, ..Limits::default() });
    let mut stream = connect(&server);
    check_served(&mut stream);
    // While the first call is carried out, the others come and the server is stopped.
    stream.write_all(&record(&call(0, SLEEP, &words(&[200])))).unwrap();
    let calls: Vec<u8> = (1..CALLS).flat_map(|xid| record(&call(xid, ADD, &words(&[xid, 0])))).collect();
    stream.write_all(&calls).unwrap();
    server.handle().stop();
    assert_eq!(read_record(&mut stream), success(0, b""));
    for xid in 1..CALLS {
        assert_eq!(read_record(&mut stream), success(xid, &words(&[xid])));
    }
    check_closed(&mut stream);
    server.join().unwrap();
}

#[test]
fn a_peer_that_never_stops_calling_does_not_keep_it() {
    let server = start(Limits { stop_time: Duration::from_millis(200), ..Limits::default() });
    let mut stream = connect(&server);
    let mut reader = stream.try_clone().unwrap();
    let calls = record(&call(1, NULL, b"")).repeat(1_000);
    let caller = std::thread::spawn(move || while stream.write_all(&calls).is_ok() {});
    let taker = std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    std::thread::sleep(Duration::from_millis(50));
    let begin = Instant::now();
    server.stop().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10));
    caller.join().unwrap();
    let _ = taker.join().unwrap();
}

/// Stops the server it is served by from within a call: by its handle, or as its owner.
#[derive(Clone)]
struct Stopper(Arc<Mutex<Option<RunningServer>>>);

impl rpc::Dispatch for Stopper {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const { &[procedure(1), procedure(2), procedure(3)] }
    }

    fn dispatch(&self, call: &Call, _: &mut rpc::Decoder<'_>, _: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        let mut server = self.0.lock().unwrap();
        match call.procedure() {
            1 => server.as_ref().unwrap().handle().stop(),
            2 => drop(server.take()),
            _ => server.take().unwrap().stop()?,
        }
        Ok(rpc::Answer::Results)
    }
}

#[test]
fn a_handler_may_stop_it() {
    for procedure in 1..=3 {
        let stopper = Stopper(Arc::new(Mutex::new(None)));
        let server = Server::new().serve(stopper.clone()).listen("tcp://127.0.0.1:0").unwrap();
        let mut place = stopper.0.lock().unwrap();
        let server = place.insert(server.start().unwrap());
        let mut streams = [connect(server), connect(server)];
        drop(place);
        streams[0].write_all(&record(&call(1, procedure, b""))).unwrap();
        assert_eq!(read_record(&mut streams[0]), success(1, b""), "procedure {procedure}");
        streams.iter_mut().for_each(check_closed);
    }
}

#[test]
fn dropping_waits_for_the_call_that_is_carried_out() {
    let server = start(Limits::default());
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, SLEEP, &words(&[200])))).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    drop(server);
    assert_eq!(read_record(&mut stream), success(1, b""));
    check_closed(&mut stream);
}
