use super::{Viewer, XdrView};
use crate::xdr::DecodeError;
use core::fmt;
use core::marker::PhantomData;

/// A value inside one of its own type, looked at when it is asked for: where an owned value has a box.
pub struct LazyView<'a, C> {
    input: Viewer<'a>,
    codec: PhantomData<C>,
}

impl<'a, C: XdrView> LazyView<'a, C> {
    /// Passes over the value, which is checked on the way.
    #[inline]
    pub(super) fn new(input: &mut Viewer<'a>) -> Result<Self, DecodeError> {
        let start = input.clone();
        C::view(input)?;
        Ok(Self { input: start, codec: PhantomData })
    }

    /// The value.
    ///
    /// # Errors
    /// None: it has been checked.
    pub fn get(&self) -> Result<C::View<'a>, DecodeError> {
        C::view(&mut self.input.clone())
    }
}

impl<C> Clone for LazyView<'_, C> {
    #[inline]
    fn clone(&self) -> Self {
        Self { input: self.input.clone(), codec: PhantomData }
    }
}

impl<'a, C: XdrView<View<'a>: fmt::Debug>> fmt::Debug for LazyView<'a, C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(out)
    }
}
