//! What emitted code is written against: the only names it uses, kept stable for it alone.

#[cfg(feature = "arbitrary")]
pub use crate::derive::arbitrary::{arbitrary, arbitrary_other};
#[cfg(feature = "serde")]
pub use crate::derive::serde::Serde;
pub use crate::xdr::{
    Array, ArrayView, DecodeError, Decoder, EncodeError, Encoder, FixedArray, FixedOpaque, HeapArray, HeapOpaque,
    HeapOpaqueVec, Indirect, LazyView, List, ListView, MutualList, MutualListView, Nested, NonEmptyList,
    NonEmptyMutualList, Opaque, OpaqueVec, Optional, Quadruple, Reader, Sink, Source, Str, Text, TextView, Turns,
    TurnsView, Utf8, Viewer, Void, Walk, Writer, Xdr, XdrView, XdrWalk,
};
#[cfg(feature = "net")]
pub use crate::{
    call::Call,
    client::{Client, ClientOptions, Pending},
    dispatch::{
        Answer, Dispatch, argument, argument_view, argument_walk, procedure_unavailable, refused, reply, results,
    },
    error::{Error, Result},
    procedure::Procedure,
    reply::Reply,
    rpc::Credential,
    server::Server,
};
pub use bytes::Bytes;
#[cfg(feature = "net")]
pub use std::time::Duration;

/// Appends `value` as codec `C` has it.
///
/// # Errors
/// See [`Xdr::encode`].
#[inline]
pub fn encode<C: Xdr>(value: &C::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
    C::encode(value, out)
}

/// Appends `value`, an argument of a call, as codec `C` has it.
///
/// # Errors
/// See [`Xdr::encode`].
#[inline]
pub fn put<C: Xdr>(value: &C::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
    out.put_value::<C>(value)
}

/// The most bytes that `value` takes as codec `C` has it.
#[inline]
pub fn most<C: Xdr>(value: &C::Value) -> usize {
    C::most(value)
}

/// Takes a value off the front of `input` as codec `C` has it.
///
/// # Errors
/// See [`Xdr::decode`].
#[inline]
pub fn decode<C: Xdr>(input: &mut impl Source) -> Result<C::Value, DecodeError> {
    C::decode(input)
}

/// Takes a value off the front of `input` in place.
///
/// # Errors
/// See [`XdrView::view`].
#[inline]
pub fn view<'a, C: XdrView>(input: &mut Viewer<'a>) -> Result<C::View<'a>, DecodeError> {
    C::view(input)
}

/// Begins to go through the value at the front of `input` in place.
///
/// # Errors
/// See [`XdrWalk::walk`].
#[inline]
pub fn walk<'a, C: XdrWalk>(input: &mut Viewer<'a>) -> Result<C::Walk<'a>, DecodeError> {
    C::walk(input)
}

/// Checks what has not been gone through.
///
/// # Errors
/// See [`XdrWalk::finish`].
pub fn finish<C: XdrWalk>(walk: C::Walk<'_>) -> Result<(), DecodeError> {
    C::finish(walk)
}

/// What is seen in place as a value of its own.
///
/// # Errors
/// See [`XdrView::to_value`].
pub fn to_value<C: XdrView>(view: C::View<'_>) -> Result<C::Value, DecodeError> {
    C::to_value(view)
}

/// Room for the `length` bytes of a fixed-size structure: one check for all its members.
///
/// # Errors
/// See [`Sink::window`].
#[inline]
pub fn write_window<S: Sink>(out: &mut S, length: usize) -> Result<Writer<'_>, EncodeError> {
    out.window(length)
}

/// The `length` bytes of a fixed-size structure: one check for all its members.
///
/// # Errors
/// See [`Source::window`].
#[inline]
pub fn read_window<S: Source>(input: &mut S, length: usize) -> Result<Reader<'_>, DecodeError> {
    input.window(length)
}

/// Calls `procedure`, whose results are those of codec `C`, and waits for them.
///
/// # Errors
/// See [`Client::call`].
#[cfg(feature = "net")]
pub fn call<C: Xdr>(
    client: &Client,
    procedure: Procedure,
    arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
) -> crate::Result<C::Value> {
    client.call_procedure::<C>(procedure, arguments)
}

/// Begins a call of `procedure`, whose results are those of codec `C`.
///
/// # Errors
/// See [`Client::start`].
#[cfg(feature = "net")]
pub fn start<C: Xdr>(
    client: &Client,
    procedure: Procedure,
    arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
) -> crate::Result<Pending<C::Value>> {
    client.start_procedure::<C>(procedure, arguments)
}

/// Sends a call of `procedure` that the server carries out without a reply.
///
/// # Errors
/// See [`Client::send`].
#[cfg(feature = "net")]
pub fn send(
    client: &Client,
    procedure: Procedure,
    arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
) -> crate::Result<()> {
    client.send(procedure.number(), arguments)
}

/// Waits for the results of a call and shows them to `look` in place.
///
/// # Errors
/// See [`Pending::look`].
#[cfg(feature = "net")]
pub fn look<C: XdrView, R>(call: Pending<C::Value>, look: impl FnOnce(C::View<'_>) -> R) -> crate::Result<R> {
    call.look::<C, R>(look)
}

/// Waits for the results of a call and lets `walk` go through them in place.
///
/// # Errors
/// See [`Pending::walk`].
#[cfg(feature = "net")]
pub fn go_through<C: XdrWalk, R>(
    call: Pending<C::Value>,
    walk: impl FnOnce(C::Walk<'_>) -> crate::Result<R>,
) -> crate::Result<R> {
    call.walk::<C, R>(walk)
}
