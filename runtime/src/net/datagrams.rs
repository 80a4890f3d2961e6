use super::Turn;
use super::datagram_socket::DatagramSocket;
use super::shared::Shared;
use super::tally::{count, count_later};
use crate::call::Peer;
use crate::metrics::{Event, Recorder};
use crate::session::server::{Delivery, Origin, Programs, ServerDatagrams};
use crate::xdr::Encoder;
use mio::net::UdpSocket;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The datagrams answered before others have their turn.
const PER_TURN: u32 = 64;

/// A UDP socket of the server.
#[derive(Debug)]
pub(super) struct Datagrams {
    socket: DatagramSocket,
    session: ServerDatagrams,
    out: Encoder,
    /// A reply in one piece.
    reply: Vec<u8>,
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
        Self { socket, session, out: Encoder::new(), reply: Vec::new(), queued: false }
    }

    pub(super) fn socket_mut(&mut self) -> &mut UdpSocket {
        self.socket.socket_mut()
    }

    /// Whether replies are to come.
    pub(super) fn is_busy(&self) -> bool {
        self.session.in_flight() > 0
    }

    /// Answers some of the datagrams that have come, until `slice` is over. `scratch` is larger than any.
    pub(super) fn turn(&mut self, programs: &Programs, shared: &mut Shared, slice: Duration) -> Turn {
        let begin = shared.now;
        for _ in 0..PER_TURN {
            match self.socket.receive(&mut shared.scratch) {
                Ok((length, peer)) => {
                    let datagram = shared.scratch.get(..length).unwrap_or_default();
                    let handled = self.session.handle_datagram(programs, peer, datagram, &mut self.out);
                    send(&self.socket, &self.out, &mut self.reply, &peer, &shared.recorder);
                    let now = Instant::now();
                    count(&shared.recorder, &handled, Some(now.saturating_duration_since(shared.now)));
                    shared.now = now;
                    if now.saturating_duration_since(begin) >= slice {
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

    /// Sends a reply that has come later.
    pub(super) fn deliver(&mut self, delivery: Delivery, recorder: &Recorder) {
        count_later(recorder, &delivery);
        let caller = *delivery.peer();
        send(&self.socket, &delivery.into_reply(), &mut self.reply, &caller, recorder);
    }
}

/// A reply that cannot be sent is lost, as any datagram may be; the caller calls again.
fn send(socket: &DatagramSocket, out: &Encoder, reply: &mut Vec<u8>, caller: &Peer, recorder: &Recorder) {
    if out.is_empty() {
        return;
    }
    reply.clear();
    out.slices().for_each(|slice| reply.extend_from_slice(slice));
    if socket.send(reply, caller).is_err() {
        recorder.count(Event::DroppedUnsent);
    }
}

fn is_of_sending(kind: ErrorKind) -> bool {
    use ErrorKind::{ConnectionRefused, HostUnreachable, Interrupted, NetworkUnreachable};
    matches!(kind, ConnectionRefused | HostUnreachable | Interrupted | NetworkUnreachable)
}
