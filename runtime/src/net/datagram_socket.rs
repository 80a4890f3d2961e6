use super::packet_info::PacketInfo;
use crate::address::Transport;
use crate::call::Peer;
use mio::net::UdpSocket;
use std::io;
use std::net::SocketAddr;

/// A UDP socket whose replies come from the address that was called: C's clients take no others. One that is bound to
/// all addresses of the machine is told which with each datagram.
#[derive(Debug)]
pub(super) struct DatagramSocket {
    socket: UdpSocket,
    info: Option<PacketInfo>,
}

impl DatagramSocket {
    pub(super) fn new(socket: UdpSocket) -> Self {
        let is_of_all = socket.local_addr().is_ok_and(|place| place.ip().is_unspecified());
        let info = if is_of_all { PacketInfo::of(&socket) } else { None };
        Self { socket, info }
    }

    pub(super) fn socket_mut(&mut self) -> &mut UdpSocket {
        &mut self.socket
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes a datagram: its length, and who has sent it.
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Peer)> {
        let (length, sender, called) = match &mut self.info {
            Some(info) => info.receive(&self.socket, buffer)?,
            None => self.socket.recv_from(buffer).map(|(length, sender)| (length, sender, None))?,
        };
        Ok((length, Peer::new(sender, Transport::Udp).calling(called)))
    }

    /// Sends a reply.
    pub(super) fn send(&self, reply: &[u8], peer: &Peer) -> io::Result<()> {
        let Some(caller) = peer.address() else { return Err(io::ErrorKind::AddrNotAvailable.into()) };
        if let (Some(info), Some(called)) = (&self.info, peer.called())
            && info.send(&self.socket, reply, called, caller).is_ok()
        {
            return Ok(());
        }
        // To a network's address, which nothing can come from; or it is no longer this machine's.
        self.socket.send_to(reply, caller).map(drop)
    }
}
