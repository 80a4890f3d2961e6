use super::packet_info::PacketInfo;
use mio::net::UdpSocket;
use std::io;
use std::net::{IpAddr, SocketAddr};

/// A UDP socket whose replies come from the address that was called: C's clients take no others. One that is bound to
/// all addresses of the machine is told which with each datagram.
#[derive(Debug)]
pub(super) struct DatagramSocket {
    socket: UdpSocket,
    info: Option<PacketInfo>,
    /// Where the last datagram has come from.
    caller: Option<SocketAddr>,
}

/// A datagram that was taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    pub(super) length: usize,
    /// Whether the one before has come from elsewhere, or went elsewhere.
    pub(super) is_of_other: bool,
}

impl DatagramSocket {
    pub(super) fn new(socket: UdpSocket) -> Self {
        let is_of_all = socket.local_addr().is_ok_and(|place| place.ip().is_unspecified());
        let info = if is_of_all { PacketInfo::of(&socket) } else { None };
        Self { socket, info, caller: None }
    }

    pub(super) fn socket_mut(&mut self) -> &mut UdpSocket {
        &mut self.socket
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Takes a datagram.
    #[inline]
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        let before = self.called();
        let (length, caller) = match &mut self.info {
            Some(info) => info.receive(&self.socket, buffer),
            None => self.socket.recv_from(buffer),
        }?;
        let is_of_other = self.caller != Some(caller) || (self.info.is_some() && self.called() != before);
        if is_of_other {
            self.caller = Some(caller);
        }
        Ok(Received { length, is_of_other })
    }

    /// Where the last datagram has come from; `None` before the first.
    pub(super) fn caller(&self) -> Option<SocketAddr> {
        self.caller
    }

    /// The address that the last datagram went to, if that is known.
    #[inline]
    pub(super) fn called(&self) -> Option<IpAddr> {
        self.info.as_ref().and_then(PacketInfo::called)
    }

    /// Sends a reply to the last datagram.
    #[inline]
    pub(super) fn answer(&self, reply: &[u8]) -> io::Result<()> {
        match self.caller {
            Some(caller) => self.send(reply, caller, self.called()),
            None => Ok(()),
        }
    }

    /// Sends a reply to a datagram that went to `called`.
    #[inline]
    pub(super) fn send(&self, reply: &[u8], caller: SocketAddr, called: Option<IpAddr>) -> io::Result<()> {
        if let (Some(info), Some(called)) = (&self.info, called)
            && info.send(&self.socket, reply, called, caller).is_ok()
        {
            return Ok(());
        }
        // To a network's address, which nothing can come from; or it is no longer this machine's.
        self.socket.send_to(reply, caller).map(drop)
    }
}
