use super::Raw;
use crate::Result;
use crate::bare::Inlet;
use crate::figure::{Figure, Time};
use crate::wire::Exchange;
use std::io::Write;

impl Raw<'_> {
    /// `depth` calls with or for `size` bytes in flight; for each reply that has come one more call.
    pub(super) fn bulk(&self, exchange: &Exchange, size: usize, depth: usize, time: Time) -> Result<Figure> {
        let socket = self.open(exchange)?;
        (&socket).write_all(&exchange.call)?;
        self.expect(&socket, &exchange.reply)?;

        for _ in 0..depth {
            (&socket).write_all(&exchange.call)?;
        }
        let (mut replies, mut scratch) = (self.replies_of(&socket), Inlet::scratch());
        let figure = time.rate(|| {
            let answered = replies.read(&mut scratch)?.records;
            for _ in 0..answered {
                (&socket).write_all(&exchange.call)?;
            }
            Ok::<_, crate::Error>(answered * size)
        })?;
        Ok(figure.mega())
    }
}
