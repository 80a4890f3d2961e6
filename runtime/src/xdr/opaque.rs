use super::sink::SPLICE;
use super::{DecodeError, EncodeError, Sink, Source, Xdr, padded, padding};
use bytes::Bytes;

/// `opaque x<MAX>`: a length, the bytes, zeros up to a multiple of 4 (RFC 4506 §4.10).
#[derive(Debug)]
pub enum Opaque<const MAX: u32 = { u32::MAX }> {}

/// `opaque x[N]`: the bytes and zeros up to a multiple of 4 (RFC 4506 §4.9).
#[derive(Debug)]
pub enum FixedOpaque<const N: usize> {}

/// `opaque x[N]` for an `N` too large to live on the stack.
#[derive(Debug)]
pub enum HeapOpaque<const N: u32> {}

impl<const MAX: u32> Xdr for Opaque<MAX> {
    type Value = Bytes;
    const MIN: usize = 4;
    const MAX: usize = padded(MAX as usize).saturating_add(4);

    #[inline]
    fn most(value: &Bytes) -> usize {
        padded(value.len()).saturating_add(4)
    }

    #[inline]
    fn encode(value: &Bytes, out: &mut impl Sink) -> Result<(), EncodeError> {
        put_shared(value, MAX, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Bytes, DecodeError> {
        let length = length(input, MAX)?;
        take_padded(input, length)
    }
}

impl<const N: usize> Xdr for FixedOpaque<N> {
    type Value = [u8; N];
    const MIN: usize = padded(N);
    const MAX: usize = padded(N);

    #[inline]
    fn encode(value: &[u8; N], out: &mut impl Sink) -> Result<(), EncodeError> {
        out.put(*value)?;
        pad(N, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<[u8; N], DecodeError> {
        let value = input.take::<N>()?;
        input.window(padding(N))?;
        Ok(value)
    }
}

impl<const N: u32> Xdr for HeapOpaque<N> {
    type Value = Bytes;
    const MIN: usize = padded(N as usize);
    const MAX: usize = padded(N as usize);

    #[inline]
    fn encode(value: &Bytes, out: &mut impl Sink) -> Result<(), EncodeError> {
        if value.len() != N as usize {
            return Err(EncodeError::WrongLength { length: value.len(), declared: N });
        }
        out.put_bytes(value)?;
        pad(value.len(), out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Bytes, DecodeError> {
        take_padded(input, N as usize)
    }
}

/// `length` as a word, if it is within the bound.
#[inline]
pub(super) fn bounded(length: usize, bound: u32) -> Result<u32, EncodeError> {
    match u32::try_from(length) {
        Ok(word) if word <= bound => Ok(word),
        _ => Err(EncodeError::TooLong { length, bound }),
    }
}

/// A length off the front of `input`, if it is within the bound.
#[inline]
pub(super) fn length(input: &mut impl Source, bound: u32) -> Result<usize, DecodeError> {
    let length = u32::decode(input)?;
    if length > bound { Err(DecodeError::TooLong { length, bound }) } else { Ok(length as usize) }
}

/// `length` bytes and their padding, whose value does not matter.
#[inline]
pub(super) fn take_padded(input: &mut impl Source, length: usize) -> Result<Bytes, DecodeError> {
    input.take_bytes(length, padding(length))
}

/// A length, `value` and its padding, if the length is within the bound. Large ones are kept by reference.
#[inline]
pub(super) fn put_shared(value: &Bytes, bound: u32, out: &mut impl Sink) -> Result<(), EncodeError> {
    if value.len() < SPLICE { put_counted(value, bound, out) } else { put_large(value, bound, out) }
}

/// A length, a copy of `value` and its padding, if the length is within the bound: in one window, at the end of which
/// zeros stand before the copy is made.
#[inline]
pub(super) fn put_counted(value: &[u8], bound: u32, out: &mut impl Sink) -> Result<(), EncodeError> {
    let length = bounded(value.len(), bound)?;
    let window = out.window(padded(value.len()).saturating_add(4))?.into_rest();
    if let Some(end) = window.last_chunk_mut() {
        *end = [0; 4];
    }
    if let Some((front, rest)) = window.split_first_chunk_mut() {
        *front = length.to_be_bytes();
        rest.get_mut(..value.len()).unwrap_or_default().copy_from_slice(value);
    }
    Ok(())
}

#[cold]
#[inline(never)]
fn put_large(value: &Bytes, bound: u32, out: &mut impl Sink) -> Result<(), EncodeError> {
    u32::encode(&bounded(value.len(), bound)?, out)?;
    out.put_bytes(value)?;
    pad(value.len(), out)
}

/// The zeros behind `length` bytes.
#[inline]
pub(super) fn pad(length: usize, out: &mut impl Sink) -> Result<(), EncodeError> {
    match padding(length) {
        1 => out.put([0; 1]),
        2 => out.put([0; 2]),
        3 => out.put([0; 3]),
        _ => Ok(()),
    }
}
