use super::{DecodeError, EncodeError, Sink, Source, Xdr};

/// `void`: no bytes (RFC 4506 §4.16).
#[derive(Debug)]
pub enum Void {}

impl Xdr for Void {
    type Value = ();
    const MIN: usize = 0;
    const MAX: usize = 0;

    #[inline]
    fn encode(_value: &(), _out: &mut impl Sink) -> Result<(), EncodeError> {
        Ok(())
    }

    #[inline]
    fn decode(_input: &mut impl Source) -> Result<(), DecodeError> {
        Ok(())
    }
}
