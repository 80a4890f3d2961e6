//! Values for fuzzers that keep the bounds of their declarations, so that they can be encoded.

use crate::xdr::{
    Array, FixedArray, FixedOpaque, HeapArray, HeapOpaque, HeapOpaqueVec, Indirect, List, MutualList, Nested,
    NonEmptyList, NonEmptyMutualList, Opaque, OpaqueVec, Optional, Quadruple, Str, Text, Turns, Utf8, Xdr, next_turn,
};
use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use arbitrary::{Arbitrary, Error, Result, Unstructured};
use bytes::Bytes;

/// `#[arbitrary(with = arbitrary::<CODEC>)]`: a value that the codec can encode.
///
/// # Errors
/// There is too little data for the smallest one.
pub fn arbitrary<'a, C: ArbitraryAs<'a>>(input: &mut Unstructured<'a>) -> Result<C::Value> {
    C::arbitrary(input)
}

/// A value that is none of the excluded ones: the discriminant of a default arm.
///
/// # Errors
/// The data has run out and none was found.
pub fn arbitrary_other<'a, C: ArbitraryAs<'a>>(
    input: &mut Unstructured<'a>,
    is_excluded: impl Fn(&C::Value) -> bool,
) -> Result<C::Value> {
    sought(input, C::arbitrary, |value| !is_excluded(value))
}

/// A codec that can make up values.
pub trait ArbitraryAs<'a>: Xdr {
    /// A value that the codec can encode.
    ///
    /// # Errors
    /// There is too little data for the smallest one.
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value>;
}

impl<'a, T: Xdr<Value = T> + Arbitrary<'a>> ArbitraryAs<'a> for T {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<T> {
        <T as Arbitrary<'a>>::arbitrary(input)
    }
}

impl<'a, const N: usize> ArbitraryAs<'a> for FixedOpaque<N> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<[u8; N]> {
        input.arbitrary()
    }
}

impl<'a, const MAX: u32> ArbitraryAs<'a> for Opaque<MAX> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Bytes> {
        bounded(input, MAX).map(Bytes::copy_from_slice)
    }
}

impl<'a, const MAX: u32> ArbitraryAs<'a> for OpaqueVec<MAX> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Vec<u8>> {
        bounded(input, MAX).map(ToOwned::to_owned)
    }
}

impl<'a, const N: u32> ArbitraryAs<'a> for HeapOpaque<N> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Bytes> {
        filled(input, N).map(Bytes::from)
    }
}

impl<'a, const N: u32> ArbitraryAs<'a> for HeapOpaqueVec<N> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Vec<u8>> {
        filled(input, N)
    }
}

impl<'a, const MAX: u32> ArbitraryAs<'a> for Str<MAX> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Text> {
        bounded(input, MAX).map(Text::from)
    }
}

impl<'a, const MAX: u32> ArbitraryAs<'a> for Utf8<MAX> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<String> {
        let text = bounded(input, MAX)?.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        Ok(text.to_owned())
    }
}

impl<'a, C: ArbitraryAs<'a>, const N: usize> ArbitraryAs<'a> for FixedArray<C, N> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value> {
        let values: Vec<C::Value> = (0..N).map(|_| C::arbitrary(input)).collect::<Result<_>>()?;
        values.try_into().map_err(|_| Error::IncorrectFormat)
    }
}

impl<'a, C: ArbitraryAs<'a>, const N: u32> ArbitraryAs<'a> for HeapArray<C, N> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value> {
        affordable(input, Self::MIN.max(N as usize))?;
        (0..N).map(|_| C::arbitrary(input)).collect()
    }
}

impl<'a, C: ArbitraryAs<'a>, const MAX: u32> ArbitraryAs<'a> for Array<C, MAX> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value> {
        elements(input, Vec::new(), MAX as usize, |input, _| C::arbitrary(input))
    }
}

impl<'a, C: ArbitraryAs<'a>> ArbitraryAs<'a> for Optional<C> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value> {
        if input.arbitrary()? { if_any(C::arbitrary(input)) } else { Ok(None) }
    }
}

impl<'a, C: ArbitraryAs<'a>> ArbitraryAs<'a> for Indirect<C> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value> {
        Ok(Optional::<Nested<C>>::arbitrary(input)?.map(Box::new))
    }
}

/// From half of the data, so that the depth is bounded by the logarithm of its length.
impl<'a, C: ArbitraryAs<'a>> ArbitraryAs<'a> for Nested<C> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<C::Value> {
        let half = input.bytes(input.len() / 2)?;
        C::arbitrary(&mut Unstructured::new(half))
    }
}

impl<'a, C: ArbitraryAs<'a>> ArbitraryAs<'a> for List<C> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value> {
        elements(input, Vec::new(), usize::MAX, |input, _| C::arbitrary(input))
    }
}

impl<'a, C: ArbitraryAs<'a>> ArbitraryAs<'a> for NonEmptyList<C> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value> {
        let first = C::arbitrary(input)?;
        elements(input, vec![first], usize::MAX, |input, _| C::arbitrary(input))
    }
}

impl<'a, C: Turns + Arbitrary<'a>, const FIRST: usize> ArbitraryAs<'a> for MutualList<C, FIRST> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value> {
        elements(input, Vec::new(), usize::MAX, |input, before| due::<C, FIRST>(input, before))
    }
}

impl<'a, C: Turns + Arbitrary<'a>, const FIRST: usize> ArbitraryAs<'a> for NonEmptyMutualList<C, FIRST> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self::Value> {
        let first = due::<C, FIRST>(input, &[])?;
        elements(input, vec![first], usize::MAX, |input, before| due::<C, FIRST>(input, before))
    }
}

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Str::<{ u32::MAX }>::arbitrary(input)
    }
}

impl<'a> Arbitrary<'a> for Quadruple {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        input.arbitrary().map(Self)
    }
}

/// At most `max` bytes.
fn bounded<'a>(input: &mut Unstructured<'a>, max: u32) -> Result<&'a [u8]> {
    let wanted = input.arbitrary_len::<u8>()?;
    let lengths = (max as usize).saturating_add(1);
    input.bytes(wanted.checked_rem(lengths).unwrap_or(0))
}

/// `length` bytes, zeros where the data ends.
fn filled(input: &mut Unstructured<'_>, length: u32) -> Result<Vec<u8>> {
    affordable(input, length as usize)?;
    let mut bytes = vec![0; length as usize];
    input.fill_buffer(&mut bytes)?;
    Ok(bytes)
}

/// How many bytes a value of fixed length may take that the data does not have: a declaration asks for up to 4 GiB.
const UNFILLED: usize = 1 << 20;

fn affordable(input: &Unstructured<'_>, length: usize) -> Result<()> {
    if length <= input.len().max(UNFILLED) { Ok(()) } else { Err(Error::NotEnoughData) }
}

/// Adds elements until there are `max`, the data says that it is enough or has none for another one.
fn elements<'a, T>(
    input: &mut Unstructured<'a>,
    mut values: Vec<T>,
    max: usize,
    mut element: impl FnMut(&mut Unstructured<'a>, &[T]) -> Result<T>,
) -> Result<Vec<T>> {
    while values.len() < max && input.arbitrary()? {
        match if_any(element(input, &values))? {
            Some(value) => values.push(value),
            None => break,
        }
    }
    Ok(values)
}

/// A value of what may be left out where there is too little data.
fn if_any<T>(made: Result<T>) -> Result<Option<T>> {
    match made {
        Err(Error::NotEnoughData) => Ok(None),
        made => made.map(Some),
    }
}

/// A node of the structure whose turn it is behind those `before`.
fn due<'a, C: Turns + Arbitrary<'a>, const FIRST: usize>(input: &mut Unstructured<'a>, before: &[C]) -> Result<C> {
    let turn = before.last().map_or(FIRST, |last| next_turn::<C>(last.turn()));
    sought(input, C::arbitrary, |node| node.turn() == turn)
}

/// The first of the values that are made one after another that is `right`.
fn sought<'a, T>(
    input: &mut Unstructured<'a>,
    make: impl Fn(&mut Unstructured<'a>) -> Result<T>,
    is_right: impl Fn(&T) -> bool,
) -> Result<T> {
    loop {
        let value = make(input)?;
        if is_right(&value) {
            return Ok(value);
        }
        if input.is_empty() {
            return Err(Error::NotEnoughData);
        }
    }
}
