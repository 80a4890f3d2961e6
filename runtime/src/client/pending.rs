use super::channel::Channel;
use crate::error::Result;
use crate::xdr::{DecodeError, DecodeLimits, Decoder, Xdr, XdrView};
use std::fmt;
use std::sync::Arc;

/// A call that was started and whose reply is to come.
///
/// Dropping it gives the call up: it may still be carried out, and its reply is skipped.
#[must_use = "the call is given up when this is dropped; wait for its results"]
pub struct Pending<T> {
    channel: Arc<Channel>,
    xid: u32,
    /// Then nothing is left to give up.
    waited: bool,
    decode_limits: DecodeLimits,
    decode: fn(&mut Decoder<'_>) -> Result<T, DecodeError>,
}

impl<T> Pending<T> {
    pub(super) fn new<C: Xdr<Value = T>>(channel: Arc<Channel>, xid: u32, decode_limits: DecodeLimits) -> Self {
        Self { channel, xid, waited: false, decode_limits, decode: |input| C::decode(input) }
    }

    /// Waits for the results.
    ///
    /// The time that the call has runs from its start. A reply that has come by now is taken even if that time is over.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn wait(mut self) -> Result<T> {
        self.waited = true;
        let results = self.channel.wait(self.xid)?;
        Ok((self.decode)(&mut results.decoder(self.decode_limits))?)
    }

    /// Waits for the results and shows them to `look` in place: nothing of them is copied. `C` is the codec of the
    /// results.
    ///
    /// # Errors
    /// As [`Pending::wait`].
    pub fn look<C: XdrView<Value = T>, R>(mut self, look: impl FnOnce(C::View<'_>) -> R) -> Result<R> {
        self.waited = true;
        let results = self.channel.wait(self.xid)?;
        Ok(look(results.decoder(self.decode_limits).view::<C>()?))
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        if !self.waited {
            self.channel.forget(self.xid);
        }
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pending").field("peer", &self.channel.peer()).field("xid", &self.xid).finish_non_exhaustive()
    }
}
