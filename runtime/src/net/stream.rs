use crate::address::Transport;
use crate::call::Peer;
#[cfg(unix)]
use crate::call::UnixCredentials;
use mio::event::Source;
use mio::net::TcpStream;
#[cfg(unix)]
use mio::net::UnixStream;
use mio::{Interest, Registry, Token};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::SocketAddr;

/// The socket of a connection.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Stream {
    /// A connection of the standard library.
    pub(crate) fn tcp(socket: std::net::TcpStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self::Tcp(TcpStream::from_std(socket)))
    }

    /// A connection of the standard library.
    #[cfg(unix)]
    pub(crate) fn unix(socket: std::os::unix::net::UnixStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self::Unix(UnixStream::from_std(socket)))
    }

    /// Replies are written in one piece; waiting for more of them would only delay them.
    pub(super) fn set_nodelay(&self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.set_nodelay(true),
            #[cfg(unix)]
            Self::Unix(_) => Ok(()),
        }
    }

    /// The address of this end, if it is one of the internet.
    pub(super) fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(socket) => socket.local_addr().ok(),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }

    /// Who is at the other end.
    ///
    /// # Errors
    /// Nobody is any more.
    pub(crate) fn peer(&self) -> io::Result<Peer> {
        match self {
            Self::Tcp(socket) => Ok(Peer::new(socket.peer_addr()?, Transport::Tcp)),
            #[cfg(unix)]
            Self::Unix(socket) => Ok(Peer::unix(credentials(socket))),
        }
    }
}

/// Who was at the other end when it connected. A process that this one cannot see has the number 0.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn credentials(socket: &UnixStream) -> Option<UnixCredentials> {
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
    let found = getsockopt(socket, PeerCredentials).ok()?;
    Some(UnixCredentials { uid: found.uid(), gid: found.gid(), pid: Some(found.pid()).filter(|pid| *pid > 0) })
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn credentials(_: &UnixStream) -> Option<UnixCredentials> {
    None
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.read(buffer),
            #[cfg(unix)]
            Self::Unix(socket) => socket.read(buffer),
        }
    }

    fn read_vectored(&mut self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.read_vectored(buffers),
            #[cfg(unix)]
            Self::Unix(socket) => socket.read_vectored(buffers),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.write(bytes),
            #[cfg(unix)]
            Self::Unix(socket) => socket.write(bytes),
        }
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.write_vectored(pieces),
            #[cfg(unix)]
            Self::Unix(socket) => socket.write_vectored(pieces),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Source for Stream {
    fn register(&mut self, registry: &Registry, token: Token, interest: Interest) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.register(registry, token, interest),
            #[cfg(unix)]
            Self::Unix(socket) => socket.register(registry, token, interest),
        }
    }

    fn reregister(&mut self, registry: &Registry, token: Token, interest: Interest) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.reregister(registry, token, interest),
            #[cfg(unix)]
            Self::Unix(socket) => socket.reregister(registry, token, interest),
        }
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.deregister(registry),
            #[cfg(unix)]
            Self::Unix(socket) => socket.deregister(registry),
        }
    }
}
