//! A driver that writes calls and reads replies as bytes: for bare sockets, and for any server of `bench.x`, whose work it
//! shows without that of a client.

mod bulk;
mod connections;
mod lone;
mod pipelined;
mod replies;
mod threads;
mod window;

use crate::Result;
use crate::address;
use crate::bare::Hello;
use crate::figure::{Figure, Time};
use crate::scenario::Scenario;
use crate::wire::Exchange;
use replies::Replies;
use socket2::Socket;
use std::io::Read;

/// What the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Bare sockets.
    Bare,
    /// Bare sockets, both ends of which receive each record as a whole into one place.
    BareWhole,
    /// A server of `bench.x`.
    Rpc,
}

/// Drives the server at `address`.
#[derive(Debug)]
pub struct Raw<'a> {
    pub server: Server,
    pub address: &'a str,
}

impl Raw<'_> {
    pub fn run(&self, scenario: Scenario, time: Time) -> Result<Figure> {
        match scenario {
            Scenario::Lone => self.lone(time),
            Scenario::Idle { count } => self.idle(count, time),
            Scenario::Pipelined { depth } => self.pipelined(&Exchange::null(), depth, time),
            Scenario::Window { depth } => self.window(&Exchange::null(), depth, time),
            Scenario::Echo { depth } => self.window(&Exchange::echo(), depth, time),
            Scenario::Connections { count, depth } => self.connections(count, depth, time),
            Scenario::Threads { count } => self.threads(count, time),
            Scenario::Write { size, depth } => self.bulk(&Exchange::write(size), size, depth, time),
            Scenario::Read { size, depth } => self.bulk(&Exchange::read(size), size, depth, time),
        }
    }

    /// A blocking connection for calls as in `exchange`.
    fn open(&self, exchange: &Exchange) -> Result<Socket> {
        let socket = address::connect(self.address)?;
        if self.server != Server::Rpc {
            Hello { whole: self.receives_whole(), reply: exchange.reply.clone() }.send(&socket)?;
        }
        Ok(socket)
    }

    /// The replies to `count` calls of `exchange`: bare sockets answer always the same.
    fn replies(&self, exchange: &Exchange, count: usize) -> Vec<u8> {
        match self.server {
            Server::Rpc => exchange.repeated(count).reply,
            _ => exchange.reply.repeat(count),
        }
    }

    /// What comes on `socket` from now on.
    fn replies_of<'a>(&self, socket: &'a Socket) -> Replies<'a> {
        Replies::new(socket, self.receives_whole())
    }

    fn receives_whole(&self) -> bool {
        self.server == Server::BareWhole
    }

    /// Fails unless what comes from `socket` is `expected`.
    fn expect(&self, mut socket: &Socket, expected: &[u8]) -> Result<()> {
        let mut replies = vec![0; expected.len()];
        socket.read_exact(&mut replies)?;
        if replies == expected { Ok(()) } else { Err("a reply is not what it should be".into()) }
    }
}
