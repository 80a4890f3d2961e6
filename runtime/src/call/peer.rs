use crate::address::Transport;
use core::net::{IpAddr, SocketAddr};
use std::fmt;

/// Who is at the other end of a connection, or sent a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    transport: Transport,
    address: Option<SocketAddr>,
    unix: Option<UnixCredentials>,
    /// The address of this machine that it has sent a datagram to, where that is known.
    called: Option<IpAddr>,
}

/// The process at the other end of a UNIX socket, as the system knows it: when it connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnixCredentials {
    /// Its effective user.
    pub uid: u32,
    /// Its effective group.
    pub gid: u32,
    /// The process; `None` if it is in no process name space that this one sees.
    pub pid: Option<i32>,
}

impl Peer {
    /// The peer at `address`; one that an IPv6 socket has for an IPv4 peer becomes its IPv4 address.
    // Inlined, addresses are taken apart and moved byte by byte.
    #[inline(never)]
    pub fn new(address: SocketAddr, transport: Transport) -> Self {
        let mapped = match address.ip() {
            IpAddr::V6(ip) => ip.to_ipv4_mapped(),
            IpAddr::V4(_) => None,
        };
        let address = mapped.map_or(address, |ip| SocketAddr::new(ip.into(), address.port()));
        Self { transport, address: Some(address), unix: None, called: None }
    }

    /// The peer at the other end of a UNIX socket; `None` where the system does not tell who it is.
    pub fn unix(credentials: Option<UnixCredentials>) -> Self {
        Self { transport: Transport::Unix, address: None, unix: credentials, called: None }
    }

    /// This peer, which has sent a datagram to this address.
    pub(crate) fn calling(self, called: Option<IpAddr>) -> Self {
        Self { called, ..self }
    }

    /// The address that it has sent a datagram to, where that is known.
    pub(crate) fn called(&self) -> Option<IpAddr> {
        self.called
    }

    /// What carries its messages.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Its address; a UNIX socket has none.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Its IP address; a UNIX socket has none.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.map(|address| address.ip())
    }

    /// Who it is, if the system knows: of a UNIX socket only.
    pub fn unix_credentials(&self) -> Option<UnixCredentials> {
        self.unix
    }

    /// Whether it is on this machine for sure: it came over a UNIX socket or from a loopback address.
    pub fn is_local(&self) -> bool {
        self.transport == Transport::Unix || self.ip().is_some_and(|ip| ip.is_loopback())
    }
}

/// Its address, or the user and process behind a UNIX socket.
impl fmt::Display for Peer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.address, self.unix) {
            (Some(address), _) => address.fmt(out),
            (None, Some(UnixCredentials { uid, pid: Some(pid), .. })) => write!(out, "user {uid}, process {pid}"),
            (None, Some(UnixCredentials { uid, pid: None, .. })) => write!(out, "user {uid}"),
            (None, None) => out.write_str("a UNIX socket"),
        }
    }
}
