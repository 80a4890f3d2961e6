use crate::error::{Error, Result};
use socket2::SockAddr;
use std::fmt;
use std::io;
use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;
use std::sync::Arc;

/// Bytes of a UNIX socket's path: the system's structure ends it with a 0, and an abstract name begins with one.
const MAX_PATH: usize = 107;

/// What carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// Records on a TCP connection.
    Tcp,
    /// One message a UDP datagram.
    Udp,
    /// Records on a connection of a UNIX socket.
    Unix,
}

impl Transport {
    /// `tcp`, `udp` or `unix`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Unix => "unix",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Where a server is or listens: `tcp://host:port`, `udp://host:port`, `host:port` (TCP). An IPv6 address stands in
/// brackets if a port follows. Without a port a client asks the rpcbind of the host.
///
/// A UNIX socket is `unix:///run/name.sock`, or `unix:@name` in the abstract namespace of Linux.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What carries messages.
    pub transport: Transport,
    /// A name or a number, without brackets; of a UNIX socket its path, or `@` and its abstract name. Never empty.
    pub host: String,
    /// The port, if it was given; a UNIX socket has none.
    pub port: Option<u16>,
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressFault {
    /// What stands before `://` is neither `tcp` nor `udp` nor `unix`.
    Transport,
    /// No host, or a character that no host has.
    Host,
    /// What follows the last colon is not a port.
    Port,
    /// Brackets do not match or hold no IPv6 address.
    Brackets,
    /// A port is needed to listen.
    NoPort,
    /// Not the path of a UNIX socket, which has 1 to 107 bytes, none of them 0.
    Path,
    /// Not an address as rpcbind writes them.
    Universal,
    /// Not an address of IP, nor a prefix of one, nor `unix`.
    Prefix,
}

impl fmt::Display for AddressFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Transport => "the transports are tcp://, udp:// and unix:",
            Self::Host => "the host is missing or is none; an address is written as in tcp://localhost:4045",
            Self::Port => "the port is not a number from 0 to 65535",
            Self::Brackets => "an IPv6 address with a port is written as in tcp://[::1]:4045",
            Self::NoPort => "the port is missing, as in tcp://127.0.0.1:4045",
            Self::Path => "a UNIX socket is written as in unix:///run/name.sock or unix:@name, with 107 bytes at most",
            Self::Prefix => "peers are written as in 192.0.2.1, 10.0.0.0/8, fd00::/8 (zeros behind the prefix) or unix",
            Self::Universal => "a universal address is written as in 127.0.0.1.15.205 or /run/name.sock",
        })
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).map_err(|fault| Error::Address { found: text.to_owned(), fault })
    }
}

impl Address {
    /// The socket addresses that it stands for with `port`, at least one.
    ///
    /// # Errors
    /// [`Error::Connect`] if the host is not known.
    pub(crate) fn resolve(&self, port: u16) -> Result<Vec<SocketAddr>> {
        let unknown = |source| Error::Connect { address: self.to_string(), source: Arc::new(source) };
        let found: Vec<_> = (self.host.as_str(), port).to_socket_addrs().map_err(unknown)?.collect();
        if found.is_empty() { Err(unknown(io::ErrorKind::NotFound.into())) } else { Ok(found) }
    }

    /// The address of the UNIX socket that it stands for.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] if it stands for none.
    pub(crate) fn unix_address(&self) -> io::Result<SockAddr> {
        match self.host.strip_prefix('@') {
            _ if self.transport != Transport::Unix => Err(io::ErrorKind::InvalidInput.into()),
            Some(name) => SockAddr::unix(format!("\0{name}")),
            None => SockAddr::unix(&self.host),
        }
    }

    /// The port.
    ///
    /// # Errors
    /// [`AddressFault::NoPort`].
    pub(crate) fn required_port(&self) -> Result<u16> {
        self.port.ok_or_else(|| Error::Address { found: self.to_string(), fault: AddressFault::NoPort })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { transport, host, port } = self;
        if *transport == Transport::Unix {
            // Only an absolute path can stand behind an empty host.
            return write!(out, "{transport}:{}{host}", if host.starts_with('/') { "//" } else { "" });
        }
        match (host.contains(':'), port) {
            (true, Some(port)) => write!(out, "{transport}://[{host}]:{port}"),
            (true, None) => write!(out, "{transport}://[{host}]"),
            (false, Some(port)) => write!(out, "{transport}://{host}:{port}"),
            (false, None) => write!(out, "{transport}://{host}"),
        }
    }
}

fn parse(text: &str) -> Result<Address, AddressFault> {
    if let Some((name, path)) = text.split_once(':')
        && name.eq_ignore_ascii_case(Transport::Unix.name())
    {
        return parse_unix(path);
    }
    let (transport, rest) = match text.split_once("://") {
        Some((name, rest)) => (parse_transport(name)?, rest),
        None => (Transport::Tcp, text),
    };
    let (host, port) = split_port(rest)?;
    if host.is_empty() || host.contains(['/', ' ', '[', ']']) {
        return Err(AddressFault::Host);
    }
    let port = port.map(|port| parse_port(port).ok_or(AddressFault::Port)).transpose()?;
    Ok(Address { transport, host: host.to_owned(), port })
}

/// What follows `unix:`.
fn parse_unix(path: &str) -> Result<Address, AddressFault> {
    let host = match path.strip_prefix("//") {
        Some(absolute) if absolute.starts_with('/') => absolute,
        Some(_) => return Err(AddressFault::Path),
        None => path,
    };
    if ["", "@"].contains(&host) || host.len() > MAX_PATH || host.contains('\0') {
        return Err(AddressFault::Path);
    }
    Ok(Address { transport: Transport::Unix, host: host.to_owned(), port: None })
}

fn parse_transport(name: &str) -> Result<Transport, AddressFault> {
    [Transport::Tcp, Transport::Udp]
        .into_iter()
        .find(|transport| name.eq_ignore_ascii_case(transport.name()))
        .ok_or(AddressFault::Transport)
}

/// Splits `host:port`, `[v6]:port`, `[v6]`, `v6` or `host`.
fn split_port(text: &str) -> Result<(&str, Option<&str>), AddressFault> {
    if let Some(inner) = text.strip_prefix('[') {
        let (host, rest) = inner.split_once(']').ok_or(AddressFault::Brackets)?;
        if !is_ipv6(host) {
            return Err(AddressFault::Brackets);
        }
        return match rest {
            "" => Ok((host, None)),
            rest => rest.strip_prefix(':').map(|port| (host, Some(port))).ok_or(AddressFault::Brackets),
        };
    }
    match text.rsplit_once(':') {
        Some(_) if is_ipv6(text) => Ok((text, None)),
        Some((host, _)) if host.contains(':') => Err(AddressFault::Brackets),
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((text, None)),
    }
}

/// A zone may follow, as in `fe80::1%eth0`.
fn is_ipv6(host: &str) -> bool {
    host.split('%').next().is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

/// Digits only: `parse` alone would take a sign.
fn parse_port(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
