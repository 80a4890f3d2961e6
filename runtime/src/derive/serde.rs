//! serde's traits for [`Text`] and [`Quadruple`], and for members with arrays of more than 32 elements, which serde does
//! not know. Bounds are not looked at: encoding the value does that.

mod read;

use crate::xdr::{
    Array, FixedArray, FixedOpaque, HeapArray, HeapOpaque, HeapOpaqueVec, Indirect, List, MutualList, Nested,
    NonEmptyList, NonEmptyMutualList, Opaque, OpaqueVec, Optional, Quadruple, Str, Text, Turns, Utf8, Xdr,
};
use core::marker::PhantomData;
use serde::ser::{Serialize, SerializeTuple, Serializer};

/// `#[serde(with = "Serde::<CODEC>")]`: the values of a codec, arrays of any length as the tuples that serde takes
/// shorter ones for.
#[derive(Debug)]
pub struct Serde<C>(PhantomData<C>);

impl<C: SerializeAs> Serde<C> {
    /// Writes a value.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn serialize<S: Serializer>(value: &C::Value, out: S) -> Result<S::Ok, S::Error> {
        C::serialize(value, out)
    }
}

/// A codec whose values serde can write.
pub trait SerializeAs: Xdr {
    /// Writes a value.
    ///
    /// # Errors
    /// Those of `out`.
    fn serialize<S: Serializer>(value: &Self::Value, out: S) -> Result<S::Ok, S::Error>;
}

impl<T: Xdr<Value = T> + Serialize> SerializeAs for T {
    fn serialize<S: Serializer>(value: &T, out: S) -> Result<S::Ok, S::Error> {
        value.serialize(out)
    }
}

impl<const N: usize> SerializeAs for FixedOpaque<N> {
    fn serialize<S: Serializer>(value: &[u8; N], out: S) -> Result<S::Ok, S::Error> {
        tuple::<u8, S>(value, out)
    }
}

impl<C: SerializeAs, const N: usize> SerializeAs for FixedArray<C, N> {
    fn serialize<S: Serializer>(value: &Self::Value, out: S) -> Result<S::Ok, S::Error> {
        tuple::<C, S>(value, out)
    }
}

impl<C: SerializeAs, const N: u32> SerializeAs for HeapArray<C, N> {
    fn serialize<S: Serializer>(value: &Self::Value, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(value.iter().map(Written::<C>))
    }
}

impl<C: SerializeAs, const MAX: u32> SerializeAs for Array<C, MAX> {
    fn serialize<S: Serializer>(value: &Self::Value, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(value.iter().map(Written::<C>))
    }
}

impl<C: SerializeAs> SerializeAs for Optional<C> {
    fn serialize<S: Serializer>(value: &Self::Value, out: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Written::<C>).serialize(out)
    }
}

impl<C: SerializeAs> SerializeAs for Indirect<C> {
    fn serialize<S: Serializer>(value: &Self::Value, out: S) -> Result<S::Ok, S::Error> {
        value.as_deref().map(Written::<C>).serialize(out)
    }
}

impl<C: SerializeAs> SerializeAs for Nested<C> {
    fn serialize<S: Serializer>(value: &Self::Value, out: S) -> Result<S::Ok, S::Error> {
        C::serialize(value, out)
    }
}

/// Codecs whose values serde takes as they are.
macro_rules! as_it_is {
    ($([$($parameters:tt)*] $codec:ty;)*) => {$(
        impl<$($parameters)*> SerializeAs for $codec
        where
            Self: Xdr<Value: Serialize>,
        {
            fn serialize<S: Serializer>(value: &Self::Value, out: S) -> Result<S::Ok, S::Error> {
                value.serialize(out)
            }
        }
    )*};
}

as_it_is! {
    [const MAX: u32] Opaque<MAX>;
    [const MAX: u32] OpaqueVec<MAX>;
    [const N: u32] HeapOpaque<N>;
    [const N: u32] HeapOpaqueVec<N>;
    [const MAX: u32] Str<MAX>;
    [const MAX: u32] Utf8<MAX>;
    [C: Xdr] List<C>;
    [C: Xdr] NonEmptyList<C>;
    [C: Turns, const FIRST: usize] MutualList<C, FIRST>;
    [C: Turns, const FIRST: usize] NonEmptyMutualList<C, FIRST>;
}

/// A value as its codec has it written.
struct Written<'a, C: Xdr>(&'a C::Value);

impl<C: SerializeAs> Serialize for Written<'_, C> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        C::serialize(self.0, out)
    }
}

fn tuple<C: SerializeAs, S: Serializer>(values: &[C::Value], out: S) -> Result<S::Ok, S::Error> {
    let mut out = out.serialize_tuple(values.len())?;
    values.iter().try_for_each(|value| out.serialize_element(&Written::<C>(value)))?;
    out.end()
}

/// In formats for people a string where it is UTF-8, and otherwise bytes; in others always bytes.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.to_str() {
            Ok(text) if out.is_human_readable() => out.serialize_str(text),
            _ => out.serialize_bytes(self.as_bytes()),
        }
    }
}

/// The 16 bytes.
impl Serialize for Quadruple {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(out)
    }
}
