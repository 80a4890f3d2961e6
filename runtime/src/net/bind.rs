use super::acceptor::Acceptor;
use mio::net::{TcpListener, UdpSocket};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::SocketAddr;

/// Connections that the system establishes ahead of the server, if its own limit allows: what comes beyond them in one
/// burst is delayed by a second.
pub(super) const BACKLOG: i32 = 4_096;

/// A socket that listens for TCP connections at `place`, and where it does.
pub(crate) fn bind_tcp(place: SocketAddr) -> io::Result<(Acceptor, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(place), Type::STREAM, Some(Protocol::TCP))?;
    // So that a server that is started again gets its port, although connections of the former one linger.
    socket.set_reuse_address(true)?;
    socket.bind(&place.into())?;
    socket.listen(BACKLOG)?;
    adopt_tcp(socket.into())
}

/// A socket that listens already, and where it does.
pub(crate) fn adopt_tcp(listener: std::net::TcpListener) -> io::Result<(Acceptor, SocketAddr)> {
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    Ok((Acceptor::Tcp(TcpListener::from_std(listener)), bound))
}

/// A socket for datagrams at `place`, and where it is.
pub(crate) fn bind_udp(place: SocketAddr) -> io::Result<(UdpSocket, SocketAddr)> {
    adopt_udp(std::net::UdpSocket::bind(place)?)
}

/// A socket that is bound already, and where it is.
pub(crate) fn adopt_udp(socket: std::net::UdpSocket) -> io::Result<(UdpSocket, SocketAddr)> {
    socket.set_nonblocking(true)?;
    let bound = socket.local_addr()?;
    Ok((UdpSocket::from_std(socket), bound))
}
