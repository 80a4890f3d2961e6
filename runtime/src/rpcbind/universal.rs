use super::idl::rpcbind::TransportAddress;
use crate::address::AddressFault;
use crate::error::{Error, Result};
use crate::xdr::Text;
use bytes::Bytes;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// An address as rpcbind writes it (RFC 5665 §5.2.3): host and the two bytes of the port with dots between, as in
/// `192.0.2.1.15.205` or `2001:db8::1.15.205` for port 4045, or the path of a UNIX socket.
///
/// ```
/// use oncrpc::rpcbind::UniversalAddress;
///
/// let address: UniversalAddress = "192.0.2.1.15.205".parse()?;
/// assert_eq!(address, UniversalAddress::Internet("192.0.2.1:4045".parse().unwrap()));
/// assert_eq!(address.to_string(), "192.0.2.1.15.205");
/// # Ok::<_, oncrpc::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UniversalAddress {
    /// Of TCP or UDP. The zone of an IPv6 address is not written.
    Internet(SocketAddr),
    /// The path of a UNIX socket, or `@` and its abstract name.
    Local(String),
}

/// `AF_UNIX`, `AF_INET` and `AF_INET6` of Linux, and the length of a socket address of each family.
const AF_UNIX: u16 = 1;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;
const UNIX_LENGTH: usize = 110;
const INET_LENGTH: usize = 16;
const INET6_LENGTH: usize = 28;

impl UniversalAddress {
    /// The port, if it is of the internet.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Internet(address) => Some(address.port()),
            Self::Local(_) => None,
        }
    }

    /// The address as Linux has it in memory: what TADDR2UADDR takes.
    pub fn to_transport_address(&self) -> TransportAddress {
        let (family, capacity) = match self {
            Self::Internet(SocketAddr::V4(_)) => (AF_INET, INET_LENGTH),
            Self::Internet(SocketAddr::V6(_)) => (AF_INET6, INET6_LENGTH),
            Self::Local(_) => (AF_UNIX, UNIX_LENGTH),
        };
        let mut bytes = family.to_ne_bytes().to_vec();
        match self {
            Self::Internet(SocketAddr::V4(address)) => {
                bytes.extend(address.port().to_be_bytes());
                bytes.extend(address.ip().octets());
                bytes.resize(INET_LENGTH, 0);
            }
            Self::Internet(SocketAddr::V6(address)) => {
                bytes.extend(address.port().to_be_bytes());
                bytes.extend(address.flowinfo().to_be_bytes());
                bytes.extend(address.ip().octets());
                bytes.extend(address.scope_id().to_ne_bytes());
            }
            Self::Local(name) => bytes.extend(match name.strip_prefix('@') {
                Some(name) => ["\0", name].concat().into_bytes(),
                None => name.clone().into_bytes(),
            }),
        }
        TransportAddress { capacity: u32::try_from(capacity).unwrap_or(u32::MAX), bytes: Bytes::from(bytes) }
    }

    /// The address that Linux has in memory so: what UADDR2TADDR gives. `None` if it is of no family known here, or of
    /// a machine of another byte order.
    pub fn from_transport_address(address: &TransportAddress) -> Option<Self> {
        let (family, rest) = address.bytes.split_first_chunk()?;
        match u16::from_ne_bytes(*family) {
            AF_INET => {
                let (port, rest) = rest.split_first_chunk()?;
                let (host, _) = rest.split_first_chunk::<4>()?;
                Some(Self::Internet((Ipv4Addr::from(*host), u16::from_be_bytes(*port)).into()))
            }
            AF_INET6 => {
                let (port, rest) = rest.split_first_chunk()?;
                let (_flow, rest) = rest.split_first_chunk::<4>()?;
                let (host, _) = rest.split_first_chunk::<16>()?;
                Some(Self::Internet((Ipv6Addr::from(*host), u16::from_be_bytes(*port)).into()))
            }
            AF_UNIX => match rest.split_first()? {
                (0, name) => Some(Self::Local(format!("@{}", std::str::from_utf8(name).ok()?))),
                _ => {
                    let path = rest.split(|byte| *byte == 0).next()?;
                    Some(Self::Local(std::str::from_utf8(path).ok()?.to_owned()))
                }
            },
            _ => None,
        }
    }

    /// As on the wire; `None` if it is none.
    pub(crate) fn from_text(text: &Text) -> Option<Self> {
        parse(text.to_str().ok()?)
    }

    pub(crate) fn to_text(&self) -> Text {
        self.to_string().into()
    }
}

impl From<SocketAddr> for UniversalAddress {
    fn from(address: SocketAddr) -> Self {
        Self::Internet(address)
    }
}

impl fmt::Display for UniversalAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internet(address) => {
                let [high, low] = address.port().to_be_bytes();
                write!(out, "{}.{high}.{low}", address.ip())
            }
            Self::Local(path) => out.write_str(path),
        }
    }
}

impl FromStr for UniversalAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| Error::Address { found: text.to_owned(), fault: AddressFault::Universal })
    }
}

fn parse(text: &str) -> Option<UniversalAddress> {
    if text.starts_with(['/', '@']) {
        return Some(UniversalAddress::Local(text.to_owned()));
    }
    let (host, port) = split_port(text)?;
    // Some systems write the zone of a link-local address.
    let host: IpAddr = host.split('%').next()?.parse().ok()?;
    Some(UniversalAddress::Internet((host, port).into()))
}

/// Host and port.
fn split_port(text: &str) -> Option<(&str, u16)> {
    let (rest, low) = text.rsplit_once('.')?;
    let (host, high) = rest.rsplit_once('.')?;
    Some((host, u16::from_be_bytes([parse_byte(high)?, parse_byte(low)?])))
}

/// Digits only: `parse` alone would take a sign.
fn parse_byte(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_and_read() {
        for (text, address) in [
            ("0.0.0.0.0.111", "0.0.0.0:111"),
            ("192.0.2.1.255.255", "192.0.2.1:65535"),
            ("::.0.111", "[::]:111"),
            ("2001:db8::1.15.205", "[2001:db8::1]:4045"),
            ("::ffff:192.0.2.1.0.1", "[::ffff:192.0.2.1]:1"),
        ] {
            let expected = UniversalAddress::Internet(address.parse().unwrap());
            assert_eq!(text.parse::<UniversalAddress>().unwrap(), expected, "{text}");
            assert_eq!(expected.to_string(), text);
        }
        let zone: UniversalAddress = "fe80::1%eth0.0.111".parse().unwrap();
        assert_eq!(zone, UniversalAddress::Internet("[fe80::1]:111".parse().unwrap()));
        let local: UniversalAddress = "/run/rpcbind.sock".parse().unwrap();
        assert_eq!((local.to_string().as_str(), local.port()), ("/run/rpcbind.sock", None));
    }

    #[test]
    fn what_is_no_address() {
        for text in
            ["", ".", "1.2", "1.2.3.4", "1.2.3.4.256.1", "1.2.3.4.+1.1", "1.2.3.4..1", "::", "x.1.2", "1.2.3.4.1.2.3"]
        {
            let error = text.parse::<UniversalAddress>().unwrap_err();
            assert!(
                matches!(&error, Error::Address { found, fault: AddressFault::Universal } if found == text),
                "{text}"
            );
        }
    }

    #[test]
    fn an_address_goes_into_memory_and_back() {
        for text in ["192.0.2.1.15.205", "2001:db8::1.15.205", "/run/rpcbind.sock", "@/run/rpcbind.sock"] {
            let address: UniversalAddress = text.parse().unwrap();
            let stored = address.to_transport_address();
            assert_eq!(UniversalAddress::from_transport_address(&stored), Some(address));
            // Cut off, it is no address, nor a reason to fail.
            for length in 0..3 {
                let part = TransportAddress { capacity: 0, bytes: stored.bytes.slice(..length) };
                assert_eq!(UniversalAddress::from_transport_address(&part), None, "{text}");
            }
        }
    }
}
