use super::Programs;
use super::answer::Admitted;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::record::{Limits, Reader};
use crate::rpc::{CallError, MAX_AUTH_BODY, ReplyHeader};
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
    /// Whether it is a call that is carried out if it is not longer.
    pub(super) is_admitted: bool,
}

/// A reader that asks for the [allowance](Programs::allowance) of a record before it keeps more than its header. One
/// that lies in the input as a whole costs no memory, and one that is shorter than any allowance is not worth asking.
pub(super) fn reader(limits: Limits) -> Reader {
    Reader::new(limits).doubting(HEADER + SLACK, LONGEST_HEADER).reading_ahead()
}

impl Programs {
    /// What a record that begins with `front` may have; `None` if the header has not come. It is a call of whom `call`
    /// names.
    pub(super) fn allowance(&self, call: &mut Call, front: &[u8]) -> Option<Allowance> {
        let mut input = Decoder::new(front);
        let mut is_admitted = false;
        let (largest, refusal) = match call.begin(&mut input) {
            Ok(()) => {
                let largest = self.largest_arguments(call);
                is_admitted = largest.is_ok();
                let (largest, error) = match largest {
                    Ok(largest) => (largest, Error::GarbageArguments),
                    Err(error) => (0, error),
                };
                (largest, Some(ReplyHeader { xid: call.xid(), body: error.reply() }))
            }
            Err(CallError::Unparsable(_)) if front.len() < LONGEST_HEADER => return None,
            Err(error) => (0, error.reply()),
        };
        let header = front.len().saturating_sub(input.remaining());
        Some(Allowance { bytes: header.saturating_add(largest).saturating_add(SLACK), refusal, is_admitted })
    }

    /// The most bytes of arguments that `call` can have.
    ///
    /// # Errors
    /// What the call is refused with, whatever its arguments.
    fn largest_arguments(&self, call: &mut Call) -> Result<usize> {
        match self.admit(call) {
            Ok(Admitted { served: Some(served), .. }) => Ok(served.procedure.arguments_limit().unwrap_or(usize::MAX)),
            Ok(Admitted { served: None, .. }) => Ok(0),
            Err(error) => {
                self.tell_if_failed(call, &error);
                Err(error)
            }
        }
    }
}
