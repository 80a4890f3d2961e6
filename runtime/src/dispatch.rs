use crate::call::Call;
use crate::error::{Error, Result};
use crate::procedure::Procedure;
use crate::reply::Reply;
use crate::xdr::{Decoder, Encoder, Sink, Xdr, XdrView, XdrWalk};
use std::fmt;
use std::sync::Arc;

/// One version of a program, ready to be served. Emitted code implements it.
pub trait Dispatch: Send + Sync + 'static {
    /// The program.
    fn program(&self) -> u32;

    /// Its version.
    fn version(&self) -> u32;

    /// Its procedures, in order of their numbers. A call of any other is refused before it is dispatched.
    fn procedures(&self) -> &'static [Procedure];

    /// Decodes the arguments of `call` from `input`, carries it out and appends the results to `out`.
    ///
    /// # Errors
    /// What is to be replied instead of results; what was appended is then taken back.
    fn dispatch(&self, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<Answer>;
}

/// One that several clients serve.
#[derive(Clone)]
pub(crate) struct SharedDispatch(Arc<dyn Dispatch>);

impl SharedDispatch {
    pub(crate) fn new(dispatch: impl Dispatch) -> Self {
        Self(Arc::new(dispatch))
    }
}

impl Dispatch for SharedDispatch {
    fn program(&self) -> u32 {
        self.0.program()
    }

    fn version(&self) -> u32 {
        self.0.version()
    }

    fn procedures(&self) -> &'static [Procedure] {
        self.0.procedures()
    }

    fn dispatch(&self, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<Answer> {
        self.0.dispatch(call, input, out)
    }
}

impl fmt::Debug for SharedDispatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.program(), self.version()).fmt(out)
    }
}

/// What dispatching a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The results stand in the output.
    Results,
    /// There is no reply yet: somebody has taken the call over, and answers it.
    Deferred,
    /// There is no reply: the caller does not wait for one.
    Silent,
}

/// The next argument of a call. Bytes behind the last one are ignored, as C servers do.
///
/// # Errors
/// [`Error::GarbageArguments`] if it cannot be decoded.
pub fn argument<C: Xdr>(input: &mut Decoder<'_>) -> Result<C::Value> {
    C::decode(input).map_err(|_| Error::GarbageArguments)
}

/// The next argument of a call, in place.
///
/// # Errors
/// [`Error::GarbageArguments`] if it cannot be decoded.
pub fn argument_view<'a, C: XdrView>(input: &mut Decoder<'a>) -> Result<C::View<'a>> {
    input.view::<C>().map_err(|_| Error::GarbageArguments)
}

/// The last argument of a call, in place, to be gone through by the handler.
///
/// # Errors
/// [`Error::GarbageArguments`] if what stands before its first element cannot be decoded.
pub fn argument_walk<'a, C: XdrWalk>(input: &mut Decoder<'a>) -> Result<C::Walk<'a>> {
    input.walk::<C>().map_err(|_| Error::GarbageArguments)
}

/// What a handler that goes through its argument returns, as a reply: what cannot be decoded is the caller's fault.
pub fn refused(error: Error) -> Error {
    if let Error::Decode(_) = error { Error::GarbageArguments } else { error }
}

/// Appends the results of a call.
///
/// # Errors
/// [`Error::Encode`] if they break a bound of their declaration or are too large.
pub fn results<C: Xdr>(value: &C::Value, out: &mut Encoder) -> Result<Answer> {
    out.put_value::<C>(value)?;
    Ok(Answer::Results)
}

/// What a version replies to a procedure it does not have.
pub fn procedure_unavailable() -> Error {
    Error::ProcedureUnavailable
}

/// The reply to `call`, whose results are those of codec `C`, to be sent later: the answer is then
/// [`Answer::Deferred`].
pub fn reply<C: Xdr>(call: &Call) -> Reply<C::Value> {
    Reply::new::<C>(call)
}
