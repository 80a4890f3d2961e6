use super::Raw;
use super::replies::Replies;
use crate::Result;
use crate::bare::Inlet;
use crate::figure::{Figure, Time};
use crate::wire::Exchange;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use std::io::Write;
use std::os::fd::AsRawFd;

impl Raw<'_> {
    /// `depth` null calls in flight on each of `count` connections, all of one thread.
    pub(super) fn connections(&self, count: usize, depth: usize, time: Time) -> Result<Figure> {
        let exchange = Exchange::null();
        let calls = exchange.repeated(depth).call;
        let sockets = (0..count).map(|_| self.open(&exchange)).collect::<Result<Vec<_>>>()?;
        let mut poll = Poll::new()?;
        for (number, mut socket) in sockets.iter().enumerate() {
            socket.write_all(&calls)?;
            self.expect(socket, &self.replies(&exchange, depth))?;
            socket.set_nonblocking(true)?;
            poll.registry().register(&mut SourceFd(&socket.as_raw_fd()), Token(number), Interest::READABLE)?;
            socket.write_all(&calls)?;
        }

        let (mut events, mut scratch) = (Events::with_capacity(count), Inlet::scratch());
        let mut connections: Vec<(Replies<'_>, usize)> =
            sockets.iter().map(|socket| (self.replies_of(socket), depth)).collect();
        time.rate(|| {
            poll.poll(&mut events, None)?;
            let mut answered = 0;
            for event in &events {
                let (replies, left) = &mut connections[event.token().0];
                *left = left.checked_sub(replies.read(&mut scratch)?.records).ok_or("more than was asked for")?;
                if *left == 0 {
                    *left = depth;
                    answered += depth;
                    replies.socket().write_all(&calls)?;
                }
            }
            Ok(answered)
        })
    }
}
