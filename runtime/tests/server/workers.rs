//! Servers with several loops.

use super::desk::*;
use super::support::*;
use oncrpc::codegen as rpc;
use oncrpc::metrics::Event;
use oncrpc::{Call, Limits, RunningServer, Server};
use std::collections::HashSet;
use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{self, ThreadId};

/// Notes the threads that it runs on. Its procedure 2 waits until as many calls run at a time as the barrier says.
#[derive(Clone)]
struct Threads(Arc<Mutex<HashSet<ThreadId>>>, Arc<Barrier>);

impl rpc::Dispatch for Threads {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const { &[procedure(1), procedure(2)] }
    }

    fn dispatch(&self, call: &Call, _: &mut rpc::Decoder<'_>, _: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        self.0.lock().unwrap().insert(thread::current().id());
        if call.procedure() == 2 {
            self.1.wait();
        }
        Ok(rpc::Answer::Results)
    }
}

fn serve(workers: usize, limits: Limits) -> (Threads, RunningServer) {
    let threads = Threads(Arc::default(), Arc::new(Barrier::new(workers)));
    let server = Server::new().workers(workers).limits(limits).serve(threads.clone());
    (threads, server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap())
}

fn check(stream: &mut TcpStream) {
    stream.write_all(&record(&call(1, 1, b""))).unwrap();
    assert_eq!(read_record(stream), success(1, b""));
}

#[test]
fn connections_go_to_all_in_turn_and_stay() {
    let (threads, server) = serve(3, Limits::default());
    let mut streams: Vec<_> = (0..3).map(|_| connect(&server)).collect();
    for _ in 0..10 {
        streams.iter_mut().for_each(check);
    }
    assert_eq!(threads.0.lock().unwrap().len(), 3);
    // All at the same time, or the barrier does not open.
    streams.iter_mut().for_each(|stream| stream.write_all(&record(&call(2, 2, b""))).unwrap());
    streams.iter_mut().for_each(|stream| assert_eq!(read_record(stream), success(2, b"")));
    server.stop().unwrap();
    streams.iter_mut().for_each(check_closed);
}

#[test]
fn the_limit_of_connections_is_that_of_all_together() {
    let (_, server) = serve(4, Limits { connections: 6, ..Limits::default() });
    let mut first: Vec<_> = (0..6).map(|_| connect(&server)).collect();
    first.iter_mut().for_each(check);
    let mut further: Vec<_> = (0..60).map(|_| connect(&server)).collect();
    // Before all are in, one may have its reply and be closed for another.
    wait_until(|| server.metrics().count(Event::Accepted) == 66 && server.connections().len() <= 6);
    let mut alive = 0;
    for stream in first.iter_mut().chain(&mut further) {
        let sent = stream.write_all(&record(&call(1, 1, b"")));
        let mut mark = [0; 28];
        alive += u32::from(sent.is_ok() && std::io::Read::read_exact(stream, &mut mark).is_ok());
    }
    assert!((1..=6).contains(&alive), "{alive} of 66 are open");
    drop((first, further));
    (0..20).for_each(|_| check(&mut connect(&server)));
}

#[test]
fn replies_find_the_loop_of_their_connection() {
    let desk = Desk::default();
    let server = Server::new().workers(3).serve(desk.clone());
    let server = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let mut streams: Vec<_> = (0..6).map(|_| connect(&server)).collect();
    for (name, stream) in (0..).zip(&mut streams) {
        stream.write_all(&record(&call(name, PARK, &words(&[name])))).unwrap();
    }
    desk.await_begun(6);
    let stopping = thread::spawn(move || server.stop().unwrap());
    for (name, stream) in (0..).zip(&mut streams) {
        desk.take(name).send(Ok(name));
        assert_eq!(read_record(stream), success(name, &words(&[name])));
        check_closed(stream);
    }
    stopping.join().unwrap();
}
