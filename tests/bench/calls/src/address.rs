//! Sockets by the addresses that servers print: `tcp://127.0.0.1:4045`, `udp://..`, `unix:///path`.

use socket2::{Domain, SockAddr, Socket, Type};
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// A peer that says nothing for so long fails the benchmark.
const PATIENCE: Duration = Duration::from_secs(30);

/// A blocking socket that is connected to `address`.
pub fn connect(address: &str) -> Result<Socket> {
    let (kind, place) = parse(address)?;
    let socket = Socket::new(place.domain(), kind, None)?;
    socket.connect(&place)?;
    no_delay(&socket, kind, &place)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok(socket)
}

/// A socket that is bound for `transport`, `tcp`, `udp` or `unix`, and listens if it is a stream's; and its address.
pub fn listen(transport: &str) -> Result<(Socket, String)> {
    let (kind, place) = parse(&any_address(transport))?;
    let socket = Socket::new(place.domain(), kind, None)?;
    socket.bind(&place)?;
    if kind == Type::STREAM {
        socket.listen(1_024)?;
    }
    let bound = match place.as_socket() {
        Some(_) => format!("{transport}://{}", socket.local_addr()?.as_socket().ok_or(ErrorKind::Unsupported)?),
        None => any_address(transport),
    };
    Ok((socket, bound))
}

/// Where a server of `transport` listens: any port, or a path of this process.
pub fn any_address(transport: &str) -> String {
    match transport {
        "unix" => format!("unix://{}", path().display()),
        _ => format!("{transport}://127.0.0.1:0"),
    }
}

/// Accepts a connection, with the same options as [`connect`].
pub fn accept(listener: &Socket) -> Result<Socket> {
    let (socket, _) = listener.accept()?;
    let place = socket.local_addr()?;
    no_delay(&socket, Type::STREAM, &place)?;
    Ok(socket)
}

/// Takes the path of this process away.
pub fn remove_path() {
    // There is none unless it listens on a UNIX socket.
    let _ = std::fs::remove_file(path());
}

fn no_delay(socket: &Socket, kind: Type, place: &SockAddr) -> Result<()> {
    if kind == Type::STREAM && place.domain() != Domain::UNIX { socket.set_tcp_nodelay(true) } else { Ok(()) }
}

fn path() -> PathBuf {
    std::env::temp_dir().join(format!("oncrpc-bench-{}", std::process::id()))
}

fn parse(address: &str) -> Result<(Type, SockAddr)> {
    let no_address = || Error::new(ErrorKind::InvalidInput, format!("{address} is no address"));
    let (transport, place) = address.split_once("://").ok_or_else(no_address)?;
    let socket = || place.parse::<SocketAddr>().map(SockAddr::from).map_err(|_| no_address());
    match transport {
        "tcp" => Ok((Type::STREAM, socket()?)),
        "udp" => Ok((Type::DGRAM, socket()?)),
        "unix" => Ok((Type::STREAM, SockAddr::unix(place)?)),
        _ => Err(no_address()),
    }
}
