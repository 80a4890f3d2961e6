use super::Raw;
use crate::Result;
use crate::bare::Inlet;
use crate::figure::{Figure, Time};
use crate::wire::Exchange;
use std::io::Write;

impl Raw<'_> {
    /// `depth` calls in one write, then all replies to them.
    pub(super) fn pipelined(&self, exchange: &Exchange, depth: usize, time: Time) -> Result<Figure> {
        let calls = exchange.repeated(depth).call;
        let socket = self.open(exchange)?;
        (&socket).write_all(&calls)?;
        self.expect(&socket, &self.replies(exchange, depth))?;

        let (mut replies, mut scratch) = (self.replies_of(&socket), Inlet::scratch());
        time.rate(|| {
            (&socket).write_all(&calls)?;
            let mut left = depth;
            while left > 0 {
                left = left.checked_sub(replies.read(&mut scratch)?.records).ok_or("more than was asked for")?;
            }
            Ok(depth)
        })
    }
}
