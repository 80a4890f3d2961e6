use super::Server;
use super::handed_in::{Listener, failed};
use crate::error::Result;
use crate::net::{Inherited, release_standard_streams, standard_input};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::time::Duration;

/// How long a server that inetd waits for does nothing before it ends: what those of rpcgen do.
const INETD_IDLE: Duration = Duration::from_secs(120);

impl Server {
    /// Serves the socket that inetd, or something like it, has started this process with: its standard input. That may be a connection
    /// (`nowait`, systemd's `Accept=yes`), with whose end [`Server::run`] returns; or a socket for datagrams or one that listens
    /// (`wait`), over TCP or UNIX streams: then it returns when [nothing was to be done](Server::stop_when_idle) for 120 s, and
    /// inetd looks after the socket again.
    ///
    /// The standard streams are `/dev/null` from here on if they are that socket, so that what somebody prints does not go to the peer, and
    /// the server is [quiet](Server::quiet). inetd registers RPC services with rpcbind itself.
    ///
    /// ```no_run
    /// # fn hello() -> impl oncrpc::codegen::Dispatch { Hello }
    /// # struct Hello;
    /// # impl oncrpc::codegen::Dispatch for Hello {
    /// #     fn program(&self) -> u32 { 0x2000_0099 }
    /// #     fn version(&self) -> u32 { 1 }
    /// #     fn procedures(&self) -> &'static [oncrpc::Procedure] { &[] }
    /// #     fn dispatch(&self, _: &oncrpc::Call, _: &mut oncrpc::xdr::Decoder<'_>, _: &mut oncrpc::xdr::Encoder) -> oncrpc::Result<oncrpc::codegen::Answer> { Ok(oncrpc::codegen::Answer::Silent) }
    /// # }
    /// # fn main() -> oncrpc::Result<()> {
    /// oncrpc::Server::new().serve(hello()).inetd()?.run()
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Listen`](crate::Error::Listen) if it is no socket, or of another kind, or its peer is gone.
    pub fn inetd(mut self) -> Result<Self> {
        let failed = |source| failed("the standard input", source);
        let socket = standard_input().map_err(failed)?;
        let kept = socket.try_clone().map_err(failed)?;
        let ends_with_it = self.inherit(socket).map_err(failed)?;
        release_standard_streams(&kept).map_err(failed)?;
        if !ends_with_it {
            self.idle.get_or_insert(INETD_IDLE);
        }
        Ok(self.quiet())
    }

    /// Serves a connection that is open already, a [`TcpStream`](std::net::TcpStream) or a
    /// [`UnixStream`](std::os::unix::net::UnixStream), whoever has connected to whom. From now on it does not block. A server that listens
    /// nowhere ends with the last of them.
    ///
    /// # Errors
    /// [`Error::Listen`](crate::Error::Listen) if it is another kind of socket, or its peer is gone.
    pub fn from_connection(mut self, socket: impl Into<OwnedFd>) -> Result<Self> {
        let failed = |source| failed("a connection that was handed in", source);
        match Inherited::new(socket.into()).map_err(failed)? {
            Inherited::Connection(stream, peer) => self.connections.push((stream, peer)),
            _ => return Err(failed(ErrorKind::NotConnected.into())),
        }
        Ok(self)
    }

    /// Whether it is a connection.
    fn inherit(&mut self, socket: OwnedFd) -> io::Result<bool> {
        let listener = match Inherited::new(socket)? {
            Inherited::Tcp(socket) => Listener::Tcp(socket),
            Inherited::Unix(socket) => Listener::Unix(socket),
            Inherited::Udp(socket) => Listener::Udp(socket),
            Inherited::Connection(stream, peer) => {
                self.connections.push((stream, peer));
                return Ok(true);
            }
        };
        self.adopt(listener)?;
        Ok(false)
    }
}
