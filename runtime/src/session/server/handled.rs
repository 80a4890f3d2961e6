use crate::metrics::{Event, Outcome, UNSERVED};
use crate::rpc::CallError;

/// What became of a message, for whoever counts. Small, since there is one for each call: it travels in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handled {
    /// The row of its procedure; see [`Metrics::row`](crate::metrics::Metrics::row).
    pub row: u32,
    /// Bytes of the message.
    pub received: u32,
    /// Bytes of the reply; 0 if there is none now.
    pub sent: u32,
    /// What the call came to; `None` if it is answered later, or was none.
    pub outcome: Option<Outcome>,
    /// What else happened: why it was refused or dropped.
    pub event: Option<Event>,
}

impl Handled {
    /// A call that was carried out, if it is answered now.
    #[inline]
    pub(super) fn carried_out(row: u32, outcome: Option<Outcome>, received: usize, sent: usize) -> Self {
        Self { row, received: length(received), sent: length(sent), outcome, event: None }
    }

    /// A message that is not carried out.
    pub(super) fn not_carried_out(event: Event, received: usize, sent: usize) -> Self {
        Self { row: UNSERVED, received: length(received), sent: length(sent), outcome: None, event: Some(event) }
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
