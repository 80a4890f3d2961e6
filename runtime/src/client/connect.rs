use super::channel::Channel;
use super::link::Link;
use super::output::Output;
use super::service::Service;
use super::socket::PeerSocket;
use super::state::State;
use super::wire::{Connector, Wire};
use super::{Client, ClientOptions, open};
use crate::address::{Address, Transport};
use crate::error::{Error, Result};
use crate::session::{CallTemplate, ClientConfig, ClientSession};
use socket2::Socket;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::mem;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes of a call in one datagram: the limit of libtirpc.
const MAX_DATAGRAM: usize = 8_800;

/// Time that one of several addresses gets at least.
const MIN_ATTEMPT: Duration = Duration::from_millis(50);

/// The longest that connecting takes; keeps sums of times in range.
pub(super) const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 3_600);

/// What is called, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) program: u32,
    pub(crate) version: u32,
    pub(crate) options: &'a ClientOptions,
}

pub(super) fn connect(address: &str, program: u32, version: u32, options: &ClientOptions) -> Result<Client> {
    let address: Address = address.parse()?;
    let target = Target { program, version, options };
    let (socket, peer) = open_address(&address, target, connect_deadline(options))?;
    let transport = address.transport;
    let connector = Connector { address, program, version, options: options.clone() };
    // A datagram socket has no connection to lose.
    let connector = Some(connector).filter(|_| options.reconnect && transport != Transport::Udp);
    let client = over_socket(socket, transport, &peer, target, connector)?;
    if let Some(channel) = client.link.channel().filter(|_| transport != Transport::Udp) {
        let peer = channel.lock().socket.peer(transport);
        Service::start(&client.link, channel, peer, options)?;
    }
    Ok(client)
}

/// A socket that is connected to `target` at `address`, and the name of the peer.
pub(super) fn open_address(address: &Address, target: Target<'_>, deadline: Instant) -> Result<(Socket, String)> {
    if address.transport == Transport::Unix {
        return open_unix(address, deadline);
    }
    if let Some(port) = address.port {
        return open_any(address, &resolve(address, port, deadline)?, target, deadline);
    }
    let place = crate::rpcbind::find(address, target, deadline)?;
    let found = Address { port: Some(place.port()), ..address.clone() };
    open_any(&found, &[place], target, deadline)
}

/// The addresses of a host, looked up on a thread of its own: the system may take its time, and cannot be interrupted.
pub(crate) fn resolve(address: &Address, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>> {
    if address.host.parse::<IpAddr>().is_ok() {
        return address.resolve(port);
    }
    let failed = |source| Error::Connect { address: address.to_string(), source: Arc::new(source) };
    let (sender, receiver) = mpsc::channel();
    let lookup = address.clone();
    let thread = thread::Builder::new().name("oncrpc-lookup".into());
    thread.spawn(move || sender.send(lookup.resolve(port))).map_err(failed)?;
    let left = deadline.saturating_duration_since(Instant::now()).max(MIN_ATTEMPT);
    receiver.recv_timeout(left).unwrap_or_else(|_| Err(failed(io::ErrorKind::TimedOut.into())))
}

fn open_unix(address: &Address, deadline: Instant) -> Result<(Socket, String)> {
    let failed = |source| Error::Connect { address: address.to_string(), source: Arc::new(source) };
    let left = deadline.saturating_duration_since(Instant::now()).max(MIN_ATTEMPT);
    let socket = address.unix_address().and_then(|place| open::unix(&place, left));
    Ok((socket.map_err(failed)?, address.to_string()))
}

/// Until when connecting with `options` may take.
pub(crate) fn connect_deadline(options: &ClientOptions) -> Instant {
    Instant::now() + options.connect_timeout.min(MAX_TIMEOUT)
}

/// A socket that is connected to the first of `candidates` that can be connected to, and the peer's name. Each gets its share of the time
/// that is left, so that one which does not answer does not use up all of it.
fn open_any(
    address: &Address,
    candidates: &[SocketAddr],
    target: Target<'_>,
    deadline: Instant,
) -> Result<(Socket, String)> {
    let mut failures = Failures(Vec::new());
    for (tried, candidate) in candidates.iter().enumerate() {
        let share = u32::try_from(candidates.len() - tried).unwrap_or(u32::MAX);
        let left = (deadline.saturating_duration_since(Instant::now()) / share).max(MIN_ATTEMPT);
        let probe = candidates.len() > 1;
        match open_one(address.transport, *candidate, target, left, probe) {
            Ok(socket) => return Ok((socket, format!("{}://{candidate}", address.transport))),
            Err(Attempt::Failed(error)) => failures.0.push((*candidate, error)),
            Err(Attempt::Hopeless(error)) => return Err(error),
        }
    }
    Err(Error::Connect { address: address.to_string(), source: Arc::new(failures.into()) })
}

/// Why each of several addresses could not be connected to.
#[derive(Debug)]
struct Failures(Vec<(SocketAddr, io::Error)>);

/// Of the kind of the last.
impl From<Failures> for io::Error {
    fn from(mut failures: Failures) -> Self {
        match failures.0.pop() {
            None => Self::from(io::ErrorKind::AddrNotAvailable),
            Some((_, only)) if failures.0.is_empty() => only,
            Some(last) => {
                let kind = last.1.kind();
                failures.0.push(last);
                Self::new(kind, failures)
            }
        }
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        self.0
            .iter()
            .try_for_each(|(address, error)| write!(out, "{}{address}: {error}", mem::replace(&mut separator, ", ")))
    }
}

impl std::error::Error for Failures {}

/// Why an attempt came to nothing.
enum Attempt {
    /// The next address may do.
    Failed(io::Error),
    /// No address would do.
    Hopeless(Error),
}

impl From<io::Error> for Attempt {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

fn open_one(
    transport: Transport,
    to: SocketAddr,
    target: Target<'_>,
    timeout: Duration,
    probe: bool,
) -> Result<Socket, Attempt> {
    Ok(match transport {
        Transport::Tcp => open::tcp(to, target.options, timeout)?,
        Transport::Udp => {
            let socket = open::udp(to, target.options)?;
            if probe {
                probe_udp(socket.try_clone()?, to, target, timeout)?;
            }
            socket
        }
        // It has no internet address.
        Transport::Unix => return Err(Attempt::Failed(io::ErrorKind::Unsupported.into())),
    })
}

/// Whether a server answers datagrams there: connecting alone does not tell.
fn probe_udp(socket: Socket, to: SocketAddr, target: Target<'_>, timeout: Duration) -> Result<(), Attempt> {
    let options = target.options.clone().call_timeout(timeout);
    let target = Target { options: &options, ..target };
    let client =
        over_socket(socket, Transport::Udp, &format!("udp://{to}"), target, None).map_err(Attempt::Hopeless)?;
    match client.null() {
        Err(Error::Io { source, .. }) => Err(Attempt::Failed(source.kind().into())),
        Err(Error::TimedOut { .. }) => Err(Attempt::Failed(io::ErrorKind::TimedOut.into())),
        // A refusal is an answer, too: the caller will meet it again.
        _ => Ok(()),
    }
}

/// A client over a connected socket, of datagrams if `transport` is UDP and else of a stream. `peer` names it in errors.
fn over_socket(
    socket: Socket,
    transport: Transport,
    peer: &str,
    target: Target<'_>,
    connector: Option<Connector>,
) -> Result<Client> {
    let Target { program, version, options } = target;
    let template = CallTemplate::new(program, version, &options.credential)?;
    let peer: Arc<str> = peer.into();
    let max_call = match transport {
        Transport::Tcp | Transport::Unix => options.max_call,
        Transport::Udp => options.max_call.min(MAX_DATAGRAM),
    };
    let calls = ClientSession::new(ClientConfig {
        max_call,
        max_kept: options.max_kept,
        first_xid: random_xid(),
        peer: peer.clone(),
    });
    let unusable = |source| Error::Io { peer: peer.clone(), source: Arc::new(source) };
    let socket = Arc::new(PeerSocket::new(socket, options.spin).map_err(unusable)?);
    let output = Output::new(transport, &socket, options.retransmit_interval);
    let state = State::new(socket, Wire::new(connector), calls, output, options, peer.clone());
    let channel = Arc::new(Channel::new(transport, state, peer));
    Ok(Client {
        link: Arc::new(Link::over_socket(channel)),
        template: Arc::new(template),
        timeout: options.call_timeout,
        idempotent: options.idempotent,
        decode_limits: options.decode_limits,
    })
}

/// The standard library seeds its hash maps from the system's random numbers.
pub(super) fn random_xid() -> u32 {
    let bits = RandomState::new().hash_one(Instant::now());
    (bits >> 32) as u32 ^ bits as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_that_was_tried_is_named() {
        let address: Address = "tcp://somewhere:1".parse().unwrap();
        let options = ClientOptions::new();
        let target = Target { program: 1, version: 1, options: &options };
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let nowhere = [free(), free()];
        let error = open_any(&address, &nowhere, target, connect_deadline(&options)).map(drop).unwrap_err();
        let [one, other] = nowhere.map(|address| format!("{address}: Connection refused"));
        let text = error.to_string();
        assert!(text.starts_with(&format!("cannot connect to tcp://somewhere:1: {one}")), "{text}");
        assert!(text.contains(&other) && text.ends_with("; is the server running, and on that port?"), "{text}");
    }
}
