use crate::call::Call;
use crate::error::{Error, Result};
use crate::xdr::{Decoder, Encoder, Xdr, XdrView};

/// One version of a program, ready to be served. Emitted code implements it.
pub trait Dispatch: Send + Sync + 'static {
    /// The program.
    fn program(&self) -> u32;

    /// Its version.
    fn version(&self) -> u32;

    /// The name of a procedure in the interface; `None` if there is none of that number: a call of it may be refused
    /// before it is dispatched.
    fn procedure_name(&self, procedure: u32) -> Option<&'static str>;

    /// The most bytes that the arguments of a procedure can take; `None` if there is no bound or no such procedure.
    ///
    /// A call that comes in pieces over a stream and announces more, beyond a slack of 1 KiB, is refused as soon as its
    /// header has come. Stops a peer from making the server keep what no procedure would take.
    fn largest_arguments(&self, procedure: u32) -> Option<usize> {
        let _ = procedure;
        None
    }

    /// Decodes the arguments of `call` from `input`, carries it out and appends the results to `out`.
    ///
    /// # Errors
    /// What is to be replied instead of results; what was appended is then taken back.
    fn dispatch(&self, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<()>;
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

/// Appends the results of a call.
///
/// # Errors
/// [`Error::Encode`] if they break a bound of their declaration or are too large.
pub fn results<C: Xdr>(value: &C::Value, out: &mut Encoder) -> Result<()> {
    Ok(C::encode(value, out)?)
}

/// What a version replies to a procedure it does not have.
pub fn procedure_unavailable() -> Error {
    Error::ProcedureUnavailable
}
