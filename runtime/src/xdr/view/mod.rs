//! Values looked at where they are: nothing is copied, nothing is allocated.
//!
//! A view borrows from the record. It is checked as a whole when it is made; arrays and lists are decoded a second time,
//! element by element, as they are gone through. A walk is made without a look at the elements, which are checked as they
//! are gone through.

mod array;
mod copied;
mod forms;
mod lazy;
mod list;
mod mutual_list;
mod number;
mod text;
mod viewer;
mod walk;

pub use array::{ArrayView, Elements};
pub use lazy::LazyView;
pub use list::{ListView, Nodes};
pub use mutual_list::{MutualListView, MutualNodes, TurnsView};
pub use text::TextView;
pub use viewer::Viewer;
pub use walk::{Sequence, Walk, XdrWalk};

use super::{DecodeError, Xdr};

/// A codec whose values can be looked at in place.
pub trait XdrView: Xdr {
    /// What is seen of a value in a record that lives for `'a`; for a fixed-size type, the value itself.
    type View<'a>;

    /// Takes a value off the front of `input`.
    ///
    /// # Errors
    /// As [`Xdr::decode`], but memory is not limited, since none is taken.
    fn view<'a>(input: &mut Viewer<'a>) -> Result<Self::View<'a>, DecodeError>;

    /// Passes over `count` values, which are checked on the way.
    ///
    /// # Errors
    /// As [`XdrView::view`].
    #[inline]
    fn pass(input: &mut Viewer<'_>, count: usize) -> Result<(), DecodeError> {
        for _ in 0..count {
            Self::view(input)?;
        }
        Ok(())
    }

    /// The value that is seen, as one of its own.
    ///
    /// # Errors
    /// An array or list of the view has been found to hold something else than when the view was made: never.
    fn to_value(view: Self::View<'_>) -> Result<Self::Value, DecodeError>;
}

/// The one value in `bytes`, in place.
///
/// # Errors
/// See [`XdrView::view`]; bytes left over are an error, too.
pub fn view_bytes<C: XdrView>(bytes: &[u8]) -> Result<C::View<'_>, DecodeError> {
    let mut input = Viewer::new(bytes);
    let view = C::view(&mut input)?;
    match input.remaining() {
        0 => Ok(view),
        count => Err(DecodeError::Trailing { count }),
    }
}
