//! Clients: calls over TCP and UDP, blocking or several in flight.

mod back;
mod broadcast;
mod channel;
mod connect;
mod helper;
mod input;
mod lent;
mod link;
mod lone;
mod open;
mod options;
mod output;
mod pending;
mod places;
mod replies;
mod sending;
mod service;
mod socket;
mod state;
mod tasks;
mod turns;
mod wire;
mod woken;

pub use broadcast::broadcast;
pub(crate) use connect::{Target, resolve};
pub(crate) use link::Link;
pub use options::ClientOptions;
pub use pending::Pending;

use crate::call::Peer;
use crate::error::{Error, Result};
use crate::procedure::Procedure;
use crate::rpc::Credential;
use crate::session::server::Origin;
use crate::session::{CallTemplate, ClientConfig, NewCall, Results};
use crate::trace::Trace;
use crate::xdr::{DecodeLimits, EncodeError, Encoder, Void, Xdr};
use back::Back;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of replies kept of one connection that a server calls back over, as [`ClientOptions::max_kept`] of a client.
const BACK_KEPT: usize = 16 << 20;

/// What appends the arguments of a call. It is called once: code that sends is the same for all procedures.
type Arguments<'a> = &'a mut dyn FnMut(&mut Encoder) -> Result<(), EncodeError>;

/// A client of one version of a program at one server.
///
/// Clones share the connection; calls of several threads are in flight on it at the same time, and replies may come in
/// any order. Every call completes exactly once: with its results, or with an error that says who erred and whether the
/// call [was sent](crate::Error::is_unsent). When the connection has ended, calls in flight fail with the reason, and the
/// next call connects again ([`ClientOptions::reconnect`]).
///
/// Emitted code wraps it in a type with a method for each procedure. Without one:
///
/// ```no_run
/// use oncrpc::Client;
/// use oncrpc::xdr::Xdr;
///
/// # fn main() -> oncrpc::Result<()> {
/// // Which port does the portmapper know for version 3 of program 100003 over TCP (protocol 6)?
/// let portmapper = Client::connect("tcp://127.0.0.1:111", 100_000, 2)?;
/// let wanted = [100_003, 3, 6, 0];
/// let port = portmapper.call::<u32>(3, |out| wanted.iter().try_for_each(|word| u32::encode(word, out)))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    link: Arc<Link>,
    template: Arc<CallTemplate>,
    timeout: Duration,
    /// All procedures are.
    idempotent: bool,
    decode_limits: DecodeLimits,
}

impl Client {
    /// Connects to version `version` of `program` at `address`, with the default options.
    ///
    /// The forms of `address` are `tcp://host:port`, `udp://host:port`, `host:port` (TCP), the same without a port, which
    /// asks the rpcbind of the host for it, and `unix:///path` or `unix:@name`. All addresses that a name stands for are tried. Over UDP, whether a
    /// server is there shows with the first call, unless there are several addresses to choose from.
    ///
    /// # Errors
    /// `address` is none, nothing listens there, or rpcbind does not know the program.
    pub fn connect(address: &str, program: u32, version: u32) -> Result<Self> {
        Self::connect_with(address, program, version, &ClientOptions::default())
    }

    /// As [`Client::connect`], with `options`.
    ///
    /// # Errors
    /// As [`Client::connect`]; also if the credential of `options` breaks its limits.
    pub fn connect_with(address: &str, program: u32, version: u32, options: &ClientOptions) -> Result<Self> {
        connect::connect(address, program, version, options)
    }

    /// The same client for calls that have `deadline` from their start to their reply, instead of
    /// [`ClientOptions::call_timeout`]. Both share the connection; to make one costs next to nothing.
    ///
    /// ```no_run
    /// # fn main() -> oncrpc::Result<()> {
    /// # let client = oncrpc::Client::connect("tcp://127.0.0.1:4045", 0x2000_0099, 1)?;
    /// client.with_deadline(std::time::Duration::from_millis(200)).null()
    /// # }
    /// ```
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self { timeout: deadline, ..self.clone() }
    }

    /// The same client for calls by `credential`. Both share the connection.
    ///
    /// # Errors
    /// [`Error::Encode`](crate::Error) if the credential breaks its limits.
    pub fn with_credential(&self, credential: &Credential) -> Result<Self> {
        Ok(Self { template: Arc::new(self.template.with_credential(credential)?), ..self.clone() })
    }

    /// A client of version `version` of `program` at the same server, for one that serves several at one address. Both
    /// share the connection, its limits and the numbers of its calls, and are by the same credential; each finds its own replies.
    ///
    /// ```no_run
    /// # fn main() -> oncrpc::Result<()> {
    /// // NFS, and MOUNT at the same port.
    /// let nfs = oncrpc::Client::connect("tcp://127.0.0.1:2049", 100_003, 3)?;
    /// let mount = nfs.share(100_005, 3);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn share(&self, program: u32, version: u32) -> Self {
        Self { template: Arc::new(self.template.with_program(program, version)), ..self.clone() }
    }

    /// Calls `procedure` with what `arguments` appends, and waits for results of codec `C`.
    ///
    /// `arguments` runs while the client is locked: it is to encode and nothing else. To use this client in it, or to
    /// drop one of its [`Pending`]s, waits forever.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn call<C: Xdr>(
        &self,
        procedure: u32,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<C::Value> {
        self.call_traced::<C>(self.trace(procedure, ""), self.new_call(procedure), &mut once(arguments))
    }

    /// Starts a call of `procedure` and returns without its reply, so that several can be in flight.
    ///
    /// On TCP, calls that are started one after another are sent together: with the next [`Pending::wait`],
    /// [`Client::call`] or [`Client::flush`], or when 64 KiB have gathered. Starting waits only when the peer does not
    /// take what was sent before.
    ///
    /// On UDP, a call is sent at once. It is sent again only while a thread waits for some call of this client.
    ///
    /// `arguments` is to encode and nothing else, as for [`Client::call`].
    ///
    /// # Errors
    /// The arguments cannot be encoded, the connection has ended, or the peer does not take what was sent before in the
    /// time of a call.
    pub fn start<C: Xdr>(
        &self,
        procedure: u32,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<Pending<C::Value>> {
        self.start_traced::<C>(self.trace(procedure, ""), self.new_call(procedure), &mut once(arguments))
    }

    /// As [`Client::start`]; a call of an idempotent procedure may be sent over a second connection.
    pub(crate) fn start_procedure<C: Xdr>(
        &self,
        procedure: Procedure,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<Pending<C::Value>> {
        let call = self.new_call_of(procedure);
        self.start_traced::<C>(self.trace(procedure.number(), procedure.name()), call, &mut once(arguments))
    }

    /// As [`Client::call`]; a call of an idempotent procedure may be sent over a second connection.
    pub(crate) fn call_procedure<C: Xdr>(
        &self,
        procedure: Procedure,
        arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
    ) -> Result<C::Value> {
        let call = self.new_call_of(procedure);
        self.call_traced::<C>(self.trace(procedure.number(), procedure.name()), call, &mut once(arguments))
    }

    /// Sends a call of `procedure` without a reply: nobody waits for one, and one that comes is skipped. For procedures
    /// that a server carries out without answering (the batching of RFC 5531 §8.5), and for calls whose outcome does not
    /// matter.
    ///
    /// It is sent once, as [`Client::start`] sends: what follows carries it along, [`Client::flush`] sends it now.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub fn send(&self, procedure: u32, arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>) -> Result<()> {
        self.link.send(self.new_call(procedure), &mut once(arguments))
    }

    /// Sends the calls that were started and are not sent yet.
    ///
    /// # Errors
    /// The connection has ended, or the peer does not take them in time.
    pub fn flush(&self) -> Result<()> {
        self.link.flush(self.timeout)
    }

    /// Calls procedure 0, which every server answers: is it there, and does it serve the program and version?
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn null(&self) -> Result<()> {
        self.call::<Void>(0, |_| Ok(()))
    }

    /// The address of the server, as in `tcp://192.0.2.1:4045`.
    pub fn peer(&self) -> &str {
        self.link.peer()
    }

    /// The address of this machine that it calls from, as the server sees it unless something between them translates: what a server that is
    /// to connect to us is told. `None` over a UNIX socket, and of a client that calls [back](crate::Call::client). It may
    /// be another one when the client has connected again.
    pub fn local_address(&self) -> Option<SocketAddr> {
        self.link.channel()?.local_address()
    }

    /// A client that calls back over the connection that calls come in on.
    pub(crate) fn back(origin: &Origin, peer: &Peer, program: u32, version: u32) -> Result<Self> {
        let options = ClientOptions::default();
        let config = || ClientConfig {
            max_call: options.max_call,
            max_kept: BACK_KEPT,
            first_xid: connect::random_xid(),
            peer: format!("the caller at {peer}").into(),
        };
        let backchannel = origin.open_backchannel(config).ok_or(Error::NoConnection)?;
        let link = Arc::new(Link::back(Back::new(Arc::clone(backchannel))));
        Self::over_link(link, origin.programs().limits().decode, program, version)
    }

    /// A client that calls over `link`, over which a call came in.
    pub(crate) fn over_link(link: Arc<Link>, decode_limits: DecodeLimits, program: u32, version: u32) -> Result<Self> {
        let template = Arc::new(CallTemplate::new(program, version, &Credential::None)?);
        let timeout = ClientOptions::default().call_timeout;
        Ok(Self { link, template, timeout, idempotent: false, decode_limits })
    }

    fn call_traced<C: Xdr>(&self, trace: Trace, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<C::Value> {
        let mut results = Results::default();
        let outcome = trace.within(|| self.link.call(call, &trace, arguments, &mut results));
        let outcome = outcome.and_then(|()| Ok(C::decode(&mut results.decoder(self.decode_limits))?));
        trace.finish_with(&outcome);
        outcome
    }

    fn start_traced<C: Xdr>(
        &self,
        trace: Trace,
        call: NewCall<'_>,
        arguments: Arguments<'_>,
    ) -> Result<Pending<C::Value>> {
        let started = trace.within(|| self.link.start(call, arguments));
        let xid = started.inspect_err(|error| trace.finish_with::<()>(&Err(error.clone())))?;
        trace.started(xid);
        Ok(Pending::new::<C>(self.link.clone(), xid, self.decode_limits, trace))
    }

    fn trace(&self, procedure: u32, name: &'static str) -> Trace {
        Trace::of_client(self.template.target(), procedure, name, self.peer())
    }

    fn new_call_of(&self, procedure: Procedure) -> NewCall<'_> {
        let idempotent = self.idempotent || procedure.is_idempotent();
        NewCall { idempotent, ..self.new_call(procedure.number()) }
    }

    fn new_call(&self, procedure: u32) -> NewCall<'_> {
        NewCall { template: &self.template, procedure, timeout: self.timeout, idempotent: self.idempotent }
    }
}

/// `arguments`, to be called once.
fn once(
    arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
) -> impl FnMut(&mut Encoder) -> Result<(), EncodeError> {
    let mut arguments = Some(arguments);
    move |out| arguments.take().map_or(Ok(()), |arguments| arguments(out))
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("peer", &self.peer()).finish_non_exhaustive()
    }
}
