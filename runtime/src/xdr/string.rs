use super::opaque::{length, put_shared, take_padded};
use super::{DecodeError, EncodeError, Sink, Source, Text, Xdr, padded};

/// `string x<MAX>`: a length, the bytes, zeros up to a multiple of 4 (RFC 4506 §4.11).
#[derive(Debug)]
pub enum Str<const MAX: u32 = { u32::MAX }> {}

impl<const MAX: u32> Xdr for Str<MAX> {
    type Value = Text;
    const MIN: usize = 4;
    const MAX: usize = padded(MAX as usize).saturating_add(4);

    #[inline]
    fn most(value: &Text) -> usize {
        padded(value.len()).saturating_add(4)
    }

    #[inline]
    fn encode(value: &Text, out: &mut impl Sink) -> Result<(), EncodeError> {
        put_shared(value.as_shared(), MAX, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Text, DecodeError> {
        let length = length(input, MAX)?;
        take_padded(input, length).map(Text::from)
    }
}
