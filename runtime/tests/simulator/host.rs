//! A server around its sessions: what the sockets and threads of a real one do with them.

use crate::back::FIRST_PORT;
use crate::caller::Caller;
use crate::connection::Connection;
use crate::desk::Desk;
use crate::ledger::Ledger;
use crate::line::Line;
use crate::link::send;
use crate::service::{DATAGRAM_REPLY_BYTES, Fate, ON_POOL, REPLY_BYTES, Service, add_layers};
use crate::stage::{Event, Stage};
use oncrpc::session::server::replay::ReplayLimits;
use oncrpc::session::server::{Delivery, Origin, Programs, ServerDatagrams};
use oncrpc::xdr::Encoder;
use oncrpc::{Limits, Peer, Transport};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// The port's name for the socket for datagrams; connections have the smallest number that is free.
const DATAGRAMS: usize = usize::MAX;

/// Longer than any run.
const REPLAY_TIME: Duration = Duration::from_secs(7 * 24 * 3_600);

pub(crate) struct Host {
    ledger: Ledger,
    desk: Arc<Desk>,
    incarnation: u32,
    /// All that there were.
    former: Vec<Weak<Programs>>,
    /// `None` while it is down.
    running: Option<Running>,
}

struct Running {
    programs: Arc<Programs>,
    datagrams: ServerDatagrams,
    datagram_origin: Arc<Origin>,
    datagram_out: Encoder,
    /// By their lines.
    connections: BTreeMap<usize, Connection>,
}

impl Host {
    pub(crate) fn new(ledger: Ledger, stage: &Stage) -> Self {
        let desk = Arc::new(Desk::new(stage.now));
        let mut host = Self { ledger, desk, incarnation: 0, former: Vec::new(), running: None };
        host.go_up(stage);
        host
    }

    pub(crate) fn is_up(&self) -> bool {
        self.running.is_some()
    }

    pub(crate) fn set_now(&self, stage: &Stage) {
        self.desk.set_now(stage.now);
    }

    /// All that it knew is gone.
    pub(crate) fn go_down(&mut self) {
        self.running = None;
    }

    pub(crate) fn go_up(&mut self, stage: &Stage) {
        if self.is_up() {
            return;
        }
        self.incarnation += 1;
        let programs = Arc::new(self.programs(stage));
        let datagram_origin = Origin::datagrams(Arc::clone(&programs), self.desk.clone(), DATAGRAMS);
        let datagrams = ServerDatagrams::new(Some(Arc::clone(&datagram_origin)));
        self.former.push(Arc::downgrade(&programs));
        let (datagram_out, connections) = (Encoder::new(), BTreeMap::new());
        self.running = Some(Running { programs, datagrams, datagram_origin, datagram_out, connections });
    }

    pub(crate) fn accept(&mut self, line: usize, caller: usize) {
        let Some(running) = &mut self.running else { return };
        let key = running.free_key();
        let origin = Origin::connection(Arc::clone(&running.programs), self.desk.clone(), key);
        let connection = Connection::new(line, peer(caller, Transport::Tcp), &running.programs, origin);
        running.connections.insert(line, connection);
    }

    /// Has a connection read, answer and write until there is nothing to do.
    pub(crate) fn turn(&mut self, line: usize, lines: &mut [Line], stage: &mut Stage) {
        let Some(Running { programs, connections, .. }) = &mut self.running else { return };
        let Some(connection) = connections.get_mut(&line) else { return };
        self.desk.set_line(Some(line));
        if lines[line].is_reset || connection.turn(programs, &mut lines[line], stage) {
            connections.remove(&line);
        }
    }

    /// Closes a connection whose record has taken too long.
    pub(crate) fn check_record_time(&mut self, line: usize, lines: &mut [Line], stage: &mut Stage) {
        let Some(Running { programs, connections, .. }) = &mut self.running else { return };
        let Some(connection) = connections.get_mut(&line) else { return };
        if connection.is_overdue(programs, stage) {
            stage.note("record took too long");
            assert!(lines[line].was_stalled || stage.has_jumped(), "connection {line} was served too slowly");
            connections.remove(&line);
            self.ledger.disturb(Some(lines[line].caller));
            lines[line].reset(stage);
        }
    }

    /// Answers a datagram; `call` is what it is about.
    pub(crate) fn handle_datagram(&mut self, caller: usize, call: Option<usize>, message: &[u8], stage: &mut Stage) {
        let dropped = self.running.as_ref().is_none_or(|running| running.datagram_origin.is_full());
        if dropped {
            stage.note(if self.is_up() { "too many in flight" } else { "nobody there" });
            call.into_iter().for_each(|call| self.ledger.note_loss(call));
        }
        let Some(Running { programs, datagrams, datagram_out, .. }) = &mut self.running else { return };
        self.desk.set_line(None);
        datagrams.handle_datagram(programs, peer(caller, Transport::Udp), message, datagram_out);
        let reply: Vec<u8> = datagram_out.slices().flatten().copied().collect();
        assert!(!dropped || reply.is_empty(), "answered although too many calls are in flight");
        if !reply.is_empty() {
            send(caller, false, call, &reply, &self.ledger, stage);
        }
    }

    /// Says when what handlers have left for later comes to pass.
    pub(crate) fn schedule_tasks(&mut self, stage: &mut Stage) {
        for end in self.desk.finish_backs() {
            stage.note(end);
            stage.after(Duration::ZERO, Event::Mail);
        }
        for key in self.desk.callers() {
            let most = stage.dice.pick(&[0, 1_000, 200_000]);
            let after = Duration::from_micros(stage.dice.within(0..=most));
            stage.after(after, Event::CallBack { key });
        }
        for (key, fate) in self.desk.news() {
            let most = if fate == Fate::Slow { 300_000_000 } else { 300_000 };
            let after = Duration::from_micros(stage.dice.within(0..=most));
            stage.after(after, Event::Task { key });
        }
    }

    /// Has something done that was left for later; what comes of it may lie there for a while.
    pub(crate) fn carry_out(&mut self, key: u64, stage: &mut Stage) {
        let running = self.running.as_ref();
        let is_there = |line| running.is_some_and(|running| running.connections.contains_key(&line));
        self.desk.carry_out(key, is_there, &self.ledger);
        let most = stage.dice.pick(&[0, 0, 1_000, 200_000]);
        let after = Duration::from_micros(stage.dice.within(0..=most));
        stage.after(after, Event::Mail);
    }

    /// Replies what was answered in the meantime. That makes room for others.
    pub(crate) fn handle_mail(&mut self, lines: &mut [Line], callers: &mut [Caller], stage: &mut Stage) {
        for delivery in self.desk.letters() {
            stage.note("answered later");
            self.deliver(delivery, callers, stage);
        }
        let connections = self.running.iter().flat_map(|running| running.connections.keys().copied());
        for line in connections.collect::<Vec<_>>() {
            self.turn(line, lines, stage);
        }
    }

    /// Lets a connection take the calls that it is to make. There may be another one of that name by now.
    pub(crate) fn call_back(&mut self, key: usize, lines: &mut [Line], stage: &mut Stage) {
        let connections = self.running.iter_mut().flat_map(|running| &mut running.connections);
        let Some((line, connection)) = connections.into_iter().find(|(_, connection)| connection.key() == key) else {
            return;
        };
        let line = *line;
        connection.take_calls(stage);
        self.turn(line, lines, stage);
    }

    fn deliver(&mut self, delivery: Delivery, callers: &[Caller], stage: &mut Stage) {
        let Some(running) = &mut self.running else { return };
        if delivery.key() != DATAGRAMS {
            let key = delivery.key();
            if let Some(connection) = running.connections.values_mut().find(|connection| connection.key() == key) {
                connection.deliver(delivery, stage);
            }
            return;
        }
        let caller = usize::from(delivery.peer().address().unwrap().port() - FIRST_PORT);
        let reply = delivery.into_reply().into_bytes();
        if let Some(xid) = reply.first_chunk() {
            let call = callers[caller].call(u32::from_be_bytes(*xid));
            send(caller, false, call, &reply, &self.ledger, stage);
        }
    }

    fn programs(&self, stage: &Stage) -> Programs {
        let (connection_calls, calls) = stage.plan.in_flight;
        let limits = Limits {
            reply_bytes: REPLY_BYTES,
            datagram_reply_bytes: DATAGRAM_REPLY_BYTES,
            output_bytes: stage.plan.output_bytes,
            connection_calls,
            calls,
            replay: ReplayLimits { time: REPLAY_TIME, ..ReplayLimits::DEFAULT },
            ..Limits::default()
        };
        let mut programs = Programs::new(limits);
        let (ledger, desk) = (self.ledger.clone(), Arc::clone(&self.desk));
        programs.add(Service { ledger, desk, incarnation: self.incarnation });
        programs.put_on_pool(ON_POOL);
        add_layers(&mut programs);
        programs
    }

    /// Nothing is left when all is over.
    pub(crate) fn check(mut self) {
        self.desk.check();
        if let Some(running) = self.running.take() {
            assert!(running.connections.is_empty(), "connections are left");
            assert_eq!(running.datagrams.in_flight(), 0);
            assert!(!running.datagram_origin.is_server_full());
        }
        assert!(self.former.iter().all(|programs| programs.upgrade().is_none()), "somebody keeps the programs");
    }
}

impl Running {
    fn free_key(&self) -> usize {
        let is_free = |key: &usize| self.connections.values().all(|connection| connection.key() != *key);
        (0..).find(is_free).unwrap()
    }
}

fn peer(caller: usize, transport: Transport) -> Peer {
    Peer::new(SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST_PORT + caller as u16)), transport)
}
