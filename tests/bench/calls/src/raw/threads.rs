use super::Raw;
use super::lone::call;
use crate::Result;
use crate::figure::{Figure, Time};
use crate::wire::Exchange;

impl Raw<'_> {
    /// Null calls from `count` threads, each with a connection of its own.
    pub(super) fn threads(&self, count: usize, time: Time) -> Result<Figure> {
        let exchange = Exchange::null();
        let sockets: Vec<_> = (0..count).map(|_| self.open(&exchange)).collect::<Result<_>>()?;
        time.threads(sockets.iter().map(|socket| call(socket, &exchange)))
    }
}
