use super::packet::{LARGEST, Sequence, packet};
use super::{Direction, Message, Recording, Route};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::collections::HashMap;
use std::io::{self, Write};

/// A pcap file with times in nanoseconds.
const MAGIC: u32 = 0xa1b2_3c4d;

/// Packets begin with their IP header.
const LINKTYPE_RAW: u32 = 101;

/// The most of a packet that is kept: all of it.
const SNAPLEN: u32 = 0x0004_0000;

/// How far each stream has come.
type Streams = HashMap<Route, Progress>;

/// The sequence numbers of a stream's next bytes.
#[derive(Clone, Copy, Debug)]
struct Progress {
    received: u32,
    sent: u32,
}

impl Recording {
    /// Writes a pcap file, which Wireshark and tshark read. The messages are as they were, records with their mark;
    /// the packets around them are made up: a message is cut only where it does not fit one, and streams begin with the
    /// first message that was kept. The two ends of a UNIX socket are shown as ports of 127.0.0.1.
    ///
    /// Wireshark takes programs it does not know for RPC if the preference `rpc.dissect_unknown_programs` is set.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn write_pcap(&self, mut out: impl Write) -> io::Result<()> {
        let version = 2_u32 | (4 << 16);
        for word in [MAGIC, version, 0, 0, SNAPLEN, LINKTYPE_RAW] {
            out.write_all(&word.to_le_bytes())?;
        }
        let mut streams = Streams::new();
        for message in &self.messages {
            write_message(message, &mut streams, &mut out)?;
        }
        out.flush()
    }

    /// The same file in memory.
    pub fn to_pcap(&self) -> Vec<u8> {
        let mut file = Vec::new();
        // Writing to memory does not fail.
        let _ = self.write_pcap(&mut file);
        file
    }
}

fn write_message(message: &Message, streams: &mut Streams, out: &mut impl Write) -> io::Result<()> {
    let (peer, local) = ends(&message.route);
    let (from, to) = match message.direction {
        Direction::Received => (peer, local),
        Direction::Sent => (local, peer),
    };
    if !message.route.is_stream {
        return write_packet(
            message,
            &packet(from, to, None, message.bytes.get(..LARGEST).unwrap_or(&message.bytes)),
            out,
        );
    }
    let progress = streams.entry(message.route).or_insert(Progress { received: 1, sent: 1 });
    let mark = u32::try_from(message.bytes.len()).unwrap_or(u32::MAX) | 1 << 31;
    let record = [&mark.to_be_bytes(), &*message.bytes].concat();
    for segment in record.chunks(LARGEST) {
        let sequence = progress.advance(message.direction, segment.len());
        write_packet(message, &packet(from, to, Some(sequence), segment), out)?;
    }
    Ok(())
}

fn write_packet(message: &Message, packet: &[u8], out: &mut impl Write) -> io::Result<()> {
    let seconds = u32::try_from(message.time.as_secs()).unwrap_or(u32::MAX);
    let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
    for word in [seconds, message.time.subsec_nanos(), length, length] {
        out.write_all(&word.to_le_bytes())?;
    }
    out.write_all(packet)
}

impl Progress {
    /// The sequence of a segment of that length.
    fn advance(&mut self, direction: Direction, length: usize) -> Sequence {
        let (this, other) = match direction {
            Direction::Received => (&mut self.received, self.sent),
            Direction::Sent => (&mut self.sent, self.received),
        };
        let sequence = Sequence { number: *this, acknowledged: other };
        *this = this.wrapping_add(u32::try_from(length).unwrap_or(u32::MAX));
        sequence
    }
}

/// The peer's end and ours, of one family: a socket for any address has none of a family of its own.
fn ends(route: &Route) -> (SocketAddr, SocketAddr) {
    let made_up = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    // From the ports that systems give to clients.
    let port = 32_768 | u16::try_from(route.connection % 0x7fff).unwrap_or_default();
    let peer = canonical(route.peer.unwrap_or(made_up(port)));
    let mut local = canonical(route.local.unwrap_or(made_up(1)));
    if peer.is_ipv4() != local.is_ipv4() {
        let any = if peer.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
        local.set_ip(any);
    }
    (peer, local)
}

/// An IPv4 address that an IPv6 socket shows as one of its own is shown as what it is.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
