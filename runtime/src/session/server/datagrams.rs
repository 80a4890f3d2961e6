use super::form::AsDatagram;
use super::{Handled, Origin, Programs};
use crate::call::{Call, Peer};
use crate::metrics::Event;
use crate::xdr::Encoder;
use std::sync::Arc;

/// One socket of a server for datagrams: messages in, replies out.
#[derive(Debug)]
pub struct ServerDatagrams {
    origin: Option<Arc<Origin>>,
    /// The call that is being answered, whoever sent it; `None` before the first.
    call: Option<Call>,
}

impl ServerDatagrams {
    /// A socket. Without an `origin`, each call is answered at once: one that is deferred fails.
    pub fn new(origin: Option<Arc<Origin>>) -> Self {
        Self { origin, call: None }
    }

    /// Calls that are answered later.
    pub fn in_flight(&self) -> usize {
        self.origin.as_ref().map_or(0, |origin| origin.in_flight())
    }

    /// Answers a datagram of `peer`: puts the reply into `out`, which is emptied first, or nothing if it is answered
    /// later, or not at all. While too many calls are in flight, datagrams are dropped: their senders call again.
    pub fn handle_datagram(&mut self, programs: &Programs, peer: Peer, datagram: &[u8], out: &mut Encoder) -> Handled {
        self.set_peer(peer);
        self.handle_next(programs, datagram, out)
    }

    /// The datagrams that are handled [next](Self::handle_next) are of `peer`.
    #[inline(never)]
    pub fn set_peer(&mut self, peer: Peer) {
        self.call.get_or_insert_with(|| Call::new(peer, self.origin.clone())).set_peer(peer);
    }

    /// As [`handle_datagram`](Self::handle_datagram), of the same peer as before; nothing is done before [one](Self::set_peer) is known.
    #[inline]
    pub fn handle_next(&mut self, programs: &Programs, datagram: &[u8], out: &mut Encoder) -> Handled {
        out.clear();
        let Some(call) = self.call.as_mut().filter(|_| !self.origin.as_ref().is_some_and(|origin| origin.is_full()))
        else {
            return Handled::not_carried_out(Event::DroppedInFlight, datagram.len(), 0);
        };
        match programs.handle_lone::<AsDatagram>(call, datagram, out) {
            Some(handled) => handled,
            None => programs.handle_datagram(call, datagram, out),
        }
    }
}

/// Replies that are still to come have nowhere to go.
impl Drop for ServerDatagrams {
    fn drop(&mut self) {
        if let Some(origin) = &self.origin {
            origin.close();
        }
    }
}
