//! A type of ours that stands for one of a C header, as a user writes it, and an interface that uses it.

use oncrpc::xdr::{DecodeError, EncodeError, Sink, Source, Viewer, Xdr, XdrView};
use std::time::Duration;

/// `struct timeval`: seconds and microseconds, each an `int` on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeval(pub Duration);

impl Xdr for Timeval {
    type Value = Self;

    const MIN: usize = 8;
    const MAX: usize = 8;

    fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
        u32::encode(&u32::try_from(value.0.as_secs()).unwrap_or(u32::MAX), out)?;
        u32::encode(&value.0.subsec_micros(), out)
    }

    fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        let (seconds, micros) = (u32::decode(input)?, u32::decode(input)?);
        Ok(Self(Duration::from_secs(seconds.into()) + Duration::from_micros(micros.into())))
    }
}

impl XdrView for Timeval {
    type View<'a> = Self;

    fn view<'a>(input: &mut Viewer<'a>) -> Result<Self, DecodeError> {
        Self::decode(input)
    }

    fn to_value(view: Self) -> Result<Self, DecodeError> {
        Ok(view)
    }
}

/// interfaces/times.x
pub mod times {
    oncrpc::include_idl!("times");
}
