//! What handlers keep of a connection: one value of each type, until the connection ends.

use super::support::*;
use oncrpc::codegen as rpc;
use oncrpc::{Call, Limits, RunningServer, Server};
use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Returns which of its connection's calls it is, or 0 if there is no connection.
const COUNT: u32 = 1;
/// The same, on the pool, as soon as the gate is open.
const COUNT_THERE: u32 = 2;
/// Keeps something that panics when it is dropped.
const TRAP: u32 = 3;

/// Counts what becomes of the counters it makes.
#[derive(Clone, Default)]
struct Turnstile {
    made: Arc<AtomicU32>,
    gone: Arc<AtomicU32>,
    waiting: Arc<AtomicU32>,
    gate: Arc<(Mutex<bool>, Condvar)>,
}

struct Counter {
    calls: AtomicU32,
    gone: Arc<AtomicU32>,
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.gone.fetch_add(1, Ordering::SeqCst);
    }
}

struct Trap;

impl Drop for Trap {
    fn drop(&mut self) {
        panic!("as the test asks");
    }
}

impl Turnstile {
    fn serve(&self, limits: Limits) -> RunningServer {
        let server = Server::new().limits(limits).on_pool([procedure(COUNT_THERE)]).serve(self.clone());
        server.listen("tcp://127.0.0.1:0").unwrap().listen("udp://127.0.0.1:0").unwrap().start().unwrap()
    }

    fn count(&self, call: &Call) -> u32 {
        let counter = call.connection_state(|| {
            self.made.fetch_add(1, Ordering::SeqCst);
            Counter { calls: AtomicU32::new(0), gone: Arc::clone(&self.gone) }
        });
        counter.map_or(0, |counter| counter.calls.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn made(&self) -> u32 {
        self.made.load(Ordering::SeqCst)
    }

    fn gone(&self) -> u32 {
        self.gone.load(Ordering::SeqCst)
    }

    fn wait_for_gate(&self) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let is_open = self.gate.0.lock().unwrap();
        drop(self.gate.1.wait_timeout_while(is_open, PATIENCE, |is_open| !*is_open).unwrap());
    }

    fn open_gate(&self) {
        *self.gate.0.lock().unwrap() = true;
        self.gate.1.notify_all();
    }
}

impl rpc::Dispatch for Turnstile {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const PROCEDURES: &[rpc::Procedure] = &[procedure(COUNT), procedure(COUNT_THERE), procedure(TRAP)];
        PROCEDURES
    }

    fn dispatch(&self, call: &Call, _: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        match call.procedure() {
            COUNT => rpc::results::<u32>(&self.count(call), out),
            COUNT_THERE => {
                self.wait_for_gate();
                rpc::results::<u32>(&self.count(call), out)
            }
            TRAP => rpc::results::<bool>(&call.connection_state(|| Trap).is_some(), out),
            _ => Err(rpc::procedure_unavailable()),
        }
    }
}

fn ask(stream: &mut TcpStream, procedure: u32) -> u32 {
    stream.write_all(&record(&call(1, procedure, &[]))).unwrap();
    let reply = read_record(stream);
    assert_eq!(reply[..24], success(1, &[]));
    u32::from_be_bytes(reply[24..].try_into().unwrap())
}

#[test]
fn each_connection_has_its_own_until_it_ends() {
    let turnstile = Turnstile::default();
    let server = turnstile.serve(Limits::default());
    let (mut first, mut second) = (connect(&server), connect(&server));
    turnstile.open_gate();
    assert_eq!([ask(&mut first, COUNT), ask(&mut first, COUNT_THERE), ask(&mut first, COUNT)], [1, 2, 3]);
    assert_eq!([ask(&mut second, COUNT), ask(&mut first, COUNT)], [1, 4]);
    assert_eq!((turnstile.made(), turnstile.gone()), (2, 0));
    drop(first);
    wait_until(|| turnstile.gone() == 1);
    assert_eq!(ask(&mut second, COUNT), 2);
    reset(second);
    wait_until(|| turnstile.gone() == 2);
    assert_eq!(ask(&mut connect(&server), COUNT), 1);
    assert_eq!(turnstile.made(), 3);
}

#[test]
fn it_goes_when_the_server_closes_the_connection_or_stops() {
    let turnstile = Turnstile::default();
    let server = turnstile.serve(Limits { idle_time: Duration::from_millis(100), ..Limits::default() });
    let mut idle = connect(&server);
    assert_eq!(ask(&mut idle, COUNT), 1);
    check_closed(&mut idle);
    wait_until(|| turnstile.gone() == 1);
    server.stop().unwrap();

    let server = turnstile.serve(Limits::default());
    let mut stopped = connect(&server);
    assert_eq!(ask(&mut stopped, COUNT), 1);
    server.stop().unwrap();
    assert_eq!((turnstile.made(), turnstile.gone()), (2, 2));
}

#[test]
fn a_call_that_outlives_its_connection_keeps_nothing() {
    let turnstile = Turnstile::default();
    let server = turnstile.serve(Limits::default());
    let mut stream = connect(&server);
    stream.write_all(&record(&call(1, COUNT_THERE, &[]))).unwrap();
    wait_until(|| turnstile.waiting.load(Ordering::SeqCst) == 1);
    reset(stream);
    wait_until(|| server.connections().is_empty());
    turnstile.open_gate();
    wait_until(|| turnstile.gone() == 1);
    assert_eq!(turnstile.made(), 1);
}

#[test]
fn a_datagram_has_none() {
    let turnstile = Turnstile::default();
    let server = turnstile.serve(Limits::default());
    let socket = connect_udp(&server);
    socket.send(&call(1, COUNT, &[])).unwrap();
    let mut reply = [0; 64];
    let length = socket.recv(&mut reply).unwrap();
    assert_eq!(reply[..length], success(1, &words(&[0])));
    assert_eq!(turnstile.made(), 0);
}

#[test]
fn a_panic_at_its_end_harms_nobody() {
    let turnstile = Turnstile::default();
    let server = turnstile.serve(Limits::default());
    let (mut trapped, mut other) = (connect(&server), connect(&server));
    assert_eq!([ask(&mut trapped, TRAP), ask(&mut trapped, COUNT)], [1, 1]);
    drop(trapped);
    // What comes behind the trap is let go of as well.
    wait_until(|| turnstile.gone() == 1);
    assert_eq!(ask(&mut other, COUNT), 1);
}
