use super::{Viewer, XdrView};
use crate::xdr::DecodeError;
use core::fmt;

/// A codec whose values can be gone through in one pass: an array or a list, or what holds one.
///
/// A view is checked as a whole before anybody looks at it, and what it has of arrays and lists is then decoded a second
/// time. A walk is not checked ahead: each element is when its turn comes, and so is what stands behind them.
pub trait XdrWalk: XdrView {
    /// What a value is while it is gone through, in a record that lives for `'a`.
    type Walk<'a>;

    /// Begins at the front of `input`, and takes what stands before the first element. Where the value ends, the walk
    /// finds out: `input` is of no use behind it.
    ///
    /// # Errors
    /// As [`XdrView::view`].
    fn walk<'a>(input: &mut Viewer<'a>) -> Result<Self::Walk<'a>, DecodeError>;

    /// Checks what has not been gone through. What stands behind the value is not looked at.
    ///
    /// # Errors
    /// As [`XdrView::view`], also if the walk came to an error before.
    fn finish(walk: Self::Walk<'_>) -> Result<(), DecodeError>;
}

/// How one goes through an array or a list.
pub trait Sequence: XdrView {
    /// What is seen of an element in a record that lives for `'a`.
    type Element<'a>;

    /// What is to be known before an element beside where it stands.
    type Place;

    /// Takes what stands before the first element off the front of `input`.
    ///
    /// # Errors
    /// As [`XdrView::view`].
    fn begin(input: &mut Viewer<'_>) -> Result<Self::Place, DecodeError>;

    /// Takes an element off the front of `input`; `None` behind the last one, once.
    ///
    /// # Errors
    /// As [`XdrView::view`].
    fn step<'a>(input: &mut Viewer<'a>, place: &mut Self::Place) -> Result<Option<Self::Element<'a>>, DecodeError>;
}

/// The elements of an array or a list in order, each decoded and checked when its turn comes.
///
/// It ends behind the last one, or behind the first error.
///
/// ```
/// use oncrpc::xdr::{Array, DecodeError, Str, Viewer, XdrWalk, to_bytes};
///
/// let record = to_bytes::<Array<Str>>(&vec!["one".into(), "two".into()]).expect("within its bounds");
/// let mut names = <Array<Str>>::walk(&mut Viewer::new(&record))?;
/// for name in &mut names {
///     println!("{}", name?);
/// }
/// assert_eq!(names.rest()?.remaining(), 0);
/// # Ok::<(), DecodeError>(())
/// ```
pub struct Walk<'a, C: Sequence> {
    input: Viewer<'a>,
    place: C::Place,
    /// Set at the end.
    outcome: Option<Result<(), DecodeError>>,
}

impl<'a, C: Sequence> Walk<'a, C> {
    /// What stands behind the last element. Those that have not been gone through are checked.
    ///
    /// # Errors
    /// The first one, also if it has been seen.
    #[inline]
    pub fn rest(mut self) -> Result<Viewer<'a>, DecodeError> {
        self.by_ref().try_for_each(|element| element.map(|_| ()))?;
        self.outcome.unwrap_or(Ok(())).map(|()| self.input)
    }
}

impl<'a, C: Sequence> Iterator for Walk<'a, C> {
    type Item = Result<C::Element<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.outcome.is_some() {
            return None;
        }
        match C::step(&mut self.input, &mut self.place) {
            Ok(Some(element)) => Some(Ok(element)),
            Ok(None) => {
                self.outcome = Some(Ok(()));
                None
            }
            Err(error) => {
                self.outcome = Some(Err(error));
                Some(Err(error))
            }
        }
    }
}

impl<C: Sequence> core::iter::FusedIterator for Walk<'_, C> {}

impl<C: Sequence> fmt::Debug for Walk<'_, C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remaining = self.input.remaining();
        out.debug_struct("Walk").field("remaining", &remaining).field("outcome", &self.outcome).finish()
    }
}

impl<C: Sequence> XdrWalk for C {
    type Walk<'a> = Walk<'a, C>;

    #[inline]
    fn walk<'a>(input: &mut Viewer<'a>) -> Result<Walk<'a, C>, DecodeError> {
        let place = C::begin(input)?;
        Ok(Walk { input: input.clone(), place, outcome: None })
    }

    fn finish(walk: Walk<'_, C>) -> Result<(), DecodeError> {
        walk.rest().map(|_| ())
    }
}
