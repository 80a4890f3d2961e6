use super::idl::portmap::Mapping;
use super::idl::rpcbind::Registration;
use super::universal::UniversalAddress;
use crate::address::Transport;
use crate::xdr::Text;
use std::net::{Ipv4Addr, SocketAddr};

/// The numbers of the protocols (`IPPROTO_TCP`, `IPPROTO_UDP`) that a portmapper knows.
const TCP: u32 = 6;
const UDP: u32 = 17;

impl Registration {
    /// That version `version` of `program` is served at `address`; for a UNIX socket that is [`UniversalAddress::Local`].
    pub fn new(program: u32, version: u32, transport: Transport, address: impl Into<UniversalAddress>) -> Self {
        let address = address.into();
        let ipv6 = matches!(address, UniversalAddress::Internet(SocketAddr::V6(_)));
        let netid = Text::from_static(netid(transport, ipv6));
        Self { program, version, netid, address: address.to_text(), owner: Text::default() }
    }

    /// The address; `None` if it is of no form known here.
    pub fn universal_address(&self) -> Option<UniversalAddress> {
        UniversalAddress::from_text(&self.address)
    }

    /// The port, if the address is one of the internet.
    pub fn port(&self) -> Option<u16> {
        transport(&self.netid).and_then(|_| self.universal_address()).and_then(|address| address.port())
    }

    /// As the portmapper has it, which knows the port only; `None` if it is not of IPv4.
    pub(super) fn mapping(&self) -> Option<Mapping> {
        let protocol = protocol(&self.netid)?;
        let port = self.universal_address().and_then(|address| address.port()).unwrap_or(0).into();
        Some(Mapping { program: self.program, version: self.version, protocol, port })
    }
}

impl From<Mapping> for Registration {
    fn from(mapping: Mapping) -> Self {
        let Mapping { program, version, protocol, port } = mapping;
        let netid = match protocol {
            TCP => Text::from_static("tcp"),
            UDP => Text::from_static("udp"),
            other => other.to_string().into(),
        };
        let address = format!("0.0.0.0.{}.{}", port >> 8, port & 0xff).into();
        Self { program, version, netid, address, owner: Text::default() }
    }
}

/// The address of a mapping; `None` if its port is none.
pub(super) fn mapped_address(port: u32) -> Option<UniversalAddress> {
    let port = u16::try_from(port).ok().filter(|port| *port != 0)?;
    Some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())
}

/// The name of a transport over IPv4 or IPv6 (RFC 5665 §5).
pub(super) const fn netid(transport: Transport, ipv6: bool) -> &'static str {
    match (transport, ipv6) {
        (Transport::Tcp, false) => "tcp",
        (Transport::Tcp, true) => "tcp6",
        (Transport::Udp, false) => "udp",
        (Transport::Udp, true) => "udp6",
        (Transport::Unix, _) => "local",
    }
}

/// The internet transport of that name, and whether it is over IPv6.
pub(super) fn transport(netid: &Text) -> Option<(Transport, bool)> {
    let all = [Transport::Tcp, Transport::Udp].into_iter().flat_map(|it| [(it, false), (it, true)]);
    all.into_iter().find(|(transport, ipv6)| netid == self::netid(*transport, *ipv6))
}

/// The protocol that a portmapper has for a transport.
pub(super) fn protocol(netid: &Text) -> Option<u32> {
    match transport(netid)? {
        (Transport::Tcp, false) => Some(TCP),
        (Transport::Udp, false) => Some(UDP),
        _ => None,
    }
}
