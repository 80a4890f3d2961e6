use super::acceptor::Acceptor;
use mio::net::TcpListener;
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
    socket.set_nonblocking(true)?;
    let listener = TcpListener::from_std(socket.into());
    let bound = listener.local_addr()?;
    Ok((Acceptor::Tcp(listener), bound))
}
