//! At most once, whatever the network does: a history of calls through loss, duplication, reordering and reconnection is
//! checked for effects. Everything is in memory and follows from a seed.

use oncrpc::codegen::{Answer, Dispatch, argument, procedure_unavailable, reply, results};
use oncrpc::session::server::{Delivery, Origin, Port, Programs, ServerDatagrams, ServerStream, Work};
use oncrpc::xdr::{Decoder, Encoder};
use oncrpc::{Call, Limits, Peer, Procedure, Reply, Result, Transport};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PROGRAM: u32 = 0x2000_0097;

/// On the loop, on the pool, answered later, and one that nothing guards.
static PROCEDURES: [Procedure; 4] = [
    Procedure::new(PROGRAM, 1, 1, "ADD").at_most_once(),
    Procedure::new(PROGRAM, 1, 2, "ADD_ON_POOL").at_most_once(),
    Procedure::new(PROGRAM, 1, 3, "ADD_LATER"),
    Procedure::new(PROGRAM, 1, 4, "ADD_UNGUARDED"),
];

/// How often each key was added to, and the replies that are still to be sent.
#[derive(Default)]
struct Counters {
    effects: Mutex<HashMap<u32, u32>>,
    later: Mutex<Vec<(Reply<u32>, u32)>>,
}

impl Counters {
    fn add(&self, key: u32) -> u32 {
        let mut effects = self.effects.lock().unwrap();
        let count = effects.entry(key).or_default();
        *count += 1;
        *count
    }
}

struct Service(Arc<Counters>);

impl Dispatch for Service {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [Procedure] {
        &PROCEDURES
    }

    fn dispatch(&self, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<Answer> {
        let count = self.0.add(argument::<u32>(input)?);
        match call.procedure() {
            1 | 2 | 4 => results::<u32>(&count, out),
            3 => {
                self.0.later.lock().unwrap().push((reply::<u32>(call), count));
                Ok(Answer::Deferred)
            }
            _ => Err(procedure_unavailable()),
        }
    }
}

/// What would be threads and a loop.
struct Desk {
    now: Mutex<Instant>,
    letters: Mutex<Vec<Delivery>>,
    work: Mutex<Vec<Work>>,
}

impl Port for Desk {
    fn deliver(&self, delivery: Delivery) {
        self.letters.lock().unwrap().push(delivery);
    }

    fn submit(&self, work: Work) {
        self.work.lock().unwrap().push(work);
    }

    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }

    fn call_back(&self, _key: usize) {}

    fn may_wait(&self) -> bool {
        false
    }

    fn forget(&self) {
        self.work.lock().unwrap().retain(Work::is_wanted);
    }
}

/// xorshift64*: the same numbers for the same seed everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as usize % bound
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn take<T>(&mut self, from: &Mutex<Vec<T>>) -> Option<T> {
        let mut from = from.lock().unwrap();
        let index = self.below(from.len().max(1));
        (!from.is_empty()).then(|| from.swap_remove(index))
    }
}

/// A server, its clients, and what is on its way between them.
struct World {
    random: Random,
    programs: Arc<Programs>,
    desk: Arc<Desk>,
    counters: Arc<Counters>,
    datagrams: ServerDatagrams,
    stream: ServerStream,
    origin: Arc<Origin>,
    connections: u16,
    /// Key, procedure, and whether a reply has come; the key is the xid as well.
    calls: Vec<(u32, u32, bool)>,
    to_server: Vec<Vec<u8>>,
    to_client: Vec<Vec<u8>>,
    /// Whether messages are lost and doubled.
    is_bad: bool,
}

fn peer(port: u16, transport: Transport) -> Peer {
    Peer::new(SocketAddr::from(([192, 0, 2, 1], port)), transport)
}

fn connect(programs: &Arc<Programs>, desk: &Arc<Desk>, port: u16) -> (ServerStream, Arc<Origin>) {
    let origin = Origin::connection(Arc::clone(programs), desk.clone(), port.into());
    (ServerStream::new(peer(port, Transport::Tcp), programs, Some(origin.clone())), origin)
}

impl World {
    fn new(seed: u64) -> Self {
        let counters = Arc::new(Counters::default());
        let mut programs = Programs::new(Limits::default());
        programs.add(Service(Arc::clone(&counters)));
        programs.put_on_pool([PROCEDURES[1]]);
        programs.guard([PROCEDURES[2]]);
        let programs = Arc::new(programs);
        let desk =
            Arc::new(Desk { now: Mutex::new(Instant::now()), letters: Mutex::default(), work: Mutex::default() });
        let port: Arc<dyn Port> = desk.clone();
        let datagrams = ServerDatagrams::new(Some(Origin::datagrams(Arc::clone(&programs), port, 0)));
        let (stream, origin) = connect(&programs, &desk, 1);
        Self {
            random: Random(seed),
            programs,
            desk,
            counters,
            datagrams,
            stream,
            origin,
            connections: 1,
            calls: Vec::new(),
            to_server: Vec::new(),
            to_client: Vec::new(),
            is_bad: true,
        }
    }

    fn step(&mut self, procedures: &[u32]) {
        *self.desk.now.lock().unwrap() += Duration::from_millis(self.random.below(20) as u64);
        match self.random.below(10) {
            0 if self.calls.len() < 40 => {
                let procedure = procedures[self.random.below(procedures.len())];
                self.calls.push((self.calls.len() as u32 + 1, procedure, false));
            }
            0..=2 => self.call(),
            3 | 4 => self.carry_to_server(),
            5 | 6 => self.carry_to_client(),
            7 => {
                if let Some(work) = self.random.take(&self.desk.work) {
                    work.run();
                }
            }
            8 => {
                if let Some((reply, count)) = self.random.take(&self.counters.later) {
                    reply.send(Ok(count));
                }
            }
            _ if self.is_bad && self.random.one_in(20) => self.reconnect(),
            _ => self.collect(),
        }
    }

    /// Calls, perhaps again, one that has no reply.
    fn call(&mut self) {
        let open: Vec<_> = self.calls.iter().filter(|(_, _, is_done)| !is_done).collect();
        if !open.is_empty() {
            let key = open[self.random.below(open.len())].0;
            self.to_server.push(self.message(key as usize - 1));
        }
    }

    fn message(&self, index: usize) -> Vec<u8> {
        let (key, procedure, _) = self.calls[index];
        let words = [key, 0, 2, PROGRAM, 1, procedure, 0, 0, 0, 0, key];
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    /// Which of the messages goes next, and whether it is lost.
    fn pick(&mut self, is_to_server: bool) -> Option<Vec<u8>> {
        let queue = if is_to_server { &mut self.to_server } else { &mut self.to_client };
        if queue.is_empty() {
            return None;
        }
        let index = self.random.below(queue.len());
        let message =
            if self.is_bad && self.random.one_in(4) { queue[index].clone() } else { queue.swap_remove(index) };
        (!(self.is_bad && self.random.one_in(4))).then_some(message)
    }

    /// Over the connection or as a datagram from any port.
    fn carry_to_server(&mut self) {
        let Some(message) = self.pick(true) else { return };
        if self.random.one_in(2) {
            let mut out = Encoder::new();
            let from = peer(1_000 + self.random.below(3) as u16, Transport::Udp);
            self.datagrams.handle_datagram(&self.programs, from, &message, &mut out);
            self.take_replies(out, false);
        } else {
            self.carry_over_stream(&message);
        }
    }

    fn carry_over_stream(&mut self, message: &[u8]) {
        let record = [&(message.len() as u32 | 1 << 31).to_be_bytes(), message].concat();
        let (now, mut out) = (self.desk.now(), Encoder::new());
        self.stream.handle_input(&self.programs, || now, &mut &*record, &mut out).unwrap();
        self.take_replies(out, true);
    }

    fn take_replies(&mut self, out: Encoder, is_record: bool) {
        let reply = out.into_bytes();
        let reply = if is_record { reply.get(4..).unwrap_or_default() } else { &reply };
        if !reply.is_empty() {
            self.to_client.push(reply.to_vec());
        }
    }

    fn carry_to_client(&mut self) {
        let Some(reply) = self.pick(false) else { return };
        let word = |index: usize| u32::from_be_bytes(reply[4 * index..4 * index + 4].try_into().unwrap());
        assert_eq!((word(1), word(2), word(5), reply.len()), (1, 0, 0, 28), "results, and nothing else");
        let call = self.calls.iter_mut().find(|(key, _, _)| *key == word(0)).unwrap();
        assert!(call.1 == 4 || word(6) == 1, "the reply is that of the only time");
        call.2 = true;
    }

    /// Replies that were made later go out, if their connection is still there.
    fn collect(&mut self) {
        let letters = std::mem::take(&mut *self.desk.letters.lock().unwrap());
        for delivery in letters {
            let is_datagram = delivery.key() == 0;
            if is_datagram || delivery.is_for(&self.origin) {
                self.take_replies(delivery.into_reply(), !is_datagram);
            }
        }
    }

    fn reconnect(&mut self) {
        self.connections += 1;
        (self.stream, self.origin) = connect(&self.programs, &self.desk, self.connections);
    }

    /// The most often that a call had its effect.
    fn most_effects(&self) -> u32 {
        self.counters.effects.lock().unwrap().values().copied().max().unwrap_or_default()
    }
}

fn run(seed: u64, procedures: &[u32]) -> World {
    let mut world = World::new(seed);
    (0..2_000).for_each(|_| world.step(procedures));
    world.is_bad = false;
    for _ in 0..200_000 {
        if world.calls.iter().all(|(_, _, is_done)| *is_done) {
            break;
        }
        world.step(&[]);
    }
    world
}

#[test]
fn what_is_acknowledged_was_done_exactly_once() {
    for seed in 1..=300 {
        let world = run(seed, &[1, 2, 3]);
        assert_eq!(world.calls.len(), 40);
        let effects = world.counters.effects.lock().unwrap();
        for (key, procedure, is_done) in &world.calls {
            assert!(is_done, "seed {seed}: call {key} of procedure {procedure} never gets its reply");
            assert_eq!(effects.get(key), Some(&1), "seed {seed}: call {key} of procedure {procedure}");
        }
    }
}

#[test]
fn without_the_cache_the_same_histories_do_things_twice() {
    assert!((1..=10).all(|seed| run(seed, &[4]).most_effects() > 1));
}

/// A caller over streams that lose nothing but themselves, and who calls again once for each that is lost.
impl World {
    fn step_on_streams(&mut self, procedures: &[u32], former: &mut Vec<(ServerStream, Arc<Origin>)>) {
        match self.random.below(8) {
            0 if self.calls.len() < 40 && self.is_bad => {
                let procedure = procedures[self.random.below(procedures.len())];
                self.calls.push((self.calls.len() as u32 + 1, procedure, false));
                self.call_over_stream(self.calls.len() - 1);
            }
            1 => {
                if let Some(work) = self.random.take(&self.desk.work) {
                    work.run();
                }
            }
            2 => {
                if let Some((reply, count)) = self.random.take(&self.counters.later) {
                    reply.send(Ok(count));
                }
            }
            3 if self.is_bad && self.random.one_in(4) => self.call_again(former),
            4 => former.clear(),
            5 => self.collect(),
            _ => self.carry_to_client(),
        }
    }

    /// The server learns of the end of the former connection sooner or later.
    fn call_again(&mut self, former: &mut Vec<(ServerStream, Arc<Origin>)>) {
        self.connections += 1;
        let (stream, origin) = connect(&self.programs, &self.desk, self.connections);
        former.push((std::mem::replace(&mut self.stream, stream), std::mem::replace(&mut self.origin, origin)));
        self.to_client.clear();
        for index in 0..self.calls.len() {
            if !self.calls[index].2 {
                self.call_over_stream(index);
            }
        }
    }

    fn call_over_stream(&mut self, index: usize) {
        let message = self.message(index);
        self.carry_over_stream(&message);
    }
}

#[test]
fn calling_again_once_for_each_lost_connection_is_enough() {
    for seed in 1..=300 {
        let (mut world, mut former) = (World::new(seed), Vec::new());
        for step in 0..3_000 {
            world.is_bad = step < 1_000;
            world.step_on_streams(&[1, 2, 3], &mut former);
        }
        assert!(world.connections > 5);
        let effects = world.counters.effects.lock().unwrap();
        for (key, procedure, is_done) in &world.calls {
            assert!(is_done, "seed {seed}: call {key} of procedure {procedure} never gets its reply");
            assert_eq!(effects.get(key), Some(&1), "seed {seed}: call {key} of procedure {procedure}");
        }
    }
}
