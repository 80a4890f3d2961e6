use super::datagram_socket::DatagramSocket;
use super::shared::Shared;
use super::tally::{count, count_later};
use super::{Turn, readiness};
use crate::call::Peer;
use crate::metrics::{Event, Recorder};
use crate::session::server::{Delivery, Origin, Programs, ServerDatagrams};
use crate::xdr::Encoder;
use mio::net::UdpSocket;
use mio::{Registry, Token};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The most datagrams answered before others have their turn.
const PER_TURN: u32 = 64;

/// The fewest that a turn takes if there are so many.
const SHORTEST: u32 = if readiness::TELLS_OF_REST { 1 } else { PER_TURN };

/// The turns in a row that were too short, after which the next ones are longer.
const SHORT_TURNS: u32 = 32;

/// The turns in a row that found nothing, after which a socket is not trusted to tell of what is there: one that another
/// process has shut down tells of its end for ever.
const VAIN_TURNS: u32 = 64;

/// A UDP socket of the server.
#[derive(Debug)]
pub(super) struct Datagrams {
    socket: DatagramSocket,
    session: ServerDatagrams,
    out: Encoder,
    /// A reply in one piece.
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
        Self { socket, session, out: Encoder::new(), reply: Vec::new(), length: TurnLength::new(), queued: false }
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

    /// Answers some of the datagrams that have come, until `slice` is over. `scratch` is larger than any.
    pub(super) fn turn(&mut self, programs: &Programs, shared: &mut Shared, slice: Duration) -> Turn {
        let begin = shared.now;
        for taken in 0..self.length.datagrams {
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
                Err(_) => {
                    self.length.was_enough(taken);
                    return Turn::Wait;
                }
            }
        }
        self.length.was_used_up();
        if self.length.tells_of_rest { Turn::Wait } else { Turn::Again }
    }

    /// Sends a reply that has come later.
    pub(super) fn deliver(&mut self, delivery: Delivery, recorder: &Recorder) {
        count_later(recorder, &delivery);
        let caller = *delivery.peer();
        send(&self.socket, &delivery.into_reply(), &mut self.reply, &caller, recorder);
    }
}

/// How many datagrams a turn takes. One that takes all there are has to try for one more in vain, which is a third of what
/// a lone call costs the system; one that takes fewer waits in between, although the next is there. So it is what has
/// come together lately, and now and then more.
#[derive(Debug)]
struct TurnLength {
    datagrams: u32,
    /// The last turns that found so many.
    used_up: u32,
    /// The last turns that found none.
    vain: u32,
    /// Whether the socket tells of what a turn leaves.
    tells_of_rest: bool,
}

impl TurnLength {
    const fn new() -> Self {
        Self { datagrams: SHORTEST, used_up: 0, vain: 0, tells_of_rest: readiness::TELLS_OF_REST }
    }

    /// For a socket that tells only of what comes.
    const fn until_nothing_is_there() -> Self {
        Self { datagrams: PER_TURN, used_up: 0, vain: 0, tells_of_rest: false }
    }

    const fn is_vain(&self) -> bool {
        self.tells_of_rest && self.vain >= VAIN_TURNS
    }

    fn was_used_up(&mut self) {
        self.vain = 0;
        self.used_up += 1;
        if self.used_up >= SHORT_TURNS {
            self.used_up = 0;
            self.datagrams = self.datagrams.saturating_mul(2).min(PER_TURN);
        }
    }

    fn was_enough(&mut self, taken: u32) {
        self.vain = if taken == 0 { self.vain.saturating_add(1) } else { 0 };
        self.used_up = 0;
        if self.tells_of_rest {
            self.datagrams = taken.max(SHORTEST);
        }
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
