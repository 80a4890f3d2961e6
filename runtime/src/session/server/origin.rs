use super::kept::Kept;
use super::{Backchannel, Delivery, Programs, Work};
use crate::call::Peer;
use crate::session::ClientConfig;
use core::net::SocketAddr;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// What carries out later what a session does not answer at once; the layer that owns sockets and threads is one.
///
/// All of it may be called from any thread.
pub trait Port: Send + Sync {
    /// Takes the reply to a call, whatever has become of the peer. Every call that was not answered at once comes to
    /// this, unless its origin has been [closed](Origin::close).
    fn deliver(&self, delivery: Delivery);

    /// Has `work` [run](Work::run) on another thread.
    fn submit(&self, work: Work);

    /// The time: what is remembered of a call is kept from when it was answered, on whatever thread.
    fn now(&self) -> Instant;

    /// An origin with calls in flight was closed: work that is [not wanted](Work::is_wanted) any more may be dropped.
    fn forget(&self);

    /// The connection `key` has calls to [send](super::ServerStream::take_calls), or others have less time than those that it
    /// [knows of](super::ServerStream::expire_calls).
    fn call_back(&self, key: usize);

    /// Waits a moment, so that it takes what was delivered, if this thread [may](Port::may_wait); whether it did.
    fn wait(&self) -> bool {
        false
    }

    /// Whether this thread may wait for replies to such calls: not if it is the one that takes them.
    fn may_wait(&self) -> bool;
}

/// Where calls come from and where their replies go: a connection, or a socket for datagrams.
pub struct Origin {
    programs: Arc<Programs>,
    port: Arc<dyn Port>,
    key: usize,
    /// Calls in flight from which on no more are taken.
    most: usize,
    calls: AtomicUsize,
    open: AtomicBool,
    local: OnceLock<SocketAddr>,
    is_connection: bool,
    /// Calls in the other direction, once there was one.
    backchannel: OnceLock<Arc<Backchannel>>,
    kept: Kept,
}

impl Origin {
    /// A connection; `key` is the port's own name for it.
    pub fn connection(programs: Arc<Programs>, port: Arc<dyn Port>, key: usize) -> Arc<Self> {
        let most = programs.limits.connection_calls;
        Arc::new(Self::new(programs, port, key, most, true))
    }

    /// A socket for datagrams, which anybody can send: half of all calls in flight is left to connections.
    pub fn datagrams(programs: Arc<Programs>, port: Arc<dyn Port>, key: usize) -> Arc<Self> {
        let most = programs.limits.calls / 2;
        Arc::new(Self::new(programs, port, key, most, false))
    }

    fn new(programs: Arc<Programs>, port: Arc<dyn Port>, key: usize, most: usize, is_connection: bool) -> Self {
        let (calls, open) = (AtomicUsize::new(0), AtomicBool::new(true));
        Self {
            programs,
            port,
            key,
            most,
            calls,
            open,
            is_connection,
            local: OnceLock::new(),
            backchannel: OnceLock::new(),
            kept: Kept::default(),
        }
    }

    /// The address of our end, for whoever looks at messages.
    pub fn set_local(&self, address: SocketAddr) {
        // It has one address, so that it is not set yet.
        let _ = self.local.set(SocketAddr::new(address.ip().to_canonical(), address.port()));
    }

    /// The address of our end that this peer has called.
    pub(crate) fn local(&self, peer: &Peer) -> Option<SocketAddr> {
        let local = self.local.get()?;
        Some(SocketAddr::new(peer.called().unwrap_or(local.ip()), local.port()))
    }

    /// The port's name for it.
    pub fn key(&self) -> usize {
        self.key
    }

    /// Calls that are being carried out, or whose replies are not yet with the session again.
    #[inline]
    pub fn in_flight(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// Whether so much is in flight that no more calls are taken from here.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.in_flight() >= self.most.max(1) || self.is_server_full()
    }

    /// Whether so much is in flight in all that this is so.
    #[inline]
    pub fn is_server_full(&self) -> bool {
        !self.has_place() || self.programs.load.is_heavy(&self.programs.limits)
    }

    /// Whether there is a place for one more call, if its arguments are small enough. A connection always has one place, so that others
    /// cannot take all.
    #[inline]
    pub fn has_place(&self) -> bool {
        (self.is_connection && self.in_flight() == 0) || self.programs.load.has_place(&self.programs.limits)
    }

    /// Nobody is there any more to take replies.
    pub fn close(&self) {
        self.open.store(false, Ordering::Relaxed);
        // Whoever makes the backchannel at this moment sees that, or this sees the backchannel.
        fence(Ordering::SeqCst);
        self.close_backchannel();
        self.kept.close();
        if self.in_flight() > 0 {
            self.port.forget();
        }
    }

    /// The value of type `T` that is kept of the connection, which `make` makes if there is none; `None` for datagrams.
    pub(crate) fn connection_state<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Option<Arc<T>> {
        if !self.is_connection {
            return None;
        }
        // Not while it is locked: `make` is the user's.
        Some(self.kept.get().unwrap_or_else(|| self.kept.insert(Arc::new(make()))))
    }

    /// Calls in the other direction, which `config` makes ready with the first; `None` for datagrams.
    pub(crate) fn open_backchannel(&self, config: impl FnOnce() -> ClientConfig) -> Option<&Arc<Backchannel>> {
        if !self.is_connection {
            return None;
        }
        let new = || Arc::new(Backchannel::new(config(), Arc::clone(&self.port), self.key));
        let backchannel = self.backchannel.get_or_init(new);
        fence(Ordering::SeqCst);
        if !self.is_open() {
            backchannel.close();
        }
        Some(backchannel)
    }

    /// Calls in the other direction, if there were any.
    pub(super) fn backchannel(&self) -> Option<&Arc<Backchannel>> {
        self.backchannel.get()
    }

    /// No replies will come any more.
    pub(super) fn close_backchannel(&self) {
        if let Some(backchannel) = self.backchannel() {
            backchannel.close();
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    pub(crate) fn programs(&self) -> &Arc<Programs> {
        &self.programs
    }

    pub(super) fn port(&self) -> &dyn Port {
        &*self.port
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Origin").field("key", &self.key).field("in_flight", &self.in_flight()).finish_non_exhaustive()
    }
}

/// A call in flight: as long as this is there, it is counted, with the bytes it holds.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) origin: Arc<Origin>,
    pub(super) began: Instant,
    bytes: usize,
    /// Memory of the reply, on its way.
    reply: usize,
}

impl Slot {
    pub(super) fn new(origin: Arc<Origin>, bytes: usize) -> Self {
        origin.calls.fetch_add(1, Ordering::Relaxed);
        origin.programs.load.calls.fetch_add(1, Ordering::Relaxed);
        origin.programs.load.bytes.fetch_add(bytes, Ordering::Relaxed);
        Self { began: origin.port.now(), origin, bytes, reply: 0 }
    }

    /// The reply takes so many bytes of memory until this is gone.
    pub(super) fn carry(&mut self, reply: usize) {
        self.origin.programs.load.replies.fetch_add(reply, Ordering::Relaxed);
        self.reply = self.reply.saturating_add(reply);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.origin.calls.fetch_sub(1, Ordering::Relaxed);
        self.origin.programs.load.calls.fetch_sub(1, Ordering::Relaxed);
        self.origin.programs.load.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.origin.programs.load.replies.fetch_sub(self.reply, Ordering::Relaxed);
    }
}
