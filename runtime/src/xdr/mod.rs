//! XDR (RFC 4506): values to bytes and back.
//!
//! A [codec](Xdr) is a type that says how a value of [`Xdr::Value`] stands on the wire. Emitted structures, unions and
//! enumerations and Rust's numbers are their own codecs; the declaration forms of the language are codecs built from
//! others: `opaque data<8>` is [`Opaque<8>`], `name list<>` is `Array<Str<255>>`, and so on, one file a form.
//!
//! Encoding is exact: bounds are checked, padding is zero. Decoding is lenient where C peers are (any non-zero number
//! is true, padding may hold anything) and strict where memory is at stake: every length is checked against its bound
//! and against the bytes that are there before anything is reserved, and [`DecodeLimits`] caps depth and memory.

mod array;
mod copied;
mod decoder;
mod encoder;
mod error;
mod growth;
mod hypers;
mod limits;
mod list;
mod mutual_list;
mod nested;
mod number;
mod opaque;
mod optional;
mod sink;
mod source;
mod string;
mod text;
mod view;
mod void;
mod words;

pub use array::{Array, FixedArray, HeapArray};
pub use copied::{HeapOpaqueVec, OpaqueVec, Utf8};
pub use decoder::Decoder;
pub use encoder::{Encoder, Mark};
pub use error::{DecodeError, EncodeError};
pub use limits::DecodeLimits;
pub use list::{List, NonEmptyList};
#[cfg(feature = "arbitrary")]
pub(crate) use mutual_list::next as next_turn;
pub use mutual_list::{MutualList, NonEmptyMutualList, Turns};
pub use nested::Nested;
pub use number::Quadruple;
pub use opaque::{FixedOpaque, HeapOpaque, Opaque};
pub use optional::{Indirect, Optional};
pub use sink::{Sink, Writer};
pub use source::{Reader, Source};
pub use string::Str;
pub use text::Text;
pub use view::{
    ArrayView, Elements, LazyView, ListView, MutualListView, MutualNodes, Nodes, Sequence, TextView, TurnsView, Viewer,
    Walk, XdrView, XdrWalk, view_bytes,
};
pub use void::Void;

use alloc::vec::Vec;
use bytes::Bytes;
use growth::fill;

/// How a value stands on the wire.
pub trait Xdr: Sized {
    /// The Rust value.
    type Value;

    /// The fewest bytes a value takes; a multiple of 4.
    const MIN: usize;

    /// The most bytes a value takes; `usize::MAX` is unbounded. Equal to [`Xdr::MIN`] for a fixed-size type.
    const MAX: usize;

    /// The most bytes that `value` takes, if that can be told by looking at a few lengths, or else [`Xdr::MAX`]. Room for
    /// a small value is then made at once.
    #[inline]
    fn most(value: &Self::Value) -> usize {
        let _ = value;
        Self::MAX
    }

    /// Appends `value` to `out`.
    ///
    /// # Errors
    /// The value breaks a bound of its declaration, or the message grows too large. What was appended is then to be
    /// [truncated](Encoder::truncate).
    fn encode(value: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError>;

    /// Takes a value off the front of `input`.
    ///
    /// # Errors
    /// The bytes are no such value, or it would exceed a [limit](DecodeLimits).
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError>;

    /// Appends `values` one after another, without a count.
    ///
    /// # Errors
    /// As [`Xdr::encode`].
    #[inline]
    fn encode_all(values: &[Self::Value], out: &mut impl Sink) -> Result<(), EncodeError> {
        if Self::MIN == Self::MAX {
            let mut out = out.window(Self::MAX.saturating_mul(values.len()))?;
            values.iter().try_for_each(|value| Self::encode(value, &mut out))
        } else {
            values.iter().try_for_each(|value| out.put_value::<Self>(value))
        }
    }

    /// Takes `count` values off the front of `input`, which has been [checked](Source::expect) to be long enough for
    /// the smallest ones.
    ///
    /// # Errors
    /// As [`Xdr::decode`].
    #[inline]
    fn decode_all(input: &mut impl Source, count: usize) -> Result<Vec<Self::Value>, DecodeError> {
        let mut values = Vec::with_capacity(count);
        if Self::MIN == Self::MAX {
            let mut input = input.window(Self::MAX.saturating_mul(count))?;
            for _ in 0..count {
                fill(&mut values, &mut input, Self::decode)?;
            }
        } else {
            for _ in 0..count {
                fill(&mut values, input, Self::decode)?;
            }
        }
        Ok(values)
    }

    /// Takes `N` values off the front of `input`.
    ///
    /// # Errors
    /// As [`Xdr::decode`].
    fn decode_array<const N: usize>(input: &mut impl Source) -> Result<[Self::Value; N], DecodeError> {
        // `Vec` because a fallible array constructor is not stable; that its length is another cannot happen.
        let short = |values: Vec<Self::Value>| DecodeError::Truncated { needed: N, remaining: values.len() };
        Self::decode_all(input, N)?.try_into().map_err(short)
    }
}

/// The bytes of one value.
///
/// # Errors
/// See [`Xdr::encode`].
pub fn to_bytes<C: Xdr>(value: &C::Value) -> Result<Bytes, EncodeError> {
    let mut out = Encoder::new();
    out.put_value::<C>(value)?;
    Ok(out.into_bytes())
}

/// The one value that `bytes` holds. Opaque data and strings are slices of `bytes`, not copies.
///
/// # Errors
/// See [`Xdr::decode`]; bytes left over are an error, too.
pub fn from_bytes<C: Xdr>(bytes: &Bytes) -> Result<C::Value, DecodeError> {
    let mut input = Decoder::shared(bytes);
    let value = C::decode(&mut input)?;
    match input.remaining() {
        0 => Ok(value),
        count => Err(DecodeError::Trailing { count }),
    }
}

/// Zero bytes that follow `length` bytes of opaque data, 0 to 3 (RFC 4506 §4.9).
pub(crate) const fn padding(length: usize) -> usize {
    length.wrapping_neg() & 3
}

/// `length` and its padding; saturates.
pub(crate) const fn padded(length: usize) -> usize {
    length.saturating_add(padding(length))
}
