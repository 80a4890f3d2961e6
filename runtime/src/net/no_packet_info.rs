use mio::net::UdpSocket;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

/// There is none: replies come from where the system sends them from.
#[derive(Debug)]
pub(super) enum PacketInfo {}

impl PacketInfo {
    pub(super) fn of(_: &UdpSocket) -> Option<Self> {
        None
    }

    pub(super) fn called(&self) -> Option<IpAddr> {
        None
    }

    pub(super) fn receive(&mut self, _: &UdpSocket, _: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        Err(ErrorKind::Unsupported.into())
    }

    pub(super) fn send(&self, _: &UdpSocket, _: &[u8], _: IpAddr, _: SocketAddr) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
}
