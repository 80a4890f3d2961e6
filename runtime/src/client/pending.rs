use super::link::Link;
use crate::error::{Error, Result};
use crate::session::Results;
use crate::trace::Trace;
use crate::xdr::{DecodeError, DecodeLimits, Decoder, Xdr, XdrView, XdrWalk};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A call that was started and whose reply is to come: to be waited for by a thread, or awaited by a task of any
/// executor.
///
/// ```
/// # async fn add(client: &oncrpc::Client) -> oncrpc::Result<u32> {
/// let (two, three) = (client.start::<u32>(2, |_| Ok(()))?, client.start::<u32>(3, |_| Ok(()))?);
/// Ok(two.await? + three.await?)
/// # }
/// ```
///
/// While replies are awaited, one or two threads of the client send and read; there is none for callers that wait.
/// The call has its time in either case.
///
/// Dropping it gives the call up: it may still be carried out, and its reply is skipped.
#[must_use = "the call is given up when this is dropped; wait for its results"]
pub struct Pending<T> {
    link: Arc<Link>,
    xid: u32,
    /// Then nothing is left to give up.
    taken: bool,
    /// A task has awaited it.
    awaited: bool,
    decode_limits: DecodeLimits,
    trace: Trace,
    decode: fn(&mut Decoder<'_>) -> Result<T, DecodeError>,
}

impl<T> Pending<T> {
    pub(super) fn new<C: Xdr<Value = T>>(link: Arc<Link>, xid: u32, decode_limits: DecodeLimits, trace: Trace) -> Self {
        Self { link, xid, taken: false, awaited: false, decode_limits, trace, decode: |input| C::decode(input) }
    }

    /// Waits for the results.
    ///
    /// The time that the call has runs from its start. A reply that has come by now is taken even if that time is over.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn wait(mut self) -> Result<T> {
        let mut results = Results::default();
        self.wait_for(&mut results)?;
        self.decode(&results)
    }

    /// The results if they have come, without waiting: sends and reads what can be at once. `None` while they may still
    /// come.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::Taken`] after it has returned an outcome.
    pub fn try_wait(&mut self) -> Option<Result<T>> {
        if self.taken {
            return Some(Err(Error::Taken));
        }
        let outcome = self.link.look(self.xid)?;
        self.taken = true;
        self.trace.finish_with(&outcome);
        Some(outcome.and_then(|results| self.decode(&results)))
    }

    /// Waits for the results and shows them to `look` in place: nothing of them is copied. `C` is the codec of the
    /// results.
    ///
    /// # Errors
    /// As [`Pending::wait`].
    pub fn look<C: XdrView<Value = T>, R>(mut self, look: impl FnOnce(C::View<'_>) -> R) -> Result<R> {
        let mut results = Results::default();
        self.wait_for(&mut results)?;
        Ok(look(results.decoder(self.decode_limits).view::<C>()?))
    }

    /// Waits for the results and lets `walk` go through them in place, in one pass: each element of an array or a list is
    /// checked when its turn comes, and what `walk` does not come to is not. `C` is the codec of the results.
    ///
    /// # Errors
    /// As [`Pending::wait`], and those of `walk`.
    pub fn walk<C: XdrWalk<Value = T>, R>(mut self, walk: impl FnOnce(C::Walk<'_>) -> Result<R>) -> Result<R> {
        let mut results = Results::default();
        self.wait_for(&mut results)?;
        walk(results.decoder(self.decode_limits).walk::<C>()?)
    }

    /// Lets the call go its way: it is sent once, with what follows or with [`Client::flush`](crate::Client::flush), and
    /// its reply is skipped.
    pub fn detach(mut self) {
        if !std::mem::replace(&mut self.taken, true) {
            self.link.detach(self.xid);
            self.trace.finish("detached");
        }
    }

    fn wait_for(&mut self, results: &mut Results) -> Result<()> {
        if std::mem::replace(&mut self.taken, true) {
            return Err(Error::Taken);
        }
        let outcome = self.trace.within(|| self.link.wait(self.xid, results));
        self.trace.finish_with(&outcome);
        outcome
    }

    fn decode(&self, results: &Results) -> Result<T> {
        Ok((self.decode)(&mut results.decoder(self.decode_limits))?)
    }
}

/// As [`Pending::wait`], but the task waits and not the thread. Polled again after its end, it gives [`Error::Taken`].
impl<T> Future for Pending<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if self.taken {
            return Poll::Ready(Err(Error::Taken));
        }
        let first = !std::mem::replace(&mut self.awaited, true);
        match self.link.poll(self.xid, first, context.waker()) {
            None => Poll::Pending,
            Some(outcome) => {
                self.taken = true;
                self.trace.finish_with(&outcome);
                Poll::Ready(outcome.and_then(|results| self.decode(&results)))
            }
        }
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        if !self.taken {
            self.link.forget(self.xid);
            self.trace.finish("given up");
        }
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pending").field("peer", &self.link.peer()).field("xid", &self.xid).finish_non_exhaustive()
    }
}
