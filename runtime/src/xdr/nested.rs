use super::{DecodeError, EncodeError, Sink, Source, Xdr};
use core::marker::PhantomData;

/// `C`, one level deeper: for the elements of an array that lead back to the type that holds the array.
#[derive(Debug)]
pub struct Nested<C>(PhantomData<C>);

impl<C: Xdr> Xdr for Nested<C> {
    type Value = C::Value;
    const MIN: usize = C::MIN;
    const MAX: usize = usize::MAX;

    #[inline]
    fn encode(value: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        out.nested(|out| C::encode(value, out))
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        input.nested(|input| C::decode(input))
    }
}
