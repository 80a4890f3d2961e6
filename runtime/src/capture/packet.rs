use core::net::{IpAddr, SocketAddr};

/// The numbers of the protocols in IP headers.
const TCP: u8 = 6;
const UDP: u8 = 17;

/// Acknowledges, and is to be delivered at once.
const ACK_PUSH: u8 = 0x18;

/// The most that a packet carries behind its headers.
pub(super) const LARGEST: usize = 60_000;

/// The place of a segment in its stream, and of what has come the other way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequence {
    pub(super) number: u32,
    pub(super) acknowledged: u32,
}

/// An IP packet with a TCP segment (if there is a sequence) or a UDP datagram. Both addresses are of one family, and
/// `payload` is at most [`LARGEST`].
pub(super) fn packet(from: SocketAddr, to: SocketAddr, sequence: Option<Sequence>, payload: &[u8]) -> Vec<u8> {
    let (protocol, mut transport) = match sequence {
        Some(sequence) => (TCP, tcp(from, to, sequence)),
        None => (UDP, udp(from, to, payload.len())),
    };
    let checksum_at = if sequence.is_some() { 16 } else { 6 };
    let length = transport.len().saturating_add(payload.len());
    let sum = checksum(&[&pseudo_header(from.ip(), to.ip(), protocol, length), &transport, payload]);
    // A checksum of 0 would mean that there is none.
    patch(&mut transport, checksum_at, if sum == 0 { u16::MAX } else { sum });
    let mut packet = ip(from.ip(), to.ip(), protocol, length);
    packet.extend_from_slice(&transport);
    packet.extend_from_slice(payload);
    packet
}

fn tcp(from: SocketAddr, to: SocketAddr, sequence: Sequence) -> Vec<u8> {
    let mut header = ports(from, to);
    header.extend_from_slice(&sequence.number.to_be_bytes());
    header.extend_from_slice(&sequence.acknowledged.to_be_bytes());
    // Five words of header, the largest window, no checksum yet, nothing urgent.
    header.extend_from_slice(&[5 << 4, ACK_PUSH, 0xff, 0xff, 0, 0, 0, 0]);
    header
}

fn udp(from: SocketAddr, to: SocketAddr, payload: usize) -> Vec<u8> {
    let mut header = ports(from, to);
    header.extend_from_slice(&word(payload.saturating_add(8)));
    header.extend_from_slice(&[0, 0]);
    header
}

fn ports(from: SocketAddr, to: SocketAddr) -> Vec<u8> {
    [from.port().to_be_bytes(), to.port().to_be_bytes()].concat()
}

/// The header before `length` bytes of the protocol.
fn ip(from: IpAddr, to: IpAddr, protocol: u8, length: usize) -> Vec<u8> {
    if from.is_ipv4() {
        let mut header = vec![0x45, 0];
        header.extend_from_slice(&word(length.saturating_add(20)));
        header.extend_from_slice(&[0, 0, 0x40, 0, 64, protocol, 0, 0]);
        header.extend_from_slice(&octets(from));
        header.extend_from_slice(&octets(to));
        let sum = checksum(&[&header]);
        patch(&mut header, 10, sum);
        header
    } else {
        let mut header = vec![0x60, 0, 0, 0];
        header.extend_from_slice(&word(length));
        header.extend_from_slice(&[protocol, 64]);
        header.extend_from_slice(&octets(from));
        header.extend_from_slice(&octets(to));
        header
    }
}

/// What the checksums of TCP and UDP cover of the IP header.
fn pseudo_header(from: IpAddr, to: IpAddr, protocol: u8, length: usize) -> Vec<u8> {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let mut header = [octets(from), octets(to)].concat();
    header.extend_from_slice(&length.to_be_bytes());
    header.extend_from_slice(&[0, 0, 0, protocol]);
    header
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn word(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

fn patch(header: &mut [u8], at: usize, value: u16) {
    if let Some(bytes) = header.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *bytes = value.to_be_bytes();
    }
}

/// The Internet checksum (RFC 1071) over `parts`, of which only the last may be of odd length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let sum = words.fold(0_u64, |sum, pair| {
        let high = pair.first().copied().unwrap_or_default();
        let low = pair.get(1).copied().unwrap_or_default();
        sum.saturating_add(u64::from(u16::from_be_bytes([high, low])))
    });
    let mut folded = sum;
    while folded > 0xffff {
        folded = (folded & 0xffff).saturating_add(folded >> 16);
    }
    !(folded as u16)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn the_checksum_is_that_of_rfc_1071() {
        // The example of its section 3: the sum is ddf2, the checksum its complement.
        assert_eq!(checksum(&[&[0x00, 0x01, 0xf2, 0x03], &[0xf4, 0xf5, 0xf6, 0xf7]]), !0xddf2);
        assert_eq!(checksum(&[&[0xff]]), !0xff00);
    }
}
