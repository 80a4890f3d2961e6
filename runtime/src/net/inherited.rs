use super::stream::Stream;
use crate::call::Peer;
use nix::sys::socket::{getsockopt, sockopt};
use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout};
use socket2::{SockRef, Type};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;

/// A socket that somebody else has opened, as what it says it is.
#[derive(Debug)]
pub(crate) enum Inherited {
    Tcp(TcpListener),
    Unix(UnixListener),
    Udp(UdpSocket),
    Connection(Stream, Peer),
}

impl Inherited {
    /// Asks the socket.
    ///
    /// # Errors
    /// It is no socket, or of a kind that carries no calls; or its peer is gone.
    pub(crate) fn new(socket: OwnedFd) -> io::Result<Self> {
        let kind = SockRef::from(&socket).r#type()?;
        let place = SockRef::from(&socket).local_addr()?;
        let listens = getsockopt(&socket, sockopt::AcceptConn)?;
        let is_internet = place.as_socket().is_some();
        match (is_internet, place.is_unix()) {
            (true, _) if kind == Type::STREAM && listens => Ok(Self::Tcp(socket.into())),
            (_, true) if kind == Type::STREAM && listens => Ok(Self::Unix(socket.into())),
            (true, _) if kind == Type::STREAM => Self::connection(Stream::tcp(socket.into())?),
            (_, true) if kind == Type::STREAM => Self::connection(Stream::unix(socket.into())?),
            (true, _) if kind == Type::DGRAM => Ok(Self::Udp(socket.into())),
            _ => Err(ErrorKind::Unsupported.into()),
        }
    }

    fn connection(stream: Stream) -> io::Result<Self> {
        let peer = stream.peer()?;
        Ok(Self::Connection(stream, peer))
    }
}

/// Another descriptor of the standard input.
pub(crate) fn standard_input() -> io::Result<OwnedFd> {
    io::stdin().as_fd().try_clone_to_owned()
}

/// Makes `/dev/null` of those of the standard streams that are this socket, so that nothing is written into it by
/// mistake, such as the message of a panic.
pub(crate) fn release_standard_streams(socket: &impl AsFd) -> io::Result<()> {
    let wanted = identity(socket.as_fd())?;
    let is_it = |stream: BorrowedFd<'_>| identity(stream).is_ok_and(|found| found == wanted);
    let null = File::options().read(true).write(true).open("/dev/null")?;
    if is_it(io::stdin().as_fd()) {
        dup2_stdin(&null)?;
    }
    if is_it(io::stdout().as_fd()) {
        dup2_stdout(&null)?;
    }
    if is_it(io::stderr().as_fd()) {
        dup2_stderr(&null)?;
    }
    Ok(())
}

/// Device and number.
fn identity(descriptor: BorrowedFd<'_>) -> io::Result<(u64, u64)> {
    let found = File::from(descriptor.try_clone_to_owned()?).metadata()?;
    Ok((found.dev(), found.ino()))
}
