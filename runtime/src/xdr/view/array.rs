use super::{Sequence, Viewer, XdrView};
use crate::xdr::opaque::length;
use crate::xdr::{Array, DecodeError, DecodeLimits, FixedArray, HeapArray, Source};
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

/// The elements of an array, decoded as they are gone through.
pub struct ArrayView<'a, C> {
    elements: Viewer<'a>,
    count: usize,
    codec: PhantomData<C>,
}

impl<'a, C: XdrView> ArrayView<'a, C> {
    /// Passes over `count` elements, which are checked on the way.
    #[inline]
    fn new(input: &mut Viewer<'a>, count: usize) -> Result<Self, DecodeError> {
        let count = believed::<C>(input, count)?;
        let elements = input.clone();
        C::pass(input, count)?;
        Ok(Self { elements, count, codec: PhantomData })
    }

    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The elements in order.
    #[inline]
    pub fn iter(&self) -> Elements<'a, C> {
        Elements { rest: self.clone() }
    }

    fn to_values(&self) -> Result<Vec<C::Value>, DecodeError> {
        self.iter().map(C::to_value).collect()
    }
}

/// As many elements as claimed are gone through only if there are bytes for them; those of no size are limited like those
/// that are decoded.
#[inline]
fn believed<C: XdrView>(input: &Viewer<'_>, count: usize) -> Result<usize, DecodeError> {
    input.expect(C::MIN.saturating_mul(count))?;
    let limit = DecodeLimits::DEFAULT.memory;
    if C::MIN == 0 && count > limit { Err(DecodeError::TooMuchMemory { limit }) } else { Ok(count) }
}

impl<C> Clone for ArrayView<'_, C> {
    #[inline]
    fn clone(&self) -> Self {
        Self { elements: self.elements.clone(), count: self.count, codec: PhantomData }
    }
}

impl<'a, C: XdrView<View<'a>: fmt::Debug>> fmt::Debug for ArrayView<'a, C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, C: XdrView> IntoIterator for &ArrayView<'a, C> {
    type Item = C::View<'a>;
    type IntoIter = Elements<'a, C>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The elements of an [`ArrayView`] in order.
pub struct Elements<'a, C> {
    rest: ArrayView<'a, C>,
}

impl<'a, C: XdrView> Iterator for Elements<'a, C> {
    type Item = C::View<'a>;

    #[inline]
    fn next(&mut self) -> Option<C::View<'a>> {
        self.rest.count = self.rest.count.checked_sub(1)?;
        C::view(&mut self.rest.elements).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.count, Some(self.rest.count))
    }
}

impl<C: XdrView> ExactSizeIterator for Elements<'_, C> {}

impl<C: XdrView, const MAX: u32> XdrView for Array<C, MAX> {
    type View<'a> = ArrayView<'a, C>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<ArrayView<'a, C>, DecodeError> {
        let count = length(input, MAX)?;
        ArrayView::new(input, count)
    }

    fn to_value(view: ArrayView<'_, C>) -> Result<Self::Value, DecodeError> {
        view.to_values()
    }
}

impl<C: XdrView, const N: usize> XdrView for FixedArray<C, N> {
    type View<'a> = ArrayView<'a, C>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<ArrayView<'a, C>, DecodeError> {
        ArrayView::new(input, N)
    }

    fn to_value(view: ArrayView<'_, C>) -> Result<Self::Value, DecodeError> {
        let short = |values: Vec<C::Value>| DecodeError::Truncated { needed: N, remaining: values.len() };
        view.to_values()?.try_into().map_err(short)
    }
}

impl<C: XdrView, const N: u32> XdrView for HeapArray<C, N> {
    type View<'a> = ArrayView<'a, C>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<ArrayView<'a, C>, DecodeError> {
        ArrayView::new(input, N as usize)
    }

    fn to_value(view: ArrayView<'_, C>) -> Result<Self::Value, DecodeError> {
        view.to_values()
    }
}

impl<C: XdrView, const MAX: u32> Sequence for Array<C, MAX> {
    type Element<'a> = C::View<'a>;
    /// How many elements are left.
    type Place = usize;

    #[inline]
    fn begin(input: &mut Viewer<'_>) -> Result<usize, DecodeError> {
        let count = length(input, MAX)?;
        believed::<C>(input, count)
    }

    #[inline]
    fn step<'a>(input: &mut Viewer<'a>, left: &mut usize) -> Result<Option<C::View<'a>>, DecodeError> {
        let Some(behind) = left.checked_sub(1) else { return Ok(None) };
        *left = behind;
        C::view(input).map(Some)
    }
}
