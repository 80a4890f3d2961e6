use super::Raw;
use crate::Result;
use crate::bare::Inlet;
use crate::figure::{Figure, Time};
use crate::wire::Exchange;
use std::io::Write;

/// Parts that a window is written in: with one, all calls would end up on the same side after a while, and each side wait
/// for the other.
const PARTS: usize = 4;

impl Raw<'_> {
    /// Keeps `depth` calls in flight: as many are written as replies have come, at most a part of all at once.
    pub(super) fn window(&self, exchange: &Exchange, depth: usize, time: Time) -> Result<Figure> {
        let size = exchange.call.len();
        let calls = exchange.repeated(depth).call;
        let socket = self.open(exchange)?;
        (&socket).write_all(&calls)?;
        self.expect(&socket, &self.replies(exchange, depth))?;

        let part = depth.div_ceil(PARTS);
        let parts: Vec<&[u8]> = calls.chunks(part * size).collect();
        for part in &parts {
            (&socket).write_all(part)?;
        }
        let (mut replies, mut scratch) = (self.replies_of(&socket), Inlet::scratch());
        let (mut next, mut due) = (parts.iter().cycle().copied(), 0);
        time.rate(|| {
            let answered = replies.read(&mut scratch)?.records;
            due += answered;
            while due >= part {
                (&socket).write_all(next.next().unwrap_or_default())?;
                due -= part;
            }
            Ok(answered)
        })
    }
}
