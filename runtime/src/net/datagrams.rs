use super::Turn;
use crate::address::Transport;
use crate::call::Peer;
use crate::session::server::Programs;
use crate::xdr::Encoder;
use mio::net::UdpSocket;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The datagrams answered before others have their turn.
const PER_TURN: u32 = 64;

/// A UDP socket of the server.
#[derive(Debug)]
pub(super) struct Datagrams {
    socket: UdpSocket,
    out: Encoder,
    /// A reply in one piece.
    reply: Vec<u8>,
    /// Whether it waits for its turn.
    pub(super) queued: bool,
}

impl Datagrams {
    pub(super) fn new(socket: UdpSocket) -> Self {
        Self { socket, out: Encoder::new(), reply: Vec::new(), queued: false }
    }

    pub(super) fn socket_mut(&mut self) -> &mut UdpSocket {
        &mut self.socket
    }

    /// Answers some of the datagrams that have come, until `slice` is over. `scratch` is larger than any.
    pub(super) fn turn(&mut self, programs: &Programs, scratch: &mut [u8], slice: Duration) -> Turn {
        let begin = Instant::now();
        for _ in 0..PER_TURN {
            match self.socket.recv_from(scratch) {
                Ok((count, address)) => {
                    let peer = Peer::new(address, Transport::Udp);
                    programs.handle_datagram(peer, scratch.get(..count).unwrap_or_default(), &mut self.out);
                    self.send(address);
                    if begin.elapsed() >= slice {
                        return Turn::Again;
                    }
                }
                // Of a datagram sent before: nobody was there to take it.
                Err(error) if is_of_sending(error.kind()) => {}
                // Nothing is there; or the system fails, and the next datagram is another event.
                Err(_) => return Turn::Wait,
            }
        }
        Turn::Again
    }

    /// A reply that cannot be sent is lost, as any datagram may be; the caller calls again.
    fn send(&mut self, caller: SocketAddr) {
        if self.out.is_empty() {
            return;
        }
        self.reply.clear();
        self.out.slices().for_each(|slice| self.reply.extend_from_slice(slice));
        let _ = self.socket.send_to(&self.reply, caller);
    }
}

fn is_of_sending(kind: ErrorKind) -> bool {
    use ErrorKind::{ConnectionRefused, HostUnreachable, Interrupted, NetworkUnreachable};
    matches!(kind, ConnectionRefused | HostUnreachable | Interrupted | NetworkUnreachable)
}
