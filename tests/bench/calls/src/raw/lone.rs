use super::Raw;
use crate::figure::{Figure, Time};
use crate::wire::Exchange;
use crate::{Result, address};
use socket2::Socket;
use std::io::{Read, Write};

impl Raw<'_> {
    /// One null call after another.
    pub(super) fn lone(&self, time: Time) -> Result<Figure> {
        if self.address.starts_with("udp:") {
            let exchange = Exchange::null().datagrams();
            return time.latency(call(&address::connect(self.address)?, &exchange));
        }
        let exchange = Exchange::null();
        let socket = self.open(&exchange)?;
        time.latency(call(&socket, &exchange))
    }

    /// The same beside connections that do nothing.
    pub(super) fn idle(&self, count: usize, time: Time) -> Result<Figure> {
        let idle = self.idle_connections(count)?;
        let figure = self.lone(time);
        drop(idle);
        figure
    }

    /// Connections that have made one call each.
    pub fn idle_connections(&self, count: usize) -> Result<Vec<Socket>> {
        let exchange = Exchange::null();
        let connect = |_| {
            let socket = self.open(&exchange)?;
            call(&socket, &exchange)()?;
            Ok(socket)
        };
        (0..count).map(connect).collect()
    }
}

/// One call and its reply: a message of this size comes in one piece. Every reply is looked at.
pub(super) fn call<'a>(mut socket: &'a Socket, exchange: &'a Exchange) -> impl FnMut() -> Result<()> {
    let mut reply = vec![0; exchange.reply.len() + 1];
    move || {
        socket.write_all(&exchange.call)?;
        let length = socket.read(&mut reply)?;
        if reply[..length] == exchange.reply { Ok(()) } else { Err("a reply is not what it should be".into()) }
    }
}
