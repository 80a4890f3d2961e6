use super::{Sequence, Viewer, XdrView};
use crate::xdr::mutual_list::next;
use crate::xdr::{DecodeError, MutualList, NonEmptyMutualList, Turns};
use core::fmt;
use core::marker::PhantomData;

/// A node of a list in which structures take turns, looked at in place.
pub trait TurnsView: Turns {
    /// What is seen of a node in a record that lives for `'a`.
    type View<'a>;

    /// Takes a node of the structure whose turn it is off the front of `input`, without its link.
    ///
    /// # Errors
    /// As [`XdrView::view`].
    fn view_node<'a>(turn: usize, input: &mut Viewer<'a>) -> Result<Self::View<'a>, DecodeError>;

    /// The node that is seen, as one of its own.
    ///
    /// # Errors
    /// As [`XdrView::to_value`].
    fn to_node(view: Self::View<'_>) -> Result<Self, DecodeError>;
}

/// The nodes of a list in which structures take turns, decoded as they are gone through.
pub struct MutualListView<'a, C> {
    /// The list and nothing behind it.
    nodes: Viewer<'a>,
    /// Whose turn it is.
    turn: usize,
    /// Whether a node stands at the front without a true before it.
    bare: bool,
    codec: PhantomData<C>,
}

impl<'a, C: TurnsView> MutualListView<'a, C> {
    /// Passes over the nodes, which are checked on the way.
    #[inline]
    fn new(input: &mut Viewer<'a>, first: usize, bare: bool) -> Result<Self, DecodeError> {
        let start = input.clone();
        let mut turn = first;
        if bare {
            C::view_node(turn, input)?;
            turn = next::<C>(turn);
        }
        while bool::view(input)? {
            C::view_node(turn, input)?;
            turn = next::<C>(turn);
        }
        Ok(Self { nodes: input.taken_since(start), turn: first, bare, codec: PhantomData })
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The nodes in order.
    #[inline]
    pub fn iter(&self) -> MutualNodes<'a, C> {
        MutualNodes { rest: self.clone() }
    }
}

impl<C> Clone for MutualListView<'_, C> {
    #[inline]
    fn clone(&self) -> Self {
        Self { nodes: self.nodes.clone(), codec: PhantomData, ..*self }
    }
}

impl<'a, C: TurnsView<View<'a>: fmt::Debug>> fmt::Debug for MutualListView<'a, C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, C: TurnsView> IntoIterator for &MutualListView<'a, C> {
    type Item = C::View<'a>;
    type IntoIter = MutualNodes<'a, C>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The nodes of a [`MutualListView`] in order.
pub struct MutualNodes<'a, C> {
    rest: MutualListView<'a, C>,
}

impl<'a, C: TurnsView> Iterator for MutualNodes<'a, C> {
    type Item = C::View<'a>;

    #[inline]
    fn next(&mut self) -> Option<C::View<'a>> {
        let bare = core::mem::take(&mut self.rest.bare);
        if !bare && !bool::view(&mut self.rest.nodes).ok()? {
            return None;
        }
        let turn = self.rest.turn;
        self.rest.turn = next::<C>(turn);
        C::view_node(turn, &mut self.rest.nodes).ok()
    }
}

impl<C: TurnsView, const FIRST: usize> XdrView for MutualList<C, FIRST> {
    type View<'a> = MutualListView<'a, C>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<MutualListView<'a, C>, DecodeError> {
        MutualListView::new(input, FIRST, false)
    }

    fn to_value(view: MutualListView<'_, C>) -> Result<Self::Value, DecodeError> {
        view.iter().map(C::to_node).collect()
    }
}

impl<C: TurnsView, const FIRST: usize> XdrView for NonEmptyMutualList<C, FIRST> {
    type View<'a> = MutualListView<'a, C>;

    #[inline]
    fn view<'a>(input: &mut Viewer<'a>) -> Result<MutualListView<'a, C>, DecodeError> {
        MutualListView::new(input, FIRST, true)
    }

    fn to_value(view: MutualListView<'_, C>) -> Result<Self::Value, DecodeError> {
        view.iter().map(C::to_node).collect()
    }
}

impl<C: TurnsView, const FIRST: usize> Sequence for MutualList<C, FIRST> {
    type Element<'a> = C::View<'a>;
    /// Whose turn it is.
    type Place = usize;

    #[inline]
    fn begin(_input: &mut Viewer<'_>) -> Result<usize, DecodeError> {
        Ok(FIRST)
    }

    #[inline]
    fn step<'a>(input: &mut Viewer<'a>, turn: &mut usize) -> Result<Option<C::View<'a>>, DecodeError> {
        if bool::view(input)? { take_turn::<C>(input, turn).map(Some) } else { Ok(None) }
    }
}

impl<C: TurnsView, const FIRST: usize> Sequence for NonEmptyMutualList<C, FIRST> {
    type Element<'a> = C::View<'a>;
    /// Whose turn it is, and whether a node stands at the front without a true before it.
    type Place = (usize, bool);

    #[inline]
    fn begin(_input: &mut Viewer<'_>) -> Result<(usize, bool), DecodeError> {
        Ok((FIRST, true))
    }

    #[inline]
    fn step<'a>(input: &mut Viewer<'a>, (turn, bare): &mut (usize, bool)) -> Result<Option<C::View<'a>>, DecodeError> {
        if core::mem::take(bare) || bool::view(input)? { take_turn::<C>(input, turn).map(Some) } else { Ok(None) }
    }
}

#[inline]
fn take_turn<'a, C: TurnsView>(input: &mut Viewer<'a>, turn: &mut usize) -> Result<C::View<'a>, DecodeError> {
    let due = core::mem::replace(turn, next::<C>(*turn));
    C::view_node(due, input)
}
