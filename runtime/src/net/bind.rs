use mio::net::TcpListener;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::SocketAddr;

/// Connections that the system establishes ahead of the server, if its own limit allows: what comes beyond them in one
/// burst is delayed by a second.
const BACKLOG: i32 = 4_096;

/// A socket that listens for TCP connections at `place`.
pub(crate) fn bind_tcp(place: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(place), Type::STREAM, Some(Protocol::TCP))?;
    // So that a server that is started again gets its port, although connections of the former one linger.
    socket.set_reuse_address(true)?;
    socket.bind(&place.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from_std(socket.into()))
}
