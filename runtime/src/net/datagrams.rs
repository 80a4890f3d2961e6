use super::datagram_socket::DatagramSocket;
use super::shared::Shared;
use super::tally::{count, count_later, note_time};
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
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A UDP socket of the server.
#[derive(Debug)]
pub(super) struct Datagrams {
    socket: DatagramSocket,
    session: ServerDatagrams,
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
        Self { socket, session, out, reply, length: TurnLength::new(), queued: false }
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
        let (begin, mut taken, mut most) = (shared.clock.begin(), 0, 1);
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
                self.length.was_used_up(shared.clock.last(), time);
                return if self.length.tells_of_rest() { Turn::Wait } else { Turn::Again };
            }
            if shared.clock.last().saturating_duration_since(begin) >= slice {
                return Turn::Again;
            }
        }
    }

    /// Takes a datagram and answers it: how long that took.
    #[inline]
    fn answer_one(&mut self, programs: &Programs, shared: &mut Shared) -> io::Result<Duration> {
        let received = self.socket.receive(&mut shared.scratch)?;
        let datagram = shared.scratch.get(..received.length).unwrap_or_default();
        if received.is_of_other {
            self.turn_to_caller();
        }
        let handled = self.session.handle_next(programs, datagram, &mut self.out);
        if !self.out.is_empty() {
            let reply = whole(&self.out, &mut self.reply);
            note_sent(self.socket.answer(reply), &shared.recorder);
        }
        let now = Instant::now();
        let time = now.saturating_duration_since(shared.clock.last());
        count(&shared.recorder, &handled);
        note_time(&shared.recorder, &handled, time);
        shared.clock.set(now);
        Ok(time)
    }

    /// The last datagram has come from somebody else than the one before.
    #[inline(never)]
    fn turn_to_caller(&mut self) {
        if let Some(caller) = self.socket.caller() {
            self.session.set_peer(Peer::new(caller, Transport::Udp).calling(self.socket.called()));
        }
    }

    /// Sends a reply that has come later.
    pub(super) fn deliver(&mut self, delivery: Delivery, recorder: &Recorder) {
        count_later(recorder, &delivery);
        let peer = *delivery.peer();
        let out = delivery.into_reply();
        if let Some(caller) = peer.address()
            && !out.is_empty()
        {
            let reply = whole(&out, &mut self.reply);
            note_sent(self.socket.send(reply, caller, peer.called()), recorder);
        }
    }
}

/// A reply that cannot be sent is lost, as any datagram may be; the caller calls again.
#[inline]
fn note_sent(outcome: io::Result<()>, recorder: &Recorder) {
    if outcome.is_err() {
        recorder.count(Event::DroppedUnsent);
    }
}

/// A reply in one piece, put together in `reply` if it is in several.
#[inline]
fn whole<'a>(out: &'a Encoder, reply: &'a mut Vec<u8>) -> &'a [u8] {
    out.as_slice().unwrap_or_else(|| put_together(out, reply))
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
