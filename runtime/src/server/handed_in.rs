use super::Server;
use super::place::Place;
use crate::address::Transport;
use crate::error::{Error, Result};
#[cfg(unix)]
use crate::net::adopt_unix;
use crate::net::{adopt_tcp, adopt_udp};
#[cfg(unix)]
use crate::rpcbind::UniversalAddress;
use std::io;
use std::net::{TcpListener, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::sync::Arc;

/// A socket that is open already, made of one of the standard library.
#[derive(Debug)]
#[non_exhaustive]
pub enum Listener {
    /// Accepts TCP connections.
    Tcp(TcpListener),
    /// Takes datagrams.
    Udp(UdpSocket),
    /// Accepts connections of a UNIX socket.
    #[cfg(unix)]
    Unix(UnixListener),
}

impl From<TcpListener> for Listener {
    fn from(socket: TcpListener) -> Self {
        Self::Tcp(socket)
    }
}

impl From<UdpSocket> for Listener {
    fn from(socket: UdpSocket) -> Self {
        Self::Udp(socket)
    }
}

#[cfg(unix)]
impl From<UnixListener> for Listener {
    fn from(socket: UnixListener) -> Self {
        Self::Unix(socket)
    }
}

impl Server {
    /// Listens on a socket that is open already: a [`TcpListener`], a [`UdpSocket`] or a
    /// [`UnixListener`](std::os::unix::net::UnixListener), whose file is left as it is. From now on it does not block.
    ///
    /// ```
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    /// let server = oncrpc::Server::new().from_listener(listener)?;
    /// # drop(server);
    /// # Ok::<_, oncrpc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Listen`] if it is bound to nothing.
    pub fn from_listener(mut self, socket: impl Into<Listener>) -> Result<Self> {
        self.adopt(socket.into()).map_err(|source| failed("a socket that was handed in", source))?;
        Ok(self)
    }

    /// Listens on the sockets that systemd has opened for this process (`LISTEN_FDS`), of TCP, UDP and UNIX streams. None of them is no
    /// fault here. A unit with `Accept=yes` and `StandardInput=socket` takes [`Server::inetd`] instead.
    ///
    /// To be called once, before other threads run: it clears the environment's variables.
    ///
    /// # Errors
    /// [`Error::Listen`] if one of them is of another kind.
    #[cfg(all(unix, feature = "systemd"))]
    pub fn listen_fds(mut self) -> Result<Self> {
        let mut sockets = listenfd::ListenFd::from_env();
        for index in 0..sockets.len() {
            let name = || format!("socket {index} of LISTEN_FDS");
            let socket = take(&mut sockets, index).map_err(|source| failed(&name(), source))?;
            self.adopt(socket).map_err(|source| failed(&name(), source))?;
        }
        Ok(self)
    }

    pub(super) fn adopt(&mut self, socket: Listener) -> io::Result<()> {
        let place = match socket {
            Listener::Tcp(socket) => {
                let (acceptor, bound) = adopt_tcp(socket)?;
                self.acceptors.push(acceptor);
                Place::new(Transport::Tcp, bound)
            }
            Listener::Udp(socket) => {
                let (socket, bound) = adopt_udp(socket)?;
                self.udp.push(socket);
                Place::new(Transport::Udp, bound)
            }
            #[cfg(unix)]
            Listener::Unix(socket) => {
                let (acceptor, name) = adopt_unix(socket)?;
                self.acceptors.push(acceptor);
                Place::new(Transport::Unix, UniversalAddress::Local(name))
            }
        };
        self.bound.push(place);
        Ok(())
    }
}

/// The socket as what it is.
#[cfg(all(unix, feature = "systemd"))]
fn take(sockets: &mut listenfd::ListenFd, index: usize) -> io::Result<Listener> {
    let missing = || io::Error::from(io::ErrorKind::NotFound);
    if let Ok(socket) = sockets.take_tcp_listener(index) {
        return socket.map(Listener::Tcp).ok_or_else(missing);
    }
    if let Ok(socket) = sockets.take_unix_listener(index) {
        return socket.map(Listener::Unix).ok_or_else(missing);
    }
    sockets.take_udp_socket(index)?.map(Listener::Udp).ok_or_else(missing)
}

pub(super) fn failed(address: &str, source: io::Error) -> Error {
    Error::Listen { address: address.to_owned(), source: Arc::new(source) }
}
