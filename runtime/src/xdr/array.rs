use super::opaque::{bounded, length};
use super::{DecodeError, EncodeError, Sink, Source, Xdr};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// `T x<MAX>`: a count and that many elements (RFC 4506 §4.13).
#[derive(Debug)]
pub struct Array<C, const MAX: u32 = { u32::MAX }>(PhantomData<C>);

/// `T x[N]`: the elements (RFC 4506 §4.12).
#[derive(Debug)]
pub struct FixedArray<C, const N: usize>(PhantomData<C>);

/// `T x[N]` for an array too large to live on the stack.
#[derive(Debug)]
pub struct HeapArray<C, const N: u32>(PhantomData<C>);

impl<C: Xdr, const MAX: u32> Xdr for Array<C, MAX> {
    type Value = Vec<C::Value>;
    const MIN: usize = 4;
    const MAX: usize = C::MAX.saturating_mul(MAX as usize).saturating_add(4);

    #[inline]
    fn most(values: &Self::Value) -> usize {
        C::MAX.saturating_mul(values.len()).saturating_add(4)
    }

    #[inline]
    fn encode(values: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        u32::encode(&bounded(values.len(), MAX)?, out)?;
        C::encode_all(values, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        let count = length(input, MAX)?;
        decode_elements::<C>(input, count)
    }
}

impl<C: Xdr, const N: usize> Xdr for FixedArray<C, N> {
    type Value = [C::Value; N];
    const MIN: usize = C::MIN.saturating_mul(N);
    const MAX: usize = C::MAX.saturating_mul(N);

    #[inline]
    fn encode(values: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        C::encode_all(values, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        // `Vec` because a fallible array constructor is not stable; the error cannot happen.
        let short = |values: Vec<C::Value>| DecodeError::Truncated { needed: N, remaining: values.len() };
        decode_elements::<C>(input, N)?.try_into().map_err(short)
    }
}

impl<C: Xdr, const N: u32> Xdr for HeapArray<C, N> {
    type Value = Vec<C::Value>;
    const MIN: usize = C::MIN.saturating_mul(N as usize);
    const MAX: usize = C::MAX.saturating_mul(N as usize);

    #[inline]
    fn encode(values: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        if values.len() != N as usize {
            return Err(EncodeError::WrongLength { length: values.len(), declared: N });
        }
        C::encode_all(values, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        decode_elements::<C>(input, N as usize)
    }
}

/// Bytes on the wire and memory are checked before anything is reserved. Elements of no size count as one byte of
/// memory, so that their number is limited as well.
#[inline]
fn decode_elements<C: Xdr>(input: &mut impl Source, count: usize) -> Result<Vec<C::Value>, DecodeError> {
    input.expect(C::MIN.saturating_mul(count))?;
    input.charge(size_of::<C::Value>().max(1).saturating_mul(count))?;
    C::decode_all(input, count)
}
