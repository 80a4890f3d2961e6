use super::{Sequence, Viewer, XdrView};
use crate::xdr::{DecodeError, List, NonEmptyList};
use core::fmt;
use core::marker::PhantomData;

/// The nodes of a list, decoded as they are gone through.
pub struct ListView<'a, C> {
    /// The list and nothing behind it.
    nodes: Viewer<'a>,
    /// Whether a node stands at the front without a true before it.
    bare: bool,
    codec: PhantomData<C>,
}

impl<'a, C: XdrView> ListView<'a, C> {
    /// Passes over the nodes, which are checked on the way.
    #[inline]
    fn new(input: &mut Viewer<'a>, bare: bool) -> Result<Self, DecodeError> {
        let start = input.clone();
        if bare {
            C::view(input)?;
        }
        while bool::view(input)? {
            C::view(input)?;
        }
        Ok(Self { nodes: input.taken_since(start), bare, codec: PhantomData })
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The nodes in order.
    #[inline]
    pub fn iter(&self) -> Nodes<'a, C> {
        Nodes { rest: self.clone() }
    }
}

impl<C> Clone for ListView<'_, C> {
    #[inline]
    fn clone(&self) -> Self {
        Self { nodes: self.nodes.clone(), bare: self.bare, codec: PhantomData }
    }
}

impl<'a, C: XdrView<View<'a>: fmt::Debug>> fmt::Debug for ListView<'a, C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, C: XdrView> IntoIterator for &ListView<'a, C> {
    type Item = C::View<'a>;
    type IntoIter = Nodes<'a, C>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The nodes of a [`ListView`] in order.
pub struct Nodes<'a, C> {
    rest: ListView<'a, C>,
}

impl<'a, C: XdrView> Iterator for Nodes<'a, C> {
    type Item = C::View<'a>;

    #[inline]
    fn next(&mut self) -> Option<C::View<'a>> {
        let bare = core::mem::take(&mut self.rest.bare);
        if bare || bool::view(&mut self.rest.nodes).ok()? { C::view(&mut self.rest.nodes).ok() } else { None }
    }
}

impl<C: XdrView> XdrView for List<C> {
    type View<'a> = ListView<'a, C>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<ListView<'a, C>, DecodeError> {
        ListView::new(input, false)
    }

    fn to_value(view: ListView<'_, C>) -> Result<Self::Value, DecodeError> {
        view.iter().map(C::to_value).collect()
    }
}

impl<C: XdrView> XdrView for NonEmptyList<C> {
    type View<'a> = ListView<'a, C>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<ListView<'a, C>, DecodeError> {
        ListView::new(input, true)
    }

    fn to_value(view: ListView<'_, C>) -> Result<Self::Value, DecodeError> {
        view.iter().map(C::to_value).collect()
    }
}

impl<C: XdrView> Sequence for List<C> {
    type Element<'a> = C::View<'a>;
    type Place = ();

    #[inline]
    fn begin(_input: &mut Viewer<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    #[inline]
    fn step<'a>(input: &mut Viewer<'a>, _place: &mut ()) -> Result<Option<C::View<'a>>, DecodeError> {
        if bool::view(input)? { C::view(input).map(Some) } else { Ok(None) }
    }
}

impl<C: XdrView> Sequence for NonEmptyList<C> {
    type Element<'a> = C::View<'a>;
    /// Whether a node stands at the front without a true before it.
    type Place = bool;

    #[inline]
    fn begin(_input: &mut Viewer<'_>) -> Result<bool, DecodeError> {
        Ok(true)
    }

    #[inline]
    fn step<'a>(input: &mut Viewer<'a>, bare: &mut bool) -> Result<Option<C::View<'a>>, DecodeError> {
        if core::mem::take(bare) || bool::view(input)? { C::view(input).map(Some) } else { Ok(None) }
    }
}
