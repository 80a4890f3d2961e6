use super::forms::take_padded;
use super::{Viewer, XdrView};
use crate::xdr::copied::text;
use crate::xdr::opaque::length;
use crate::xdr::{DecodeError, HeapOpaqueVec, OpaqueVec, Utf8};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

impl<const MAX: u32> XdrView for Utf8<MAX> {
    type View<'a> = &'a str;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<&'a str, DecodeError> {
        let length = length(input, MAX)?;
        take_padded(input, length).and_then(text)
    }

    fn to_value(view: &str) -> Result<String, DecodeError> {
        Ok(view.to_owned())
    }
}

impl<const MAX: u32> XdrView for OpaqueVec<MAX> {
    type View<'a> = &'a [u8];

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<&'a [u8], DecodeError> {
        let length = length(input, MAX)?;
        take_padded(input, length)
    }

    fn to_value(view: &[u8]) -> Result<Vec<u8>, DecodeError> {
        Ok(view.to_vec())
    }
}

impl<const N: u32> XdrView for HeapOpaqueVec<N> {
    type View<'a> = &'a [u8];

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<&'a [u8], DecodeError> {
        take_padded(input, N as usize)
    }

    fn to_value(view: &[u8]) -> Result<Vec<u8>, DecodeError> {
        Ok(view.to_vec())
    }
}
