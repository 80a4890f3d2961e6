use super::allow;
use crate::address::{AddressFault, Transport};
use crate::call::{Call, Peer};
use crate::error::{Error, Result};
use std::net::IpAddr;

/// Whose calls pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    /// Addresses that begin with so many bits of this one.
    Prefix { address: IpAddr, bits: u32 },
    /// All that come over a UNIX socket.
    Unix,
}

/// Refuses calls of peers that are not in `list` with `AUTH_TOOWEAK`: addresses (`192.0.2.1`, `::1`), prefixes (`10.0.0.0/8`,
/// `fd00::/8`), and `unix`, all of this machine that come over a UNIX socket.
///
/// The sender of a datagram may have written any address into it: such a call is carried out, though its reply goes elsewhere.
///
/// # Errors
/// [`Error::Address`] with [`AddressFault::Prefix`] names what is none of these; bits of an address behind its
/// prefix, as in `10.1.0.0/8`, are a mistake as well.
pub fn peers<T: AsRef<str>>(
    list: impl IntoIterator<Item = T>,
) -> Result<impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static> {
    let ranges: Result<Vec<_>> = list.into_iter().map(|text| parse(text.as_ref())).collect();
    let ranges = ranges?;
    Ok(move |call: &mut Call| allow(ranges.iter().any(|range| range.contains(call.peer()))))
}

impl Range {
    fn contains(self, peer: &Peer) -> bool {
        match (self, peer.ip()) {
            (Self::Unix, _) => peer.transport() == Transport::Unix,
            (Self::Prefix { address, bits }, Some(ip)) => {
                address.is_ipv4() == ip.is_ipv4() && head(address, bits) == head(ip, bits)
            }
            (Self::Prefix { .. }, None) => false,
        }
    }
}

fn parse(text: &str) -> Result<Range> {
    let wrong = || Error::Address { found: text.to_owned(), fault: AddressFault::Prefix };
    if text == Transport::Unix.name() {
        return Ok(Range::Unix);
    }
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) if !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit()) => {
            bits.parse().ok().filter(|bits| *bits <= all).ok_or_else(wrong)?
        }
        Some(_) => return Err(wrong()),
        None => all,
    };
    let is_exact = number(address).checked_shl(128_u32.saturating_sub(all).saturating_add(bits)).unwrap_or(0) == 0;
    if is_exact { Ok(Range::Prefix { address, bits }) } else { Err(wrong()) }
}

/// The first `bits` of an address.
fn head(address: IpAddr, bits: u32) -> u128 {
    let all = if address.is_ipv4() { 32_u32 } else { 128 };
    number(address).checked_shr(all.saturating_sub(bits)).unwrap_or(0)
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, parse};
    use crate::address::Transport;
    use crate::call::Peer;

    fn contains(range: &str, address: &str) -> bool {
        parse(range).unwrap().contains(&Peer::new(format!("{address}:7").parse().unwrap(), Transport::Tcp))
    }

    #[test]
    fn a_prefix_ends_at_its_last_bit() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]),
            ("192.0.2.6/31", ["192.0.2.6", "192.0.2.7"], ["192.0.2.5", "192.0.2.8"]),
            ("192.0.2.7", ["192.0.2.7", "192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
            ("fd00::/8", ["[fd00::]", "[fdff::1]"], ["[fc00::]", "[fe00::]"]),
            ("fd00::8/125", ["[fd00::8]", "[fd00::f]"], ["[fd00::7]", "[fd00::10]"]),
            ("::1", ["[::1]", "[::1]"], ["[::2]", "[::]"]),
        ] {
            assert!(inside.iter().all(|it| contains(range, it)), "{range}");
            assert!(!outside.iter().any(|it| contains(range, it)), "{range}");
        }
        assert!(contains("0.0.0.0/0", "203.0.113.9") && contains("::/0", "[2001:db8::1]"));
    }

    #[test]
    fn families_are_apart_however_a_socket_writes_them() {
        assert!(contains("10.0.0.0/8", "[::ffff:10.1.2.3]"));
        assert!(!contains("0.0.0.0/0", "[::1]") && !contains("::/0", "127.0.0.1"));
        assert!(!contains("unix", "127.0.0.1"));
        assert!(parse("unix").unwrap().contains(&Peer::unix(None)));
        assert!(!parse("0.0.0.0/0").unwrap().contains(&Peer::unix(None)));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for wrong in [
            "",
            "localhost",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.1/8",
            "::/129",
            "fd00::1/8",
            "Unix",
            "10.0.0.0/8/8",
            "1.2.3",
            "10.0.0.1/0",
            "::1/0",
        ] {
            let error = parse(wrong).unwrap_err().to_string();
            assert!(error.contains(&format!("\"{wrong}\"")), "{error}");
        }
        assert_eq!(parse("10.0.0.0/8").unwrap(), Range::Prefix { address: "10.0.0.0".parse().unwrap(), bits: 8 });
    }
}
