use super::datagram_socket::DatagramSocket;
use super::shared::Shared;
use super::tally::{count, count_later};
use super::turn_length::TurnLength;
use super::{Turn, readiness};
use crate::address::Transport;
use crate::call::Peer;
use crate::metrics::{Event, Recorder};
use crate::session::server::{Delivery, Origin, Programs, ServerDatagrams};
use crate::xdr::Encoder;
use mio::net::UdpSocket;
use mio::{Registry, Token};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A UDP socket of the server.
#[derive(Debug)]
pub(super) struct Datagrams {
    socket: DatagramSocket,
    session: ServerDatagrams,
    /// Where the last datagram has come from, and the address it went to.
    from: Option<(SocketAddr, Option<IpAddr>)>,
    out: Encoder,
    /// A reply whose pieces are put together.
    reply: Vec<u8>,
    length: TurnLength,
    /// Whether it waits for its turn.
    pub(super) queued: bool,
}

impl Datagrams {
    pub(super) fn new(socket: UdpSocket, origin: Arc<Origin>) -> Self {
        let socket = DatagramSocket::new(socket);
        if let Ok(local) = socket.local_addr() {
            origin.set_local(local);
        }
        let session = ServerDatagrams::new(Some(origin));
        let (out, reply) = (Encoder::new(), Vec::new());
        Self { socket, session, from: None, out, reply, length: TurnLength::new(), queued: false }
    }

    pub(super) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        readiness::register(registry, self.socket.socket_mut(), token)
    }

    /// Sees to it that the socket does not wake the loop for nothing all the time.
    pub(super) fn calm(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        if self.length.is_vain() {
            readiness::tell_once(registry, self.socket.socket_mut(), token)?;
            self.length = TurnLength::until_nothing_is_there();
        }
        Ok(())
    }

    /// Tells of datagrams no longer.
    pub(super) fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        readiness::deregister(registry, self.socket.socket_mut())
    }

    /// Whether replies are to come.
    pub(super) fn is_busy(&self) -> bool {
        self.session.in_flight() > 0
    }

    /// Answers some of the datagrams that have come, until `slice` is over. What need not be done before the first reply is sent is
    /// done after it.
    pub(super) fn turn(&mut self, programs: &Programs, shared: &mut Shared, slice: Duration) -> Turn {
        let (begin, mut taken, mut most) = (shared.now, 0, 1);
        loop {
            let time = match self.answer_one(programs, shared) {
                Ok(time) => time,
                // Of a datagram sent before: nobody was there to take it.
                Err(error) if is_of_sending(error.kind()) => Duration::ZERO,
                // Nothing is there; or the system fails, and the next datagram is another event.
                Err(_) => {
                    self.length.was_enough(taken);
                    return Turn::Wait;
                }
            };
            if taken == 0 {
                most = self.length.begin(begin);
            }
            taken += 1;
            if taken >= most {
                self.length.was_used_up(shared.now, time);
                return if self.length.tells_of_rest() { Turn::Wait } else { Turn::Again };
            }
            if shared.now.saturating_duration_since(begin) >= slice {
                return Turn::Again;
            }
        }
    }

    /// Takes a datagram and answers it: how long that took.
    #[inline]
    fn answer_one(&mut self, programs: &Programs, shared: &mut Shared) -> io::Result<Duration> {
        let (length, caller) = self.socket.receive(&mut shared.scratch)?;
        let datagram = shared.scratch.get(..length).unwrap_or_default();
        let from = (caller, self.socket.called());
        if self.from != Some(from) {
            self.turn_to(from);
        }
        let handled = self.session.handle_next(programs, datagram, &mut self.out);
        send(&self.socket, &self.out, &mut self.reply, from, &shared.recorder);
        let now = Instant::now();
        let time = now.saturating_duration_since(shared.now);
        count(&shared.recorder, &handled, Some(time));
        shared.now = now;
        Ok(time)
    }

    /// The datagrams that follow have come from there.
    #[inline(never)]
    fn turn_to(&mut self, from: (SocketAddr, Option<IpAddr>)) {
        self.session.set_peer(Peer::new(from.0, Transport::Udp).calling(from.1));
        self.from = Some(from);
    }

    /// Sends a reply that has come later.
    pub(super) fn deliver(&mut self, delivery: Delivery, recorder: &Recorder) {
        count_later(recorder, &delivery);
        let peer = *delivery.peer();
        if let Some(caller) = peer.address() {
            send(&self.socket, &delivery.into_reply(), &mut self.reply, (caller, peer.called()), recorder);
        }
    }
}

/// A reply that cannot be sent is lost, as any datagram may be; the caller calls again.
#[inline]
fn send(
    socket: &DatagramSocket,
    out: &Encoder,
    reply: &mut Vec<u8>,
    (caller, called): (SocketAddr, Option<IpAddr>),
    recorder: &Recorder,
) {
    if out.is_empty() {
        return;
    }
    let whole = out.as_slice().unwrap_or_else(|| put_together(out, reply));
    let sent = socket.send(whole, caller, called);
    if sent.is_err() {
        recorder.count(Event::DroppedUnsent);
    }
}

#[cold]
fn put_together<'a>(out: &Encoder, reply: &'a mut Vec<u8>) -> &'a [u8] {
    reply.clear();
    out.slices().for_each(|slice| reply.extend_from_slice(slice));
    reply
}

#[cold]
fn is_of_sending(kind: ErrorKind) -> bool {
    use ErrorKind::{ConnectionRefused, HostUnreachable, Interrupted, NetworkUnreachable};
    matches!(kind, ConnectionRefused | HostUnreachable | Interrupted | NetworkUnreachable)
}
