use super::acceptor::Acceptor;
use super::budget::{Budget, Share};
use super::connections::Connections;
use super::datagrams::Datagrams;
use super::idleness::Idleness;
use super::listener::Listener;
use super::loop_thread::LoopThread;
use super::mailbox::Mailbox;
use super::roster::Roster;
use super::seats::Seats;
use super::shared::Shared;
use super::signals::Signals;
use super::source::Source;
use super::{Pool, Stop, Turn, slice};
use crate::session::server::{Origin, Port, Programs};
use mio::net::UdpSocket;
use mio::{Events, Poll, Waker};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events taken at a time.
const EVENTS: usize = 1_024;

/// One thread's loop over all sockets of a server.
///
/// Sockets are registered once and tell when something changes (edge-triggered), those for datagrams as long as there are
/// any where the system can do that. Whoever has something to do stands in
/// `ready` and gets its turns in order, each of bounded work, so that nobody delays the others for long.
#[derive(Debug)]
pub(crate) struct EventLoop {
    pub(super) poll: Poll,
    pub(super) programs: Arc<Programs>,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) stop: Arc<Stop>,
    pub(super) seats: Arc<Seats>,
    pub(super) roster: Arc<Roster>,
    /// Which of the loops gets the next connection.
    pub(super) next_row: usize,
    pub(super) signals: Option<Signals>,
    pub(super) listeners: Vec<Listener>,
    pub(super) datagrams: Vec<Datagrams>,
    pub(super) connections: Connections,
    pub(super) ready: VecDeque<Source>,
    /// Connections with calls for which the server has no room.
    pub(super) held: Vec<usize>,
    pub(super) idleness: Idleness,
    /// How long it looks for events after it last did something, before it sleeps.
    pub(super) spin: Duration,
    /// When it is to be looked for calls that nobody has answered in time.
    pub(super) next_expiry: Option<Instant>,
    pub(super) shared: Shared,
    /// The connection that may read although memory for input is scarce, and since when.
    pub(super) favoured: Option<(usize, Instant)>,
    /// When it was last chosen, if memory has been scarce since.
    pub(super) rationed: Option<Instant>,
}

/// What all loops of a server have in common.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) programs: Arc<Programs>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) stop: Arc<Stop>,
    pub(crate) seats: Arc<Seats>,
    pub(crate) roster: Arc<Roster>,
    /// Memory for input that is not complete, and for replies that are not taken.
    pub(crate) input: Arc<Budget>,
    pub(crate) output: Arc<Budget>,
}

impl EventLoop {
    /// The loop number `row` of a server, ready to run.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub(crate) fn new(
        row: usize,
        listeners: Vec<Acceptor>,
        datagrams: Vec<UdpSocket>,
        common: &Common,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let Common { programs, stop, seats, .. } = common;
        let waker = Waker::new(poll.registry(), Source::Mail.token())?;
        let mailbox = Arc::new(Mailbox::new(waker, Arc::clone(&common.pool)));
        stop.add_loop(Arc::clone(&mailbox));
        let port: Arc<dyn Port> = mailbox.clone();
        let with_origin = |(index, socket)| {
            let key = Source::Datagrams(index).token().0;
            Datagrams::new(socket, Origin::datagrams(Arc::clone(programs), Arc::clone(&port), key))
        };
        let datagrams = datagrams.into_iter().enumerate().map(with_origin).collect();
        let shared = Shared::new(programs.recorder(), Share::new(&common.input, row), Share::new(&common.output, row));
        let mut this = Self {
            connections: Connections::new(),
            poll,
            programs: Arc::clone(programs),
            mailbox,
            stop: Arc::clone(stop),
            seats: Arc::clone(seats),
            roster: Arc::clone(&common.roster),
            next_row: 0,
            signals: None,
            listeners: listeners.into_iter().map(Listener::new).collect(),
            datagrams,
            ready: VecDeque::new(),
            held: Vec::new(),
            idleness: Idleness::new(None),
            spin: Duration::ZERO,
            next_expiry: Some(shared.clock.last()),
            shared,
            favoured: None,
            rationed: None,
        };
        this.register()?;
        Ok(this)
    }

    /// Stops also when the process is told to end, until the loop is gone.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub(crate) fn stop_on_signals(&mut self) -> io::Result<()> {
        self.signals = Some(Signals::new(self.poll.registry(), Source::Signal.token())?);
        Ok(())
    }

    /// Stops the server also when it has nothing to do for `time`, as far as this loop knows.
    pub(crate) fn stop_when_idle(&mut self, time: Duration) {
        self.idleness = Idleness::new(Some(time));
    }

    /// Looks for events for `time` after it last did something, before it sleeps.
    pub(crate) fn spin(&mut self, time: Duration) {
        self.spin = time;
    }

    /// Serves until it is stopped, then calls `stopping` and lets peers take the replies that wait for them.
    ///
    /// # Errors
    /// The system refuses to tell of events.
    pub(crate) fn run(mut self, stopping: impl FnOnce()) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS);
        self.stop.note_own_thread();
        let _this_thread = LoopThread::enter();
        while !self.stop.is_asked() && !self.is_idle_for_long() {
            let left = self.shared.alarm.left(self.shared.clock.last());
            // What came up to then has its turn before deadlines are looked at; what comes while calls are carried out,
            // which may take longer than any deadline, has its turn the next time.
            let now = self.wait(&mut events, Some(left))?;
            self.ration_input();
            self.run_ready();
            if self.shared.alarm.rings(now) {
                self.look_at_deadlines(now);
            }
        }
        stopping();
        self.finish(&mut events)
    }

    fn register(&mut self) -> io::Result<()> {
        let registry = self.poll.registry();
        for (index, listener) in self.listeners.iter_mut().enumerate() {
            listener.socket_mut().register(registry, Source::Listener(index).token())?;
        }
        for (index, datagrams) in self.datagrams.iter_mut().enumerate() {
            datagrams.register(registry, Source::Datagrams(index).token())?;
        }
        Ok(())
    }

    pub(super) fn enqueue(&mut self, source: Source) {
        if let Some(queued) = self.queued_mut(source)
            && !std::mem::replace(queued, true)
        {
            self.ready.push_back(source);
        }
    }

    /// Whether it stands in `ready`; `None` if it is gone.
    fn queued_mut(&mut self, source: Source) -> Option<&mut bool> {
        match source {
            Source::Mail | Source::Signal => None,
            Source::Listener(index) => self.listeners.get_mut(index).map(|listener| &mut listener.queued),
            Source::Datagrams(index) => self.datagrams.get_mut(index).map(|datagrams| &mut datagrams.queued),
            Source::Connection(key) => self.connections.get_mut(key).map(|connection| &mut connection.queued),
        }
    }

    /// One turn for everybody who stands in `ready` now.
    pub(super) fn run_ready(&mut self) {
        let slice = slice(self.ready.len());
        for _ in 0..self.ready.len() {
            let Some(source) = self.ready.pop_front() else { return };
            self.serve(source, slice);
        }
    }

    /// A turn that ends with the call during which `slice` is over, and what follows from it.
    pub(super) fn serve(&mut self, source: Source, slice: Duration) {
        let turn = match source {
            Source::Connection(key) => self.connection_turn(key, slice),
            Source::Datagrams(index) => self.datagram_turn(index, slice),
            source => self.other_turn(source),
        };
        self.conclude(source, turn);
    }

    #[inline]
    fn connection_turn(&mut self, key: usize, slice: Duration) -> Turn {
        let Some(connection) = self.connections.get_mut(key) else { return Turn::Wait };
        connection.queued = false;
        self.shared.is_favoured = self.favoured.is_some_and(|(favoured, _)| favoured == key);
        let turn = connection.turn(&self.programs, &mut self.shared, slice);
        self.shared.is_favoured = false;
        turn
    }

    #[inline(never)]
    fn other_turn(&mut self, source: Source) -> Turn {
        if let Some(queued) = self.queued_mut(source) {
            *queued = false;
        }
        self.shared.clock.pass();
        match source {
            Source::Listener(index) => {
                // There may be new connections, or a pause.
                self.shared.alarm.ring();
                self.accept(index)
            }
            Source::Mail | Source::Signal | Source::Datagrams(_) | Source::Connection(_) => Turn::Wait,
        }
    }

    #[inline(never)]
    pub(super) fn datagram_turn(&mut self, index: usize, slice: Duration) -> Turn {
        let Some(datagrams) = self.datagrams.get_mut(index) else { return Turn::Wait };
        datagrams.queued = false;
        let turn = datagrams.turn(&self.programs, &mut self.shared, slice);
        // It goes on as it was if that fails.
        let _ = datagrams.calm(self.poll.registry(), Source::Datagrams(index).token());
        turn
    }

    /// What follows from a turn.
    #[inline]
    pub(super) fn conclude(&mut self, source: Source, turn: Turn) {
        if turn != Turn::Wait {
            self.go_on(source, turn);
        }
        self.release_output();
    }

    #[inline(never)]
    fn go_on(&mut self, source: Source, turn: Turn) {
        match (source, turn) {
            (source, Turn::Again) => self.enqueue(source),
            (Source::Connection(key), Turn::Hold) => {
                self.held.push(key);
                self.shared.alarm.ring();
            }
            (Source::Connection(key), Turn::Close(reason)) => {
                self.shared.recorder.count(reason);
                self.connections.remove(key);
            }
            (_, Turn::Wait | Turn::Hold | Turn::Close(_)) => {}
        }
    }
}

/// Replies that are still to come have nowhere to go.
impl Drop for EventLoop {
    fn drop(&mut self) {
        self.mailbox.close();
    }
}
