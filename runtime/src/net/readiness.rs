use mio::net::UdpSocket;
use mio::{Registry, Token};
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use std::io;
use std::os::fd::AsFd;

/// Whether a socket that is registered here tells of itself as long as there is something to receive, so that nobody has to
/// try in vain to know that there is nothing more.
pub(super) const TELLS_OF_REST: bool = true;

pub(super) fn register(registry: &Registry, socket: &mut UdpSocket, token: Token) -> io::Result<()> {
    Ok(epoll(registry)?.add(socket, EpollEvent::new(EpollFlags::EPOLLIN, token.0 as u64))?)
}

/// Has a registered socket tell only when something comes.
pub(super) fn tell_once(registry: &Registry, socket: &UdpSocket, token: Token) -> io::Result<()> {
    let mut event = EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLET, token.0 as u64);
    Ok(epoll(registry)?.modify(socket, &mut event)?)
}

pub(super) fn deregister(registry: &Registry, socket: &mut UdpSocket) -> io::Result<()> {
    Ok(epoll(registry)?.delete(socket)?)
}

/// What mio waits with; mio itself registers only for changes (edge-triggered).
fn epoll(registry: &Registry) -> io::Result<Epoll> {
    Ok(Epoll(registry.as_fd().try_clone_to_owned()?))
}
