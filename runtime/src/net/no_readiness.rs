use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};
use std::io;

/// A socket tells when something comes, once: who wants to know whether there is more has to try.
pub(super) const TELLS_OF_REST: bool = false;

pub(super) fn register(registry: &Registry, socket: &mut UdpSocket, token: Token) -> io::Result<()> {
    registry.register(socket, token, Interest::READABLE)
}

/// It does so anyhow.
pub(super) fn tell_once(_: &Registry, _: &UdpSocket, _: Token) -> io::Result<()> {
    Ok(())
}

pub(super) fn deregister(registry: &Registry, socket: &mut UdpSocket) -> io::Result<()> {
    registry.deregister(socket)
}
