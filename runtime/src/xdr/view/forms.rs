use super::{LazyView, TextView, Viewer, XdrView};
use crate::xdr::opaque::length;
use crate::xdr::{
    DecodeError, FixedOpaque, HeapOpaque, Indirect, Nested, Opaque, Optional, Source, Str, Text, padding,
};
use alloc::boxed::Box;
use bytes::Bytes;

/// `length` bytes; their padding is passed over, whatever it holds.
#[inline]
pub(super) fn take_padded<'a>(input: &mut Viewer<'a>, length: usize) -> Result<&'a [u8], DecodeError> {
    let slice = input.take_slice(length)?;
    input.take_slice(padding(length))?;
    Ok(slice)
}

impl<const MAX: u32> XdrView for Str<MAX> {
    type View<'a> = TextView<'a>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<TextView<'a>, DecodeError> {
        let length = length(input, MAX)?;
        take_padded(input, length).map(TextView::new)
    }

    fn to_value(view: TextView<'_>) -> Result<Text, DecodeError> {
        Ok(Text::from(view.as_bytes()))
    }
}

impl<const MAX: u32> XdrView for Opaque<MAX> {
    type View<'a> = &'a [u8];

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<&'a [u8], DecodeError> {
        let length = length(input, MAX)?;
        take_padded(input, length)
    }

    fn to_value(view: &[u8]) -> Result<Bytes, DecodeError> {
        Ok(Bytes::copy_from_slice(view))
    }
}

impl<const N: usize> XdrView for FixedOpaque<N> {
    type View<'a> = &'a [u8; N];

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<&'a [u8; N], DecodeError> {
        let array = input.take_array()?;
        input.take_slice(padding(N))?;
        Ok(array)
    }

    fn to_value(view: &[u8; N]) -> Result<[u8; N], DecodeError> {
        Ok(*view)
    }
}

impl<const N: u32> XdrView for HeapOpaque<N> {
    type View<'a> = &'a [u8];

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<&'a [u8], DecodeError> {
        take_padded(input, N as usize)
    }

    fn to_value(view: &[u8]) -> Result<Bytes, DecodeError> {
        Ok(Bytes::copy_from_slice(view))
    }
}

impl<C: XdrView> XdrView for Optional<C> {
    type View<'a> = Option<C::View<'a>>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<Self::View<'a>, DecodeError> {
        if bool::view(input)? { C::view(input).map(Some) } else { Ok(None) }
    }

    fn to_value(view: Self::View<'_>) -> Result<Self::Value, DecodeError> {
        view.map(C::to_value).transpose()
    }
}

impl<C: XdrView> XdrView for Indirect<C> {
    type View<'a> = Option<LazyView<'a, C>>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<Self::View<'a>, DecodeError> {
        if bool::view(input)? { input.nested(LazyView::new).map(Some) } else { Ok(None) }
    }

    fn to_value(view: Self::View<'_>) -> Result<Self::Value, DecodeError> {
        view.map(|view| view.get().and_then(C::to_value).map(Box::new)).transpose()
    }
}

impl<C: XdrView> XdrView for Nested<C> {
    type View<'a> = C::View<'a>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<Self::View<'a>, DecodeError> {
        input.nested(C::view)
    }

    fn to_value(view: Self::View<'_>) -> Result<Self::Value, DecodeError> {
        C::to_value(view)
    }
}
