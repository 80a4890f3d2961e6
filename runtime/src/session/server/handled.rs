use crate::metrics::{Event, Outcome, UNSERVED};
use crate::rpc::CallError;

/// What became of a message, or of calls that came to the same, for whoever counts. Small: it travels in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handled {
    /// The row of its procedure; see [`Metrics::row`](crate::metrics::Metrics::row).
    pub row: u32,
    /// Bytes of the message, or of all.
    pub received: u32,
    /// Bytes of the reply, or of all; 0 if there is none now.
    pub sent: u32,
    /// How many it tells of, one after the other.
    pub calls: u16,
    /// What the call came to; `None` if it is answered later, or was none.
    pub outcome: Option<Outcome>,
    /// What else happened: why it was refused or dropped.
    pub event: Option<Event>,
}

impl Handled {
    /// A call that was carried out, if it is answered now.
    #[inline]
    pub(super) fn carried_out(row: u32, outcome: Option<Outcome>, received: usize, sent: usize) -> Self {
        Self { row, received: length(received), sent: length(sent), calls: 1, outcome, event: None }
    }

    /// So many calls that were answered with results. They came in one read, and their replies wait to be written: neither is 4 GiB.
    #[inline]
    pub(super) fn answered(row: u32, calls: u16, received: usize, sent: usize) -> Self {
        let outcome = Some(Outcome::Success);
        Self { row, received: received as u32, sent: sent as u32, calls, outcome, event: None }
    }

    /// A message that is not carried out.
    pub(super) fn not_carried_out(event: Event, received: usize, sent: usize) -> Self {
        let (received, sent) = (length(received), length(sent));
        Self { row: UNSERVED, received, sent, calls: 1, outcome: None, event: Some(event) }
    }
}

/// No message is as long as a record can be.
#[inline]
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// The event of a header that is not one of an acceptable call.
pub(super) fn refusal(error: &CallError) -> Event {
    match error {
        CallError::NotACall { .. } => Event::RefusedNoCall,
        CallError::Unparsable(_) => Event::RefusedUnparsable,
        CallError::RpcVersion { .. } => Event::RefusedRpcVersion,
        CallError::Credential { .. } => Event::RefusedCredential,
        CallError::Verifier { .. } => Event::RefusedVerifier,
    }
}

#[cfg(test)]
mod tests {
    use super::Handled;

    #[test]
    fn it_fits_two_registers() {
        assert_eq!((size_of::<Handled>(), size_of::<Option<Handled>>()), (16, 16));
    }
}
