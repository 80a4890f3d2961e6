use crate::dispatch::{Dispatch, SharedDispatch};
use crate::limits::Limits;
use crate::record;
use crate::rpc::Credential;
use crate::xdr::DecodeLimits;
use std::net::SocketAddr;
use std::time::Duration;

/// How a client connects and calls.
///
/// ```
/// use oncrpc::ClientOptions;
/// use std::time::Duration;
///
/// let options = ClientOptions::new().call_timeout(Duration::from_secs(5));
/// ```
#[derive(Clone, Debug)]
pub struct ClientOptions {
    pub(crate) connect_timeout: Duration,
    pub(crate) call_timeout: Duration,
    pub(crate) retransmit_interval: Duration,
    pub(crate) credential: Credential,
    pub(crate) max_call: usize,
    pub(crate) record_limits: record::Limits,
    pub(crate) decode_limits: DecodeLimits,
    pub(crate) rpcbind_port: u16,
    pub(crate) keepalive: Option<Duration>,
    pub(crate) local_address: Option<SocketAddr>,
    pub(crate) privileged_port: bool,
    pub(crate) reconnect: bool,
    pub(crate) idempotent: bool,
    pub(crate) max_calls: usize,
    pub(crate) max_kept: usize,
    pub(crate) spin: Duration,
    pub(crate) services: Vec<SharedDispatch>,
    pub(crate) answer_timeout: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            call_timeout: Duration::from_secs(25),
            retransmit_interval: Duration::from_secs(1),
            credential: Credential::None,
            max_call: record::Limits::DEFAULT.bytes,
            record_limits: record::Limits::DEFAULT,
            decode_limits: DecodeLimits::DEFAULT,
            rpcbind_port: crate::rpcbind::PORT,
            keepalive: Some(Duration::from_secs(60)),
            local_address: None,
            privileged_port: false,
            reconnect: true,
            idempotent: false,
            max_calls: 1 << 20,
            max_kept: 256 << 20,
            spin: Duration::ZERO,
            services: Vec::new(),
            answer_timeout: Limits::DEFAULT.call_time,
        }
    }
}

impl ClientOptions {
    /// The default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// The time that connecting has, over all addresses of a host, with looking up its name and asking rpcbind; 10 s by
    /// default.
    #[must_use]
    pub fn connect_timeout(self, connect_timeout: Duration) -> Self {
        Self { connect_timeout, ..self }
    }

    /// The time from the start of a call to its reply, waiting for room to send it included; 25 s by default.
    #[must_use]
    pub fn call_timeout(self, call_timeout: Duration) -> Self {
        Self { call_timeout, ..self }
    }

    /// On UDP, the time until a call is sent again; 1 s by default. It doubles with each transmission, up to 30 s.
    #[must_use]
    pub fn retransmit_interval(self, retransmit_interval: Duration) -> Self {
        Self { retransmit_interval, ..self }
    }

    /// Who calls; [`Credential::None`] by default.
    #[must_use]
    pub fn credential(self, credential: Credential) -> Self {
        Self { credential, ..self }
    }

    /// Bytes of a call, header and arguments together; 4 MiB and 64 KiB by default. On UDP never more than 8,800.
    #[must_use]
    pub fn max_call(self, max_call: usize) -> Self {
        Self { max_call, ..self }
    }

    /// What the server may send as one reply on a stream. Memory of two of the largest at most is kept for replies to
    /// come, once callers have dropped what they got in it.
    #[must_use]
    pub fn record_limits(self, record_limits: record::Limits) -> Self {
        Self { record_limits, ..self }
    }

    /// What decoding one reply may cost.
    #[must_use]
    pub fn decode_limits(self, decode_limits: DecodeLimits) -> Self {
        Self { decode_limits, ..self }
    }

    /// Where the rpcbind of a host listens; 111 by default.
    #[must_use]
    pub fn rpcbind_port(self, rpcbind_port: u16) -> Self {
        Self { rpcbind_port, ..self }
    }

    /// The time without a byte on a TCP connection after which the system asks whether the peer is still there; 60 s by
    /// default, `None` for never. A peer that does not answer for a minute more is given up: calls that wait then fail
    /// with [`Error::Io`](crate::Error).
    #[must_use]
    pub fn keepalive(self, keepalive: Option<Duration>) -> Self {
        Self { keepalive, ..self }
    }

    /// The address that the client calls from, with port 0 for any port. Connecting to an address of the other family
    /// fails. By default, what the system chooses.
    #[must_use]
    pub fn local_address(self, local_address: SocketAddr) -> Self {
        Self { local_address: Some(local_address), ..self }
    }

    /// Whether to call from a port below 1024, as servers of NFS and others demand that trust the machine: the first
    /// one that is free from 1023 down to 512. Takes the right to (`CAP_NET_BIND_SERVICE`, or root). Not by default.
    #[must_use]
    pub fn privileged_port(self, privileged_port: bool) -> Self {
        Self { privileged_port, ..self }
    }

    /// Whether the client connects again when its connection has ended; by default it does, as soon as a call needs it
    /// and then with growing pauses from 50 ms to 5 s, until the call has no more time.
    ///
    /// Calls that were not sent go over the new connection. Those that were sent may have been carried out: they fail,
    /// unless their procedure is [idempotent](crate::Procedure::idempotent); then they are sent again with the same xid.
    #[must_use]
    pub fn reconnect(self, reconnect: bool) -> Self {
        Self { reconnect, ..self }
    }

    /// Whether all procedures may be carried out twice, whatever their interface says; not by default.
    #[must_use]
    pub fn idempotent(self, idempotent: bool) -> Self {
        Self { idempotent, ..self }
    }

    /// The time for which a thread that waits for replies looks for them without sleeping; none by default. To be woken
    /// takes most of the time of a lone call within one machine. It costs the whole of a core meanwhile, which is worth
    /// it only if there are more cores than threads that have something to do; a time of some 50 us covers calls that
    /// are answered at once. Best with [`Server::spin`](crate::Server::spin) at the other end.
    #[must_use]
    pub fn spin(self, spin: Duration) -> Self {
        Self { spin, ..self }
    }

    /// Calls in flight, those included whose replies have come and are not taken; 2^20 by default. A further one fails
    /// with [`Error::TooManyCalls`](crate::Error). Stops a caller that starts calls faster than the server answers, or
    /// never takes their outcomes, from filling the memory.
    #[must_use]
    pub fn max_calls(self, max_calls: usize) -> Self {
        Self { max_calls, ..self }
    }

    /// Bytes of replies that have come for calls that neither a thread waits for nor a task awaits, which one further
    /// reply may exceed; 256 MiB by default. The call of a further one fails with
    /// [`Error::ReplyDropped`](crate::Error). Stops a server from filling the memory with large replies that a
    /// caller does not take before others.
    #[must_use]
    pub fn max_kept(self, max_kept: usize) -> Self {
        Self { max_kept, ..self }
    }

    /// Serves a version of a program to the server, which may then [call](crate::Call::client) over the connection of
    /// the client. Emitted code makes the argument, as for [`Server::serve`](crate::Server::serve). May be used for
    /// several; what a server calls that is not served is refused, as a server does. Over UDP nothing is served.
    ///
    /// Calls are carried out one after another on a thread of the client, while another one reads: a handler may itself
    /// call the server, with [`Call::client`](crate::Call::client) or a client of its own. One that is to take longer takes
    /// a [`Reply`](crate::Reply), to answer later. Up to 4 MiB of calls wait for that thread, and 64 may be answered later;
    /// beyond that nothing is read.
    ///
    /// A connection that has ended is made again by the next call of the client and not before; calls that came over the
    /// former one get no reply.
    #[must_use]
    pub fn serve(mut self, version: impl Dispatch) -> Self {
        self.services.push(SharedDispatch::new(version));
        self
    }

    /// The time in which a call of the server must be answered that a handler [answers later](crate::Reply); 600 s by
    /// default. Then it is answered `SYSTEM_ERR`, and what is sent later is dropped. Stops calls that a handler loses
    /// from filling the places of those that may be answered later.
    #[must_use]
    pub fn answer_timeout(self, answer_timeout: Duration) -> Self {
        Self { answer_timeout, ..self }
    }
}
