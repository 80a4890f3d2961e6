//! Sockets that are connected: from which local address, with which options.

use super::ClientOptions;
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

/// Ports that only privileged programs may call from, without those that well-known servers listen on.
const PRIVILEGED: std::ops::RangeInclusive<u16> = 512..=1023;

/// The time between two questions whether the peer is there; the system asks a few times.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// The shortest time that connecting has.
const MIN_TIMEOUT: Duration = Duration::from_millis(1);

pub(super) fn tcp(to: SocketAddr, options: &ClientOptions, timeout: Duration) -> io::Result<Socket> {
    let begin = Instant::now();
    let socket = from_each(to, options, |from| {
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
        bind(&socket, from)?;
        let left = timeout.saturating_sub(begin.elapsed()).max(MIN_TIMEOUT);
        socket.connect_timeout(&to.into(), left).map(|()| socket)
    })?;
    socket.set_tcp_nodelay(true)?;
    if let Some(time) = options.keepalive {
        // The system counts in seconds, and in 16 bits.
        let time = time.clamp(Duration::from_secs(1), Duration::from_secs(32_767));
        socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(time).with_interval(KEEPALIVE_INTERVAL))?;
    }
    Ok(socket)
}

/// A datagram socket that takes datagrams of this address only.
pub(super) fn udp(to: SocketAddr, options: &ClientOptions) -> io::Result<Socket> {
    from_each(to, options, |from| {
        let socket = Socket::new(Domain::for_address(to), Type::DGRAM, Some(Protocol::UDP))?;
        bind(&socket, from)?;
        socket.connect(&to.into()).map(|()| socket)
    })
}

pub(super) fn unix(to: &SockAddr, timeout: Duration) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.connect_timeout(to, timeout)?;
    Ok(socket)
}

/// What `open` makes of the first local address that is free.
fn from_each(
    to: SocketAddr,
    options: &ClientOptions,
    open: impl Fn(Option<SocketAddr>) -> io::Result<Socket>,
) -> io::Result<Socket> {
    if !options.privileged_port {
        return open(options.local_address);
    }
    let mut from = options.local_address.unwrap_or_else(|| any_address(to));
    let mut taken = io::Error::from(ErrorKind::AddrInUse);
    for port in PRIVILEGED.rev() {
        from.set_port(port);
        match open(Some(from)) {
            Err(error) if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::AddrNotAvailable) => taken = error,
            outcome => return outcome,
        }
    }
    Err(taken)
}

fn bind(socket: &Socket, from: Option<SocketAddr>) -> io::Result<()> {
    from.map_or(Ok(()), |from| socket.bind(&from.into()))
}

/// Any address of the family of `to`.
fn any_address(to: SocketAddr) -> SocketAddr {
    match to {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}
