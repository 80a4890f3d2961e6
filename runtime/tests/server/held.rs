//! Calls in flight at a session without sockets, where the time is the test's.

use super::desk::*;
use super::support::*;
use oncrpc::session::server::{Delivery, Origin, Port, Programs, ServerStream, Work};
use oncrpc::xdr::Encoder;
use oncrpc::{Limits, Peer, Transport};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Keeps what a session hands out.
#[derive(Default)]
struct Shelf {
    deliveries: Mutex<Vec<Delivery>>,
    works: Mutex<Vec<Work>>,
}

impl Port for Shelf {
    fn deliver(&self, delivery: Delivery) {
        self.deliveries.lock().unwrap().push(delivery);
    }

    fn submit(&self, work: Work) {
        self.works.lock().unwrap().push(work);
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn call_back(&self, _key: usize) {}

    fn may_wait(&self) -> bool {
        false
    }

    fn forget(&self) {
        self.works.lock().unwrap().retain(Work::is_wanted);
    }
}

struct Session {
    programs: Arc<Programs>,
    shelf: Arc<Shelf>,
    stream: ServerStream,
    out: Encoder,
}

impl Session {
    fn new(limits: Limits) -> Self {
        let mut programs = Programs::new(limits);
        programs.add(Desk::default());
        programs.put_on_pool([procedure(ECHO_THERE)]);
        let (programs, shelf) = (Arc::new(programs), Arc::new(Shelf::default()));
        let origin = Origin::connection(programs.clone(), shelf.clone(), 7);
        let peer = Peer::new("192.0.2.1:700".parse().unwrap(), Transport::Tcp);
        let stream = ServerStream::new(peer, &programs, Some(origin));
        Self { programs, shelf, stream, out: Encoder::new() }
    }

    /// What is left of `input`, given at `now`.
    fn handle<'a>(&mut self, mut input: &'a [u8], now: Instant) -> &'a [u8] {
        if !self.stream.is_full(now) {
            while self.stream.handle_input(&self.programs, || now, &mut input, &mut self.out).unwrap() {}
        }
        input
    }

    /// Runs one work and takes the reply.
    fn run_one(&mut self) -> Vec<u8> {
        self.shelf.works.lock().unwrap().pop().unwrap().run();
        let delivery = self.shelf.deliveries.lock().unwrap().pop().unwrap();
        assert_eq!(delivery.key(), 7);
        assert!(delivery.is_for(self.stream.origin().unwrap()));
        delivery.into_reply().into_bytes().to_vec()
    }
}

/// What is returned by reference keeps all that came with it.
#[test]
fn what_a_reply_holds_of_its_call_counts_on_its_way_and_where_it_is_sent() {
    const ARGUMENT: usize = 10_000;
    const BEHIND: usize = 200_000;
    let mut session = Session::new(Limits::default());
    let echo = record(&call(1, ECHO_THERE, &[opaque(&[7; ARGUMENT]), vec![0; BEHIND]].concat()));
    session.handle(&echo, Instant::now());
    session.shelf.works.lock().unwrap().pop().unwrap().run();
    let reply = session.shelf.deliveries.lock().unwrap().pop().unwrap().into_reply();
    assert!(reply.len() < ARGUMENT + 100);
    assert!(reply.memory() >= ARGUMENT + BEHIND, "{} bytes", reply.memory());
}

fn echo(xid: u32) -> Vec<u8> {
    record(&call(xid, ECHO_THERE, &opaque(b"data")))
}

#[test]
fn waiting_for_room_is_not_held_against_a_record() {
    let limits = Limits { connection_calls: 1, ..Limits::default() };
    let mut session = Session::new(limits);
    let start = Instant::now();
    let after = |seconds| start + Duration::from_secs(seconds);
    let input = [echo(1), echo(2)].concat();
    let (front, back) = input.split_at(input.len() - 8);

    let left = session.handle(front, start);
    assert_eq!(left.len(), echo(2).len() - 8, "the second call is not looked at");
    assert_eq!(session.stream.poll_deadline(&session.programs), None);
    assert!(session.stream.is_full(after(40)));
    assert_eq!(session.run_one(), record(&success(1, &opaque(b"data"))));

    assert_eq!(session.handle(left, after(50)), b"");
    assert_eq!(session.stream.poll_deadline(&session.programs), Some(after(50) + limits.record_time));
    assert_eq!(session.handle(back, after(51)), b"");
    assert_eq!(session.run_one(), record(&success(2, &opaque(b"data"))));
    assert!(session.out.is_empty());
    assert_eq!(session.stream.in_flight(), 0);
}

#[test]
fn arguments_that_wait_are_counted() {
    let mut session = Session::new(Limits { call_bytes: 20, ..Limits::default() });
    let now = Instant::now();
    let input = (1..=5).flat_map(echo).collect::<Vec<_>>();
    let left = session.handle(&input, now);
    assert_eq!(left.len(), 2 * echo(1).len(), "8 bytes each, and one beyond");
    session.run_one();
    assert_eq!(session.handle(left, now).len(), echo(1).len());
}

#[test]
fn work_that_is_not_run_releases_its_place() {
    let mut session = Session::new(Limits::default());
    let Session { shelf, programs, .. } = &session;
    let (shelf, programs) = (shelf.clone(), programs.clone());
    assert!(session.handle(&echo(1).repeat(10), Instant::now()).is_empty());
    let origin = session.stream.origin().unwrap().clone();
    assert_eq!((origin.in_flight(), shelf.works.lock().unwrap().len()), (10, 10));
    drop(session);
    assert_eq!((origin.in_flight(), shelf.works.lock().unwrap().len()), (0, 0));
    assert!(shelf.deliveries.lock().unwrap().is_empty());
    drop(programs);
}
