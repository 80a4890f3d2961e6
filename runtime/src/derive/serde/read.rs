//! The way back.

use super::Serde;
use crate::xdr::{
    Array, FixedArray, FixedOpaque, HeapArray, HeapOpaque, HeapOpaqueVec, Indirect, List, MutualList, Nested,
    NonEmptyList, NonEmptyMutualList, Opaque, OpaqueVec, Optional, Quadruple, Str, Text, Turns, Utf8, Xdr,
};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

impl<C> Serde<C> {
    /// Reads a value.
    ///
    /// # Errors
    /// Those of `input`, and what is not a value of the codec.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<C::Value, D::Error>
    where
        C: DeserializeAs<'de>,
    {
        C::deserialize(input)
    }
}

/// A codec whose values serde can read.
pub trait DeserializeAs<'de>: Xdr {
    /// Reads a value.
    ///
    /// # Errors
    /// Those of `input`, and what is not a value of the codec.
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self::Value, D::Error>;
}

impl<'de, T: Xdr<Value = T> + Deserialize<'de>> DeserializeAs<'de> for T {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<T, D::Error> {
        <T as Deserialize<'de>>::deserialize(input)
    }
}

impl<'de, const N: usize> DeserializeAs<'de> for FixedOpaque<N> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self::Value, D::Error> {
        tuple::<u8, D, N>(input)
    }
}

impl<'de, C: DeserializeAs<'de>, const N: usize> DeserializeAs<'de> for FixedArray<C, N> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self::Value, D::Error> {
        tuple::<C, D, N>(input)
    }
}

impl<'de, C: DeserializeAs<'de>, const N: u32> DeserializeAs<'de> for HeapArray<C, N> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_seq(Elements::<C>(usize::MAX, PhantomData))
    }
}

impl<'de, C: DeserializeAs<'de>, const MAX: u32> DeserializeAs<'de> for Array<C, MAX> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_seq(Elements::<C>(usize::MAX, PhantomData))
    }
}

impl<'de, C: DeserializeAs<'de>> DeserializeAs<'de> for Optional<C> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self::Value, D::Error> {
        Ok(Option::<Read<C>>::deserialize(input)?.map(|read| read.0))
    }
}

impl<'de, C: DeserializeAs<'de>> DeserializeAs<'de> for Indirect<C> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self::Value, D::Error> {
        Ok(Option::<Read<C>>::deserialize(input)?.map(|read| Box::new(read.0)))
    }
}

impl<'de, C: DeserializeAs<'de>> DeserializeAs<'de> for Nested<C> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self::Value, D::Error> {
        C::deserialize(input)
    }
}

/// Codecs whose values serde takes as they are.
macro_rules! as_it_is {
    ($([$($parameters:tt)*] $codec:ty;)*) => {$(
        impl<'de, $($parameters)*> DeserializeAs<'de> for $codec
        where
            Self: Xdr<Value: Deserialize<'de>>,
        {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self::Value, D::Error> {
                Deserialize::deserialize(input)
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

/// A value that its codec read.
struct Read<C: Xdr>(C::Value);

impl<'de, C: DeserializeAs<'de>> Deserialize<'de> for Read<C> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        C::deserialize(input).map(Self)
    }
}

fn tuple<'de, C: DeserializeAs<'de>, D: Deserializer<'de>, const N: usize>(
    input: D,
) -> Result<[C::Value; N], D::Error> {
    let values = input.deserialize_tuple(N, Elements::<C>(N, PhantomData))?;
    let short = |values: Vec<C::Value>| D::Error::invalid_length(values.len(), &Elements::<C>(N, PhantomData));
    values.try_into().map_err(short)
}

/// At most so many elements. Nothing is reserved on the input's word.
struct Elements<C>(usize, PhantomData<C>);

impl<'de, C: DeserializeAs<'de>> Visitor<'de> for Elements<C> {
    type Value = Vec<C::Value>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            usize::MAX => out.write_str("a sequence"),
            count => write!(out, "an array of {count} elements"),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while values.len() < self.0 {
            match input.next_element::<Read<C>>()? {
                Some(read) => values.push(read.0),
                None => break,
            }
        }
        Ok(values)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        if input.is_human_readable() {
            input.deserialize_any(TextVisitor)
        } else {
            input.deserialize_byte_buf(TextVisitor)
        }
    }
}

/// A string or bytes.
struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string or bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Text, E> {
        Ok(text.into())
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Text, E> {
        Ok(bytes.into())
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Text, E> {
        Ok(bytes.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, input: A) -> Result<Text, A::Error> {
        Elements::<u8>(usize::MAX, PhantomData).visit_seq(input).map(Text::from)
    }
}

impl<'de> Deserialize<'de> for Quadruple {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        <[u8; 16]>::deserialize(input).map(Self)
    }
}
