use super::Programs;
use super::answer::{NULL, authenticate};
use crate::error::{Error, Result};
use crate::record::{Limits, Reader};
use crate::rpc::{CallError, CallHeader, MAX_AUTH_BODY, ReplyHeader};
use crate::xdr::Decoder;

/// The shortest header of a call, and the longest.
const HEADER: usize = 40;
const LONGEST_HEADER: usize = HEADER + 2 * MAX_AUTH_BODY as usize;

/// Bytes behind the arguments that a call may have: some peers send a few.
const SLACK: usize = 1 << 10;

/// How long a record may be, going by the header of the call in it.
#[derive(Debug)]
pub(super) struct Allowance {
    pub(super) bytes: usize,
    /// What it is answered if it is longer, whatever comes behind the header; nothing if it is no call.
    pub(super) refusal: Option<ReplyHeader>,
}

/// A reader that asks for the [allowance](Programs::allowance) of a record before it keeps more than its header. One
/// that lies in the input as a whole costs no memory, and one that is shorter than any allowance is not worth asking.
pub(super) fn reader(limits: Limits) -> Reader {
    Reader::new(limits).doubting(HEADER + SLACK, LONGEST_HEADER)
}

impl Programs {
    /// What a record that begins with `front` may have; `None` if the header has not come.
    pub(super) fn allowance(&self, front: &[u8]) -> Option<Allowance> {
        let mut input = Decoder::new(front);
        let (largest, refusal) = match CallHeader::decode(&mut input) {
            Ok(call) => {
                let (largest, error) = match self.largest_arguments(&call) {
                    Ok(largest) => (largest.unwrap_or(usize::MAX), Error::GarbageArguments),
                    Err(error) => (0, error),
                };
                (largest, Some(ReplyHeader { xid: call.xid, body: error.reply() }))
            }
            Err(CallError::Unparsable(_)) if front.len() < LONGEST_HEADER => return None,
            Err(error) => (0, error.reply()),
        };
        let header = front.len().saturating_sub(input.remaining());
        Some(Allowance { bytes: header.saturating_add(largest).saturating_add(SLACK), refusal })
    }

    /// The most bytes of arguments that `call` can have, if there is a bound. The order of the checks is that in which
    /// a call is carried out.
    ///
    /// # Errors
    /// What the call is refused with, whatever its arguments.
    fn largest_arguments(&self, call: &CallHeader) -> Result<Option<usize>> {
        authenticate(&call.credential)?;
        let version = self.find(call.program, call.version)?;
        match version.procedure(call.procedure) {
            Some(served) => Ok(served.procedure.arguments_limit()),
            None if call.procedure == NULL => Ok(Some(0)),
            None => Err(Error::ProcedureUnavailable),
        }
    }
}
