//! Strings and opaque data as Rust's own types: copies, which keep no record in memory.

use super::opaque::{length, pad, put_counted};
use super::{DecodeError, EncodeError, Sink, Source, Xdr, padded, padding};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// `string x<MAX>` as a `String`: what is not UTF-8 is refused (RFC 4506 §4.11 speaks of ASCII, which is).
#[derive(Debug)]
pub enum Utf8<const MAX: u32 = { u32::MAX }> {}

/// `opaque x<MAX>` as a `Vec<u8>` (RFC 4506 §4.10).
#[derive(Debug)]
pub enum OpaqueVec<const MAX: u32 = { u32::MAX }> {}

/// `opaque x[N]` as a `Vec<u8>`, for an `N` too large to live on the stack (RFC 4506 §4.9).
#[derive(Debug)]
pub enum HeapOpaqueVec<const N: u32> {}

impl<const MAX: u32> Xdr for Utf8<MAX> {
    type Value = String;
    const MIN: usize = 4;
    const MAX: usize = padded(MAX as usize).saturating_add(4);

    #[inline]
    fn most(value: &String) -> usize {
        padded(value.len()).saturating_add(4)
    }

    #[inline]
    fn encode(value: &String, out: &mut impl Sink) -> Result<(), EncodeError> {
        put_counted(value.as_bytes(), MAX, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<String, DecodeError> {
        let length = length(input, MAX)?;
        take(input, length, |bytes| text(bytes).map(ToOwned::to_owned))
    }
}

impl<const MAX: u32> Xdr for OpaqueVec<MAX> {
    type Value = Vec<u8>;
    const MIN: usize = 4;
    const MAX: usize = padded(MAX as usize).saturating_add(4);

    #[inline]
    fn most(value: &Vec<u8>) -> usize {
        padded(value.len()).saturating_add(4)
    }

    #[inline]
    fn encode(value: &Vec<u8>, out: &mut impl Sink) -> Result<(), EncodeError> {
        put_counted(value, MAX, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Vec<u8>, DecodeError> {
        let length = length(input, MAX)?;
        take(input, length, |bytes| Ok(bytes.to_vec()))
    }
}

impl<const N: u32> Xdr for HeapOpaqueVec<N> {
    type Value = Vec<u8>;
    const MIN: usize = padded(N as usize);
    const MAX: usize = padded(N as usize);

    #[inline]
    fn encode(value: &Vec<u8>, out: &mut impl Sink) -> Result<(), EncodeError> {
        if value.len() != N as usize {
            return Err(EncodeError::WrongLength { length: value.len(), declared: N });
        }
        out.put_slice(value)?;
        pad(value.len(), out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Vec<u8>, DecodeError> {
        take(input, N as usize, |bytes| Ok(bytes.to_vec()))
    }
}

/// The text that `bytes` are.
pub(super) fn text(bytes: &[u8]) -> Result<&str, DecodeError> {
    core::str::from_utf8(bytes).map_err(|error| DecodeError::NotUtf8 { valid: error.valid_up_to() })
}

/// What `copy` makes of `length` bytes, whose padding does not matter.
fn take<T>(
    input: &mut impl Source,
    length: usize,
    copy: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    input.expect(padded(length))?;
    input.charge(length)?;
    let value = copy(input.window(length)?.rest())?;
    input.window(padding(length))?;
    Ok(value)
}
