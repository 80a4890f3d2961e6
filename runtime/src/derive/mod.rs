//! What derives of other crates' traits need: the traits for our types, and functions for members that those crates
//! cannot do by themselves, which emitted code names by the members' codecs.

#[cfg(feature = "arbitrary")]
pub(crate) mod arbitrary;
#[cfg(feature = "serde")]
pub(crate) mod serde;
