mod connection;
mod extensions;
mod memory;
mod peer;
mod recent;
mod run;

pub use extensions::Extensions;
pub use peer::{Peer, UnixCredentials};
pub(crate) use recent::SHORTEST_HEADER;

use crate::address::Transport;
use crate::client::{Client, Link};
use crate::error::{Error, Result};
use crate::metrics::UNSERVED;
use crate::procedure::Procedure;
use crate::rpc::{AuthSys, CallError, CallHeader, Credential, Verifier};
use crate::session::server::replay::Memo;
use crate::session::server::{Origin, Ticket};
use crate::trace::Trace;
use crate::xdr::{Decoder, Source};
use recent::Recent;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

/// The call that a handler carries out: who calls what, and from where.
///
/// A clone can be kept for as long as it is of use.
#[derive(Debug)]
pub struct Call {
    header: CallHeader,
    /// Bytes of the message that it came in.
    length: usize,
    /// How it came.
    recent: Recent,
    procedure: Option<&'static Procedure>,
    /// That of the procedure among the counters.
    row: u32,
    peer: Peer,
    extensions: Extensions,
    origin: Option<Arc<Origin>>,
    /// The client over whose connection it came; `None` at a server.
    link: Option<Weak<Link>>,
    /// Where its reply is remembered, in case it comes again.
    memo: Option<Arc<Memo>>,
    /// Ends with the call; clones do not have it.
    trace: Trace,
    /// Whether the right to answer it was given away; clones never have it.
    is_taken: AtomicBool,
    /// Whether it is carried out on the pool.
    may_wait: bool,
    /// Whether it has been admitted by its header, before the rest of it came.
    is_admitted: bool,
    /// Which version serves calls of the last header, if there is nothing to ask of them but their procedure.
    route: Option<usize>,
    /// Whether calls of the last procedure are simply carried out.
    is_plain: bool,
}

impl Call {
    /// The number that tells the calls of one peer apart; a retransmission has the same.
    pub fn xid(&self) -> u32 {
        self.header.xid
    }

    /// The program called.
    pub fn program(&self) -> u32 {
        self.header.program
    }

    /// The version called.
    pub fn version(&self) -> u32 {
        self.header.version
    }

    /// The procedure called.
    pub fn procedure(&self) -> u32 {
        self.header.procedure
    }

    /// Its name in the interface; empty if the interface does not have it.
    pub fn procedure_name(&self) -> &'static str {
        self.procedure.map_or("", Procedure::name)
    }

    /// Who called. The address of a datagram may be false.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The address of this machine that was called; `None` over a UNIX socket. Where the system does not tell of a datagram, that of
    /// its socket, which may stand for all.
    pub fn local_address(&self) -> Option<SocketAddr> {
        self.origin.as_ref()?.local(&self.peer)
    }

    /// What carried the call.
    pub fn transport(&self) -> Transport {
        self.peer.transport()
    }

    /// Who the caller claims to be.
    pub fn credential(&self) -> &Credential {
        &self.header.credential
    }

    /// What proves the credential; nothing with `AUTH_NONE` and `AUTH_SYS`.
    pub fn verifier(&self) -> &Verifier {
        &self.header.verifier
    }

    /// The user, groups and machine that the caller claims, if it called with `AUTH_SYS`. Nothing proves them.
    pub fn auth_sys(&self) -> Option<&AuthSys> {
        match &self.header.credential {
            Credential::Sys(claim) => Some(claim),
            _ => None,
        }
    }

    /// A client of version `version` of `program` at the caller: its calls go out on the connection that this call came in
    /// on, between its replies, and the caller's replies come in between its calls. For callers that
    /// [serve](crate::ClientOptions::serve) something.
    ///
    /// It may be kept for as long as it is of use, and used from any thread and task. When the connection ends, its calls
    /// fail with [`Error::Closed`], and so do those that are in flight. They are made without a credential and have 25 s,
    /// unless it is [told](Client::with_deadline) [otherwise](Client::with_credential).
    ///
    /// A handler that runs on the server's loop must not wait for a reply, which the loop is to read: that is refused with
    /// [`Error::WouldDeadlock`]. Put its procedure [on the pool](crate::Server::on_pool), or start the call and have
    /// another thread or a task wait for it.
    ///
    /// # Errors
    /// [`Error::NoConnection`] if the call came as a datagram.
    pub fn client(&self, program: u32, version: u32) -> Result<Client> {
        let origin = self.origin.as_ref().ok_or(Error::NoConnection)?;
        if let Some(link) = &self.link {
            let decode_limits = origin.programs().limits().decode;
            let link = link.upgrade().ok_or_else(|| self.closed())?;
            return Client::over_link(link, decode_limits, program, version);
        }
        Client::back(origin, &self.peer, program, version)
    }

    /// Whether its handler may wait for something, since nobody else does for the handler: it is carried out on
    /// [the pool](crate::Server::on_pool).
    pub fn may_wait(&self) -> bool {
        self.may_wait
    }

    /// What layers have attached to the call.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// What layers have attached to the call, to attach more.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }
}

impl Call {
    /// Calls of `peer`, of which [`Call::begin`] makes one after the other. Without an origin, each is answered at once.
    pub(crate) fn new(peer: Peer, origin: Option<Arc<Origin>>) -> Self {
        let (header, extensions) = (CallHeader::default(), Extensions::default());
        Self {
            header,
            length: 0,
            recent: Recent::default(),
            procedure: None,
            row: UNSERVED,
            peer,
            extensions,
            origin,
            link: None,
            memo: None,
            trace: Trace::none(),
            is_taken: AtomicBool::new(false),
            may_wait: false,
            is_admitted: false,
            route: None,
            is_plain: false,
        }
    }

    /// Calls that come in over the connection of a client.
    pub(crate) fn with_link(self, link: Weak<Link>) -> Self {
        Self { link: Some(link), ..self }
    }

    /// The next call, whose header is taken off the front of `input`, a message.
    ///
    /// # Errors
    /// It is no acceptable call; this is the former one still.
    #[inline]
    pub(crate) fn begin(&mut self, input: &mut Decoder<'_>) -> Result<(), CallError> {
        self.is_admitted = false;
        self.begin_or_resume(input)
    }

    /// The next call; or the one that was admitted by its header, now that the rest of it has come. Its extensions stay.
    ///
    /// # Errors
    /// As [`Call::begin`].
    #[inline(always)]
    pub(crate) fn begin_or_resume(&mut self, input: &mut Decoder<'_>) -> Result<(), CallError> {
        let message = input.rest();
        let Some(alike) = self.recent.recognise(message) else { return self.begin_with_new(input) };
        input.window(message.len().saturating_sub(alike.arguments.len()))?;
        self.is_admitted &= alike.xid == self.header.xid && self.is_of(alike.procedure);
        self.is_plain &= self.is_of(alike.procedure);
        self.header.procedure = alike.procedure;
        self.restart(alike.xid, message.len());
        Ok(())
    }

    #[inline]
    fn is_of(&self, procedure: u32) -> bool {
        self.header.procedure == procedure
    }

    /// The next call, whose header is not like the one before.
    #[inline(never)]
    fn begin_with_new(&mut self, input: &mut Decoder<'_>) -> Result<(), CallError> {
        let message = input.rest();
        self.header = CallHeader::decode(input)?;
        self.recent.set(message.get(..message.len().saturating_sub(input.remaining())).unwrap_or_default());
        self.is_admitted = false;
        self.route = None;
        self.is_plain = false;
        self.restart(self.header.xid, message.len());
        Ok(())
    }

    #[inline]
    fn restart(&mut self, xid: u32, length: usize) {
        self.header.xid = xid;
        self.length = length;
        if !self.is_admitted {
            self.extensions.clear();
        }
        *self.is_taken.get_mut() = false;
    }

    /// The next call is one of `peer`.
    pub(crate) fn set_peer(&mut self, peer: Peer) {
        self.peer = peer;
    }

    pub(crate) fn set_procedure(&mut self, procedure: Option<&'static Procedure>, row: u32) {
        self.procedure = procedure;
        self.row = row;
    }

    /// Which version serves it and calls with a header like its own, if there is nothing to ask of them but their procedure.
    #[inline]
    pub(crate) fn route(&self) -> Option<usize> {
        self.route
    }

    /// Notes that, and whether calls of its procedure are simply carried out.
    pub(crate) fn set_route(&mut self, route: Option<usize>, is_plain: bool) {
        self.route = route;
        self.is_plain = is_plain;
    }

    pub(crate) fn row(&self) -> u32 {
        self.row
    }

    pub(crate) fn header(&self) -> &CallHeader {
        &self.header
    }

    pub(crate) fn origin(&self) -> Option<&Arc<Origin>> {
        self.origin.as_ref()
    }

    /// Whether it is admitted, so that only the rest of it is to come.
    pub(crate) fn set_admitted(&mut self, is_admitted: bool) {
        self.is_admitted = is_admitted;
    }

    pub(crate) fn is_admitted(&self) -> bool {
        self.is_admitted
    }

    /// Whether nobody can take the right to answer it for now.
    pub(crate) fn reserve(&mut self, is_reserved: bool) {
        *self.is_taken.get_mut() = is_reserved;
    }

    /// What the reply to it is told, whoever makes it.
    pub(crate) fn set_memo(&mut self, memo: Option<Arc<Memo>>) {
        self.memo = memo;
    }

    pub(crate) fn memo(&self) -> Option<&Memo> {
        self.memo.as_deref()
    }

    /// From now on it has a span.
    #[inline]
    pub(crate) fn begin_trace(&mut self) {
        self.trace = Trace::of_server(self);
    }

    /// The session is done with it; whoever answers it later may not be.
    #[inline]
    pub(crate) fn end(&mut self) {
        self.memo = None;
        self.end_trace();
    }

    /// As [`Call::end`], of one that is not remembered.
    #[inline]
    pub(crate) fn end_trace(&mut self) {
        self.trace = Trace::none();
    }

    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Whether somebody else answers it.
    pub(crate) fn is_taken(&self) -> bool {
        self.is_taken.load(Ordering::Relaxed)
    }

    /// As [`Call::is_taken`], of one that nobody else has: that costs less.
    #[inline]
    pub(crate) fn was_taken(&mut self) -> bool {
        *self.is_taken.get_mut()
    }

    /// Takes the right to answer it; whether it was still there.
    pub(crate) fn take_right(&self) -> bool {
        self.take().is_some()
    }

    /// The right to answer it; `None` if that was given away, or the call is to be answered at once.
    pub(crate) fn ticket(&self) -> Option<Ticket> {
        let origin = self.take()?;
        let call = Self { memo: self.memo.clone(), trace: self.trace.clone(), ..self.clone() };
        Some(Ticket::new(call, Arc::clone(origin), 0))
    }

    /// As [`Call::ticket`], for somebody who carries the call out: the right can be given away once more.
    pub(crate) fn hand_over(&self, bytes: usize) -> Option<Ticket> {
        let origin = self.take()?;
        let call = Self {
            memo: self.memo.clone(),
            trace: self.trace.clone(),
            is_taken: AtomicBool::new(false),
            may_wait: true,
            ..self.clone()
        };
        Some(Ticket::new(call, Arc::clone(origin), bytes))
    }

    fn closed(&self) -> Error {
        Error::Closed { peer: self.peer.to_string().into(), within_reply: false }
    }

    fn take(&self) -> Option<&Arc<Origin>> {
        let origin = self.origin.as_ref()?;
        (!self.is_taken.swap(true, Ordering::Relaxed)).then_some(origin)
    }
}

impl Clone for Call {
    fn clone(&self) -> Self {
        Self {
            header: self.header.clone(),
            length: self.length,
            recent: Recent::default(),
            procedure: self.procedure,
            row: self.row,
            peer: self.peer,
            extensions: self.extensions.clone(),
            origin: self.origin.clone(),
            link: self.link.clone(),
            memo: None,
            trace: Trace::none(),
            is_taken: AtomicBool::new(true),
            may_wait: false,
            is_admitted: false,
            route: None,
            is_plain: false,
        }
    }
}
