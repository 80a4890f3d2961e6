use crate::metrics::{Event, Outcome};
use crate::rpc::CallError;

/// What became of a message, for whoever counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handled {
    /// The row of its procedure; see [`Metrics::row`](crate::metrics::Metrics::row).
    pub row: usize,
    /// What the call came to; `None` if it is answered later, or was none.
    pub outcome: Option<Outcome>,
    /// What else happened: why it was refused or dropped.
    pub event: Option<Event>,
    /// Bytes of the message.
    pub received: usize,
    /// Bytes of the reply; 0 if there is none now.
    pub sent: usize,
}

impl Handled {
    /// A message of so many bytes that is not carried out.
    pub(super) fn not_carried_out(event: Event, received: usize, sent: usize) -> Self {
        Self { row: usize::MAX, outcome: None, event: Some(event), received, sent }
    }
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
