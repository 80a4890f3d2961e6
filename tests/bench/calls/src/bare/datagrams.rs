use crate::wire::Exchange;
use crate::{address, process};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use std::io::Result;
use std::net::UdpSocket;

/// Answers every datagram with the reply to a null call. The event loop tells as long as there is one more: an attempt
/// to receive what is not there would be one more system call.
pub(super) fn serve() -> Result<()> {
    let (socket, address) = address::listen("udp")?;
    let socket = UdpSocket::from(socket);
    let poll = Epoll::new(EpollCreateFlags::empty())?;
    poll.add(&socket, EpollEvent::new(EpollFlags::EPOLLIN, 0))?;
    process::announce(&address)?;

    let reply = Exchange::null().datagrams().reply;
    let (mut events, mut scratch) = ([EpollEvent::empty()], vec![0; 64 << 10]);
    loop {
        poll.wait(&mut events, EpollTimeout::NONE)?;
        let (_, from) = socket.recv_from(&mut scratch)?;
        socket.send_to(&reply, from)?;
    }
}
