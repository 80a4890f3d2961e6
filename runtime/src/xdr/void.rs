use super::{DecodeError, EncodeError, Sink, Source, Xdr};

/// `void`: no bytes (RFC 4506 §4.16).
#[derive(Debug)]
pub enum Void {}

impl Xdr for Void {
    type Value = ();
    const MIN: usize = 0;
    const MAX: usize = 0;

    fn encode<S: Sink>(_value: &(), _out: &mut S) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode<S: Source>(_input: &mut S) -> Result<(), DecodeError> {
        Ok(())
    }
}
