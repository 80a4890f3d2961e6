use super::{DecodeError, EncodeError, Sink, Source, Xdr};
use alloc::boxed::Box;
use core::marker::PhantomData;

/// `T *x`: whether there is one, and the one (RFC 4506 §4.19).
#[derive(Debug)]
pub struct Optional<C>(PhantomData<C>);

/// `T *x` where T leads back to the type that holds it: it lives in a box, one level deeper.
#[derive(Debug)]
pub struct Indirect<C>(PhantomData<C>);

impl<C: Xdr> Xdr for Optional<C> {
    type Value = Option<C::Value>;
    const MIN: usize = 4;
    const MAX: usize = C::MAX.saturating_add(4);

    #[inline]
    fn most(value: &Self::Value) -> usize {
        value.as_ref().map_or(0, C::most).saturating_add(4)
    }

    #[inline]
    fn encode(value: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        bool::encode(&value.is_some(), out)?;
        value.as_ref().map_or(Ok(()), |value| C::encode(value, out))
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        if bool::decode(input)? { C::decode(input).map(Some) } else { Ok(None) }
    }
}

impl<C: Xdr> Xdr for Indirect<C> {
    type Value = Option<Box<C::Value>>;
    const MIN: usize = 4;
    const MAX: usize = usize::MAX;

    #[inline]
    fn encode(value: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        bool::encode(&value.is_some(), out)?;
        value.as_deref().map_or(Ok(()), |value| out.nested(|out| C::encode(value, out)))
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        if !bool::decode(input)? {
            return Ok(None);
        }
        input.charge(size_of::<C::Value>())?;
        input.nested(|input| C::decode(input)).map(Box::new).map(Some)
    }
}
