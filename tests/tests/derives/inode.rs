//! A type of ours that stands for one of a C header.

use arbitrary::Arbitrary;
use oncrpc::xdr::{DecodeError, EncodeError, Sink, Source, Viewer, Xdr, XdrView};
use serde::{Deserialize, Serialize};

/// `inode` of interfaces/derives.x: an `unsigned hyper` on the wire, with every trait that the types around it are to have.
#[derive(Arbitrary, Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) struct Inode(pub(crate) u64);

impl Xdr for Inode {
    type Value = Self;

    const MIN: usize = 8;
    const MAX: usize = 8;

    fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
        u64::encode(&value.0, out)
    }

    fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        u64::decode(input).map(Self)
    }
}

impl XdrView for Inode {
    type View<'a> = Self;

    fn view<'a>(input: &mut Viewer<'a>) -> Result<Self, DecodeError> {
        Self::decode(input)
    }

    fn to_value(view: Self) -> Result<Self, DecodeError> {
        Ok(view)
    }
}
