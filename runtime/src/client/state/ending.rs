//! What becomes of the calls when a connection ends, and when there is another one.

use super::State;
use crate::address::Transport;
use crate::client::socket::PeerSocket;
use crate::error::Error;
use crate::trace;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

impl State {
    /// The stream has ended.
    pub(in crate::client) fn end(&mut self, error: &Error) {
        if let Some(service) = &self.service {
            service.end();
        }
        if self.wire.may_reconnect() {
            trace::lost(&self.peer, error);
            self.wire.lose(error.clone());
            self.settle();
        } else {
            self.close(error);
        }
    }

    /// After the end of a connection, once no thread uses it: decides what becomes of each call.
    #[inline]
    pub(in crate::client) fn settle(&mut self) {
        if self.wire.is_lost() && self.input.is_some() && self.output.is_home() {
            self.settle_lost();
        }
    }

    #[cold]
    fn settle_lost(&mut self) {
        let Some(error) = self.wire.settle(Instant::now()) else { return };
        self.broken = None;
        let unsent = self.output.take_unsent();
        let again = self.calls.lose(&unsent.iter().map(|(xid, _)| *xid).collect(), &error);
        self.output.put(again.into_iter().chain(unsent.into_iter().map(|(_, record)| record)));
        self.wake_all();
    }

    /// Takes a new connection in use.
    pub(in crate::client) fn install(&mut self, socket: PeerSocket, transport: Transport) {
        if let Some(service) = &self.service {
            service.begin(socket.peer(transport));
        }
        self.socket = Arc::new(socket);
        self.output.install(&self.socket);
        if let Some(input) = &mut self.input {
            input.reset(Arc::clone(&self.socket), self.limits);
        }
        let dropped = mem::take(&mut self.wire.dropped);
        if !dropped.is_empty() {
            let wanted = self.output.take_unsent().into_iter().filter(|(xid, _)| !dropped.contains(xid));
            self.output.put(wanted.map(|(_, record)| record).collect::<Vec<_>>());
        }
        trace::connected_again(&self.peer);
        self.wire.connected();
        self.wake_all();
    }

    /// Wakes everybody: something has changed for all.
    pub(in crate::client) fn wake_all(&mut self) {
        self.returning += self.parked.len();
        self.woken.threads.extend(self.parked.drain().map(|(_, thread)| thread));
        self.tasks.drain(&mut self.woken);
        self.wake_crowded();
    }

    /// The connection has ended: every call without an outcome fails with `error`.
    pub(in crate::client) fn close(&mut self, error: &Error) {
        self.closed = true;
        self.fail_all(error);
    }

    /// Every call without an outcome fails with `error`.
    pub(in crate::client) fn fail_all(&mut self, error: &Error) {
        self.output.clear();
        self.calls.fail_all(error);
        self.wake_all();
    }

    /// Sending failed: nothing more is sent, calls in flight may still be answered.
    pub(in crate::client) fn break_off(&mut self, error: Error) {
        if !self.wire.may_reconnect() {
            self.output.clear();
        }
        self.broken.get_or_insert(error);
    }
}
