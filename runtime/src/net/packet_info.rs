use mio::net::UdpSocket;
use nix::libc;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, RecvMsg, SockaddrStorage, recvmsg, sendmsg, setsockopt, sockopt,
};
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd;

/// Tells to which address of this machine a datagram went (`IP_PKTINFO`, RFC 3542 §6), and sends others from it.
#[derive(Debug)]
pub(super) struct PacketInfo {
    /// Where the system tells it.
    control: Vec<u8>,
    /// What it has told last, if that is a host's address.
    called: Option<IpAddr>,
}

impl PacketInfo {
    /// `None` if the system does not tell it of this socket.
    pub(super) fn of(socket: &UdpSocket) -> Option<Self> {
        let asked = match socket.local_addr().ok()? {
            SocketAddr::V4(_) => setsockopt(socket, sockopt::Ipv4PacketInfo, &true),
            SocketAddr::V6(_) => setsockopt(socket, sockopt::Ipv6RecvPacketInfo, &true),
        };
        asked.ok()?;
        // The larger of the two.
        Some(Self { control: nix::cmsg_space!(libc::in6_pktinfo), called: None })
    }

    /// The address that the last datagram went to, if that is a host's.
    pub(super) fn called(&self) -> Option<IpAddr> {
        self.called
    }

    /// Takes a datagram: its length and its sender.
    pub(super) fn receive(&mut self, socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let mut pieces = [IoSliceMut::new(buffer)];
        let received: RecvMsg<'_, '_, SockaddrStorage> =
            recvmsg(socket.as_raw_fd(), &mut pieces, Some(&mut self.control), MsgFlags::empty())?;
        let sender = received.address.as_ref().and_then(address).ok_or(ErrorKind::InvalidData)?;
        let (length, called) = (received.bytes, received.cmsgs().ok().and_then(|mut all| all.find_map(called)));
        self.called = called;
        Ok((length, sender))
    }

    /// Sends a datagram from the address `from`.
    pub(super) fn send(&self, socket: &UdpSocket, message: &[u8], from: IpAddr, to: SocketAddr) -> io::Result<()> {
        let (pieces, to) = ([IoSlice::new(message)], SockaddrStorage::from(to));
        let send = |info| sendmsg(socket.as_raw_fd(), &pieces, &[info], MsgFlags::empty(), Some(&to));
        match from {
            IpAddr::V4(from) => send(ControlMessage::Ipv4PacketInfo(&libc::in_pktinfo {
                ipi_ifindex: 0,
                ipi_spec_dst: libc::in_addr { s_addr: from.to_bits().to_be() },
                ipi_addr: libc::in_addr { s_addr: 0 },
            })),
            IpAddr::V6(from) => send(ControlMessage::Ipv6PacketInfo(&libc::in6_pktinfo {
                ipi6_addr: libc::in6_addr { s6_addr: from.octets() },
                ipi6_ifindex: 0,
            })),
        }?;
        Ok(())
    }
}

fn address(of: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = of.as_sockaddr_in().map(|place| SocketAddr::new(place.ip().into(), place.port()));
    v4.or_else(|| of.as_sockaddr_in6().map(|place| std::net::SocketAddrV6::from(*place).into()))
}

fn called(message: ControlMessageOwned) -> Option<IpAddr> {
    let called: IpAddr = match message {
        // Where replies go from, also if the datagram went to a network's address.
        ControlMessageOwned::Ipv4PacketInfo(info) => Ipv4Addr::from(u32::from_be(info.ipi_spec_dst.s_addr)).into(),
        ControlMessageOwned::Ipv6PacketInfo(info) => Ipv6Addr::from(info.ipi6_addr.s6_addr).into(),
        _ => return None,
    };
    Some(called.to_canonical()).filter(|address| !address.is_multicast())
}
