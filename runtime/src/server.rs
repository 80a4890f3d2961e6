mod handed_in;
#[cfg(unix)]
mod inherited;
mod keeper;
mod listen;
mod observe;
mod own_rpcbind;
mod place;
mod prepare;
mod ready;
mod registrations;
mod running;

pub use handed_in::Listener;
pub use running::{RunningServer, ServerHandle};

use crate::call::{Call, Peer};
use crate::dispatch::Dispatch;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::net::{Acceptor, Stop, Stream};
use crate::procedure::Procedure;
use crate::session::server::Programs;
use mio::net::UdpSocket;
use observe::Counted;
use place::Place;
use ready::Signals;
use registrations::Registers;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Threads of the pool, if there is one: most of them wait as a rule.
const POOL_THREADS: usize = 16;

/// Serves programs on sockets.
///
/// ```no_run
/// # fn hello() -> impl oncrpc::codegen::Dispatch { Hello }
/// # struct Hello;
/// # impl oncrpc::codegen::Dispatch for Hello {
/// #     fn program(&self) -> u32 { 0x2000_0099 }
/// #     fn version(&self) -> u32 { 1 }
/// #     fn procedures(&self) -> &'static [oncrpc::Procedure] { &[] }
/// #     fn dispatch(&self, _: &oncrpc::Call, _: &mut oncrpc::xdr::Decoder<'_>, _: &mut oncrpc::xdr::Encoder) -> oncrpc::Result<oncrpc::codegen::Answer> { Ok(oncrpc::codegen::Answer::Silent) }
/// # }
/// # fn main() -> oncrpc::Result<()> {
/// oncrpc::Server::new()
///     .serve(hello()) // emitted: hello_v1::server(your_service)
///     .listen("tcp://127.0.0.1:4045")?
///     .listen("udp://127.0.0.1:4045")?
///     .run()
/// # }
/// ```
///
/// Handlers run one after another on the thread of the loop: one that waits makes everybody wait, unless it runs
/// [on the pool](Server::on_pool) or takes a [`Reply`](crate::Reply) to answer later.
#[derive(Debug)]
#[must_use = "it serves when it is run or started"]
pub struct Server {
    programs: Programs,
    acceptors: Vec<Acceptor>,
    udp: Vec<UdpSocket>,
    /// Those that were open before.
    connections: Vec<(Stream, Peer)>,
    bound: Vec<Place>,
    rpcbind_socket: Option<String>,
    /// How long it has nothing to do before it ends.
    idle: Option<Duration>,
    spin: Duration,
    quiet: bool,
    registers: Registers,
    workers: usize,
    pool_threads: usize,
    stop: Arc<Stop>,
    counted: Counted,
}

impl Server {
    /// Serves nothing yet, nowhere.
    pub fn new() -> Self {
        Self {
            programs: Programs::default(),
            acceptors: Vec::new(),
            udp: Vec::new(),
            connections: Vec::new(),
            bound: Vec::new(),
            rpcbind_socket: None,
            idle: None,
            spin: Duration::ZERO,
            quiet: false,
            registers: Registers::No,
            workers: 1,
            pool_threads: POOL_THREADS,
            stop: Arc::default(),
            counted: Counted::default(),
        }
    }

    /// Serves a version of a program, in place of the former one if it is the same version. Emitted code makes the
    /// argument: `calc_v1::server(your_service)`.
    pub fn serve(mut self, version: impl Dispatch) -> Self {
        self.programs.add(version);
        self
    }

    /// Serves on `count` threads, each with a loop of its own; on one unless this is called. Connections go to them in
    /// turn and stay where they are. All datagrams are the first one's.
    pub fn workers(mut self, count: usize) -> Self {
        self.workers = count.max(1);
        self
    }

    /// Has `procedures` carried out on threads of a pool, so that calls of them may wait for a disk, a lock or another
    /// server: `on_pool([calc_v1::procedure::SLOW])`. Their replies go out as they come, in any order.
    ///
    /// How many calls wait for a thread is [limited](Limits::calls). Those of a peer that has left are dropped if they
    /// have not begun.
    pub fn on_pool(mut self, procedures: impl IntoIterator<Item = Procedure>) -> Self {
        self.programs.put_on_pool(procedures);
        self
    }

    /// Has calls of `procedures` tried on the thread of the loop, which is faster by the time it takes to wake up another one. A
    /// handler that finds it would have to wait there returns [`Error::WouldWait`], before it has done anything, and is called
    /// again on [the pool](Server::on_pool), as [`Call::may_wait`] tells it: for what is in memory as a rule, and sometimes is not.
    pub fn on_pool_if_it_waits(mut self, procedures: impl IntoIterator<Item = Procedure>) -> Self {
        self.programs.put_on_pool_if(procedures);
        self
    }

    /// Has calls of `procedures` carried out once, however often they come, as if their interface said `at_most_once`:
    /// `at_most_once([calc_v1::procedure::INCREMENT])`.
    ///
    /// A call that comes again, over another connection perhaps, is answered with the reply it had, within the
    /// [limits](Limits::replay); one that is still in progress, when it is done. It is known by its caller (credential and IP
    /// address), its xid, its procedure and its arguments.
    pub fn at_most_once(mut self, procedures: impl IntoIterator<Item = Procedure>) -> Self {
        self.programs.guard(procedures);
        self
    }

    /// The threads of the pool; 16 unless this is called, and at least 1. They are started only if there is something
    /// [for them](Server::on_pool).
    pub fn pool_threads(mut self, count: usize) -> Self {
        self.pool_threads = count.max(1);
        self
    }

    /// Has every call pass through `layer` before its arguments are decoded: it returns the error that the call is to be answered with, such
    /// as [`Error::Auth`], or lets it pass, perhaps with something [attached](Call::extensions_mut) for the handler. A panic in it is
    /// `SYSTEM_ERR`. Ready-made ones are in [`layers`](crate::layers).
    ///
    /// Layers are passed in the order in which they are added, up to the first that refuses: after the credential was
    /// looked at, and before the caller learns whether the program or the procedure is served, before a large call is
    /// kept in memory, and before a repeated one is answered. They run on the thread of the loop, for calls of procedure 0 as well.
    ///
    /// ```
    /// use oncrpc::{Error, Server, rpc::AuthStat};
    ///
    /// let server = Server::new().layer(|call| match call.auth_sys() {
    ///     Some(claim) if claim.uid == 0 => Err(Error::Auth(AuthStat::TooWeak)),
    ///     _ => Ok(()),
    /// });
    /// # drop(server);
    /// ```
    pub fn layer(mut self, layer: impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static) -> Self {
        self.programs.add_layer(layer);
        self
    }

    /// Stops when there was no connection, no datagram and no call in flight for `time`, and at latest after twice that:
    /// for servers that something starts again when there is work, as inetd and systemd do. What comes too late stays in
    /// the sockets that they keep open.
    pub fn stop_when_idle(mut self, time: Duration) -> Self {
        self.idle = Some(time.max(Duration::from_millis(1)));
        self
    }

    /// Goes on looking for `time` after there was something to do before it sleeps, as each of its [workers](Server::workers) does; not
    /// unless this is called. A call that comes within that time is not delayed by waking up a thread, which takes longer than all
    /// the rest of a small call. It costs up to a processor for each worker as long as calls come more often than that: a
    /// fraction of a millisecond is enough for callers that call one after the other.
    pub fn spin(mut self, time: Duration) -> Self {
        self.spin = time;
        self
    }

    /// With other limits than [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.programs.set_limits(limits);
        self
    }

    /// Calls `on_error` with each call that is answered with `SYSTEM_ERR`, and why: the error that the handler returned,
    /// [`Error::Panicked`], or [`Error::Encode`] if the results are too large or break a bound. The caller learns none of
    /// it, and nothing else tells. Other calls wait until it returns; a peer may be able to make many calls fail.
    ///
    /// ```
    /// let server = oncrpc::Server::new()
    ///     .on_error(|call, error| eprintln!("procedure {} for {}: {error}", call.procedure(), call.peer()));
    /// # drop(server);
    /// ```
    pub fn on_error(mut self, on_error: impl Fn(&Call, &Error) + Send + Sync + 'static) -> Self {
        self.programs.set_on_error(on_error);
        self
    }

    /// [`run`](Server::run) does not say on stderr where it serves what.
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Where it listens, as a client connects to it: `tcp://127.0.0.1:4045`.
    pub fn addresses(&self) -> Vec<String> {
        self.bound.iter().map(Place::to_string).collect()
    }

    /// Stops the server, also one that does not run yet.
    pub fn handle(&self) -> ServerHandle {
        ServerHandle::new(Arc::clone(&self.stop), self.counted.clone())
    }

    /// Serves on this thread until it is [stopped](ServerHandle::stop) or the process gets SIGTERM or SIGINT. Says on
    /// stderr where it serves what, unless it is [quiet](Server::quiet).
    ///
    /// The first of these signals ends it as [`ServerHandle::stop`] does; a second one ends the process at once, and so
    /// does any after this has returned. A signal that the process was started to ignore stays ignored. Where the process
    /// catches one itself, both learn of it, and a second one does nothing more.
    ///
    /// # Errors
    /// [`Error::Listen`] if it listens nowhere or the system has no descriptor left; if it [registers](Server::register_with_rpcbind) and
    /// no rpcbind runs here or it refuses, [`Error::Connect`] or [`Error::RegistrationRefused`].
    pub fn run(self) -> Result<()> {
        let quiet = self.quiet;
        let ready = self.prepare(Signals::Heeded)?;
        if !quiet {
            ready.tell();
        }
        ready.run()
    }

    /// Serves on a thread of its own until what is returned is dropped or stopped. Signals are left alone.
    ///
    /// # Errors
    /// As [`Server::run`].
    pub fn start(self) -> Result<RunningServer> {
        let handle = self.handle();
        let ready = self.prepare(Signals::LeftAlone)?;
        let addresses = ready.addresses.clone();
        let thread = thread::Builder::new()
            .name("oncrpc-server".to_owned())
            .spawn(move || ready.run())
            .map_err(|source| failed(&addresses, source))?;
        Ok(RunningServer::new(addresses, handle, thread))
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

fn failed(addresses: &[String], source: io::Error) -> Error {
    let address = if addresses.is_empty() { "any address".to_owned() } else { addresses.join(", ") };
    Error::Listen { address, source: Arc::new(source) }
}
