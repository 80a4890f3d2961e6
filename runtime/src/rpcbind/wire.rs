use crate::address::Transport;
use crate::xdr::{DecodeError, EncodeError, Sink, Source, Str, Text, Xdr};
use std::net::{IpAddr, SocketAddr};

/// A program that is registered with rpcbind: `rpcb` (RFC 1833 §2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// The program.
    pub program: u32,
    /// Its version.
    pub version: u32,
    /// What carries messages: `tcp`, `udp`, `tcp6`, `udp6`, `local`.
    pub netid: Text,
    /// The universal address: as in `127.0.0.1.15.205`, whose last two numbers are the port.
    pub address: Text,
    /// Who registered it; empty from a portmapper.
    pub owner: Text,
}

/// A program that is registered with a portmapper: `mapping` (RFC 1833 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    program: u32,
    version: u32,
    /// The number of the IP protocol.
    protocol: u32,
    port: u32,
}

/// `IPPROTO_TCP`.
const TCP: u32 = 6;

/// `IPPROTO_UDP`.
const UDP: u32 = 17;

impl Registration {
    /// The port, if the address is one of the internet.
    pub fn port(&self) -> Option<u16> {
        let internet = [&b"tcp"[..], b"udp", b"tcp6", b"udp6"].contains(&self.netid.as_bytes());
        if internet { port_of(self.address.as_bytes()) } else { None }
    }
}

impl Xdr for Registration {
    type Value = Self;
    const MIN: usize = 20;
    const MAX: usize = usize::MAX;

    fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
        u32::encode(&value.program, out)?;
        u32::encode(&value.version, out)?;
        Str::<{ u32::MAX }>::encode(&value.netid, out)?;
        Str::<{ u32::MAX }>::encode(&value.address, out)?;
        Str::<{ u32::MAX }>::encode(&value.owner, out)
    }

    fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        Ok(Self {
            program: u32::decode(input)?,
            version: u32::decode(input)?,
            netid: Str::<{ u32::MAX }>::decode(input)?,
            address: Str::<{ u32::MAX }>::decode(input)?,
            owner: Str::<{ u32::MAX }>::decode(input)?,
        })
    }
}

impl Mapping {
    pub(super) fn new(program: u32, version: u32, transport: Transport, port: u16) -> Self {
        let protocol = match transport {
            Transport::Tcp => TCP,
            Transport::Udp => UDP,
            Transport::Unix => 0,
        };
        Self { program, version, protocol, port: port.into() }
    }
}

impl Xdr for Mapping {
    type Value = Self;
    const MIN: usize = 16;
    const MAX: usize = 16;

    fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
        [value.program, value.version, value.protocol, value.port].iter().try_for_each(|word| u32::encode(word, out))
    }

    fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        Ok(Self {
            program: u32::decode(input)?,
            version: u32::decode(input)?,
            protocol: u32::decode(input)?,
            port: u32::decode(input)?,
        })
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

/// The name of a transport over the address family of `place` (RFC 5665 §5).
pub(super) fn netid(transport: Transport, place: SocketAddr) -> &'static str {
    match (transport, place.is_ipv6()) {
        (Transport::Tcp, false) => "tcp",
        (Transport::Tcp, true) => "tcp6",
        (Transport::Udp, false) => "udp",
        (Transport::Udp, true) => "udp6",
        (Transport::Unix, _) => "local",
    }
}

/// `address` as rpcbind writes it: host and the two bytes of the port, with dots between (RFC 5665 §5.2.3).
pub(super) fn universal_address(address: SocketAddr) -> String {
    let [high, low] = address.port().to_be_bytes();
    match address.ip() {
        IpAddr::V4(host) => format!("{host}.{high}.{low}"),
        IpAddr::V6(host) => format!("{host}.{high}.{low}"),
    }
}

/// The port of a universal address; `None` if it is none.
pub(super) fn port_of(address: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(address).ok()?;
    let mut numbers = text.rsplit('.').map(str::parse::<u8>);
    let (low, high) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some(u16::from_be_bytes([high, low]))
}
