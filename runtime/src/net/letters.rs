use super::EventLoop;
use super::mailbox::Letter;
use super::source::Source;
use crate::metrics::Event;
use crate::session::server::Delivery;
use mio::Token;
use std::time::Instant;

/// What other threads have for a loop.
impl EventLoop {
    pub(super) fn open(&mut self, letter: Letter) {
        match letter {
            Letter::Reply(delivery) => self.deliver(delivery),
            Letter::Connection(socket, peer, seat) => self.admit(socket, peer, seat),
            Letter::Evict => {
                if self.connections.evict() {
                    self.shared.recorder.count(Event::ClosedForDescriptor);
                }
            }
            Letter::Calls(key) => {
                if let Source::Connection(key) = Source::from(Token(key)) {
                    self.connections.expire_calls(key, Instant::now());
                    self.enqueue(Source::Connection(key));
                }
            }
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        let source = Source::from(Token(delivery.key()));
        match source {
            Source::Connection(key) => {
                if let Some(connection) = self.connections.get_mut(key) {
                    connection.deliver(delivery, &self.shared);
                }
                self.release_output();
                self.enqueue(source);
            }
            Source::Datagrams(index) => {
                if let Some(datagrams) = self.datagrams.get_mut(index) {
                    datagrams.deliver(delivery, &self.shared.recorder);
                }
            }
            Source::Mail | Source::Signal | Source::Listener(_) => {}
        }
    }
}
