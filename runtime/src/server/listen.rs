use super::Server;
use super::place::Place;
use crate::address::{Address, Transport};
use crate::error::{Error, Result};
use crate::net::{bind_tcp, bind_udp, bind_unix};
use crate::rpcbind::UniversalAddress;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;

impl Server {
    /// Listens on `address`: `tcp://host:port`, `udp://host:port` or `host:port` (TCP), with an IPv6 address in
    /// brackets. Port 0 is any that is free, see [`Server::addresses`]. A name stands for all its addresses.
    ///
    /// Over UDP, replies come from the address that was called, also where that of the socket stands for all of the machine, `0.0.0.0`
    /// or `[::]` (Linux; elsewhere the system chooses one of the machine's, and callers may not take such replies).
    ///
    /// `unix:///run/name.sock` is a UNIX socket, and `unix:@name` one in the abstract namespace of Linux, to which any process of the network
    /// namespace can connect. Who may write to the file of the former can connect to it: its mode is what the process's `umask` leaves of
    /// 0777, and a directory that only some can enter keeps others away from the start. A file that a former server
    /// has left is replaced, if it is a socket and nobody listens on it; it is removed when this stops.
    /// Who calls is known then, see [`Peer::unix_credentials`](crate::Peer::unix_credentials).
    ///
    /// # Errors
    /// [`Error::Address`] or [`Error::Listen`].
    pub fn listen(mut self, address: &str) -> Result<Self> {
        let parsed: Address = address.parse()?;
        let failed = |source| Error::Listen { address: address.to_owned(), source };
        if parsed.transport == Transport::Unix {
            self.acceptors.push(bind_unix(&parsed).map_err(|error| failed(Arc::new(error)))?);
            self.bound.push(Place::new(Transport::Unix, UniversalAddress::Local(parsed.host)));
            return Ok(self);
        }
        let places = parsed.resolve(parsed.required_port()?).map_err(|error| match error {
            Error::Connect { source, .. } => failed(source),
            error => error,
        })?;
        let before = self.bound.len();
        let mut absent = None;
        for place in places {
            match self.bind(parsed.transport, place) {
                Ok(()) => {}
                Err(error) if is_absent(&error) => absent = Some(error),
                Err(error) => return Err(failed(Arc::new(error))),
            }
        }
        match absent {
            Some(error) if self.bound.len() == before => Err(failed(Arc::new(error))),
            _ => Ok(self),
        }
    }

    fn bind(&mut self, transport: Transport, place: SocketAddr) -> io::Result<()> {
        let bound = match transport {
            Transport::Tcp => {
                let (acceptor, bound) = bind_tcp(place)?;
                self.acceptors.push(acceptor);
                bound
            }
            Transport::Udp => {
                let (socket, bound) = bind_udp(place)?;
                self.udp.push(socket);
                bound
            }
            Transport::Unix => return Err(ErrorKind::Unsupported.into()),
        };
        self.bound.push(Place::new(transport, bound));
        Ok(())
    }
}

/// Whether the machine lacks the address or its family: no fault if a name stands for others as well.
fn is_absent(error: &io::Error) -> bool {
    const EAFNOSUPPORT: i32 = 97;
    error.kind() == ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(EAFNOSUPPORT)
}
