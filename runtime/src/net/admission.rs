use super::connection::Connection;
use super::listener::Accepted;
use super::mailbox::Letter;
use super::seats::Seat;
use super::source::Source;
use super::stream::Stream;
use super::watched::Watched;
use super::{EventLoop, Turn};
use crate::call::Peer;
use crate::metrics::Event;
use crate::session::server::{Origin, Port, ServerStream};
use mio::Interest;
use std::sync::Arc;
use std::time::Instant;

/// Connections accepted before others have their turn.
const ACCEPTS: u32 = 64;

impl EventLoop {
    pub(super) fn accept(&mut self, index: usize) -> Turn {
        for _ in 0..ACCEPTS {
            let Some(listener) = self.listeners.get_mut(index) else {
                return Turn::Wait;
            };
            match listener.accept() {
                Accepted::Connection(socket, peer) => self.seat(socket, peer),
                Accepted::None => return Turn::Wait,
                Accepted::Lost => {}
                Accepted::NoDescriptor if self.connections.evict() => {
                    self.shared.recorder.count(Event::ClosedForDescriptor);
                }
                accepted @ (Accepted::NoDescriptor | Accepted::Exhausted) => {
                    listener.pause(Instant::now());
                    if let Accepted::NoDescriptor = accepted
                        && let Some(fullest) = self.stop.loops().get(self.seats.fullest())
                    {
                        fullest.send(Letter::Evict);
                    }
                    return Turn::Wait;
                }
            }
        }
        Turn::Again
    }

    /// Hands a connection to the loop whose turn it is, which may be this one.
    fn seat(&mut self, socket: Stream, peer: Peer) {
        let loops = self.stop.loops();
        let seat = self.seats.take(self.next_row);
        self.next_row = self.next_row.wrapping_add(1).checked_rem(loops.len()).unwrap_or_default();
        match loops.get(seat.row()) {
            Some(mailbox) if !Arc::ptr_eq(mailbox, &self.mailbox) => {
                mailbox.send(Letter::Connection(socket, peer, seat));
            }
            _ => self.admit(socket, peer, seat),
        }
    }

    /// Takes a connection in; one that the system refuses to watch is closed.
    pub(crate) fn admit(&mut self, mut socket: Stream, peer: Peer, seat: Seat) {
        while self.seats.is_overbooked() && self.connections.evict() {
            self.shared.recorder.count(Event::ClosedForAnother);
        }
        let token = Source::Connection(self.connections.next_key()).token();
        let interest = Interest::READABLE | Interest::WRITABLE;
        let watched = self.poll.registry().register(&mut socket, token, interest);
        if watched.and_then(|()| socket.set_nodelay()).is_ok() {
            let port: Arc<dyn Port> = self.mailbox.clone();
            let origin = Origin::connection(Arc::clone(&self.programs), port, token.0);
            if let Some(local) = socket.local_addr() {
                origin.set_local(local);
            }
            let now = Instant::now();
            let place = self.roster.enter(peer, Arc::clone(&origin), seat, now);
            let socket = Watched::new(socket, now);
            let stream = ServerStream::new(peer, &self.programs, Some(origin));
            let connection = Connection::new(socket, stream, place, &self.shared);
            let key = self.connections.insert(connection, &self.programs);
            self.shared.recorder.count(Event::Accepted);
            if self.stop.is_asked()
                && let Some(connection) = self.connections.get_mut(key)
            {
                connection.stop();
                self.enqueue(Source::Connection(key));
            }
        }
    }
}
