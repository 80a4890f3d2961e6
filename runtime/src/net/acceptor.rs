#[cfg(unix)]
use super::local::SocketFile;
use super::stream::Stream;
use crate::address::Transport;
use crate::call::Peer;
use mio::event::Source;
use mio::net::TcpListener;
#[cfg(unix)]
use mio::net::UnixListener;
use mio::{Interest, Registry, Token};
use std::io;

/// A socket that accepts connections.
#[derive(Debug)]
pub(crate) enum Acceptor {
    Tcp(TcpListener),
    /// The file is there only if it is ours.
    #[cfg(unix)]
    Unix {
        listener: UnixListener,
        _file: Option<SocketFile>,
    },
}

impl Acceptor {
    /// Takes one of the connections that wait.
    pub(super) fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Self::Tcp(listener) => {
                listener.accept().map(|(socket, address)| (Stream::Tcp(socket), Peer::new(address, Transport::Tcp)))
            }
            #[cfg(unix)]
            Self::Unix { listener, .. } => {
                let stream = Stream::Unix(listener.accept()?.0);
                let peer = stream.peer()?;
                Ok((stream, peer))
            }
        }
    }

    pub(super) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match self {
            Self::Tcp(listener) => listener.register(registry, token, Interest::READABLE),
            #[cfg(unix)]
            Self::Unix { listener, .. } => listener.register(registry, token, Interest::READABLE),
        }
    }
}
