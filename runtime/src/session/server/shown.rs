use super::{Origin, Programs};
use crate::address::Transport;
use crate::call::{Call, Peer};
use crate::capture::{Direction, Route};
use crate::xdr::{Encoder, Mark};

impl Programs {
    /// Shows the message of a call to whoever captures.
    #[inline]
    pub(super) fn show_received(&self, call: &Call, message: &[u8]) {
        if self.capture.is_on() {
            self.show(call, Direction::Received, [message].into_iter());
        }
    }

    /// Shows the reply to `call`, which stands in `out` from `start` on, to whoever captures.
    #[inline]
    pub(super) fn show_sent(&self, call: &Call, out: &Encoder, start: Mark) {
        if self.capture.is_on() {
            self.show(call, Direction::Sent, out.slices_since(start));
        }
    }

    /// Shows a message of or for `peer` to whoever captures.
    pub(super) fn show_to(&self, origin: &Origin, peer: &Peer, direction: Direction, message: &[u8]) {
        if self.capture.is_on() {
            self.record(origin, peer, direction, [message].into_iter());
        }
    }

    #[cold]
    fn show<'a>(&self, call: &Call, direction: Direction, pieces: impl Iterator<Item = &'a [u8]> + Clone) {
        if let Some(origin) = call.origin() {
            self.record(origin, call.peer(), direction, pieces);
        }
    }

    fn record<'a>(
        &self,
        origin: &Origin,
        peer: &Peer,
        direction: Direction,
        pieces: impl Iterator<Item = &'a [u8]> + Clone,
    ) {
        let route = Route {
            is_stream: peer.transport() != Transport::Udp,
            peer: peer.address(),
            local: origin.local(peer),
            connection: origin.key() as u64,
        };
        self.capture.record(origin.port().now(), direction, route, pieces);
    }
}
