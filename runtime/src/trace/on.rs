use crate::call::Call;
use crate::error::{Error, Result};
use std::fmt;
use tracing::field::Empty;
use tracing::{Span, debug, info, info_span};

/// The span of one call, until the last clone of this is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Trace(Span);

impl Trace {
    /// No span.
    pub(crate) const fn none() -> Self {
        Self(Span::none())
    }

    /// The span `serve` of a call that has come.
    pub(crate) fn of_server(call: &Call) -> Self {
        Self(info_span!(
            target: "oncrpc",
            "serve",
            program = call.program(),
            version = call.version(),
            procedure = call.procedure(),
            name = call.procedure_name(),
            xid = call.xid(),
            peer = %call.peer(),
            transport = %call.transport(),
            outcome = Empty,
        ))
    }

    /// The span `call` of a call to `peer`; of program and version, procedure and its name if that is known.
    pub(crate) fn of_client((program, version): (u32, u32), procedure: u32, name: &str, peer: &str) -> Self {
        let (xid, name) = (Empty, tracing::field::display(Name(procedure, name)));
        Self(info_span!(target: "oncrpc", "call", program, version, procedure, name, xid, peer, outcome = Empty))
    }

    /// Does `work` within the span: what it tells belongs to the call.
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.in_scope(work)
    }

    /// The number that the call has.
    pub(crate) fn started(&self, xid: u32) {
        self.0.record("xid", xid);
    }

    /// What the call came to.
    pub(crate) fn finish(&self, outcome: &str) {
        self.0.record("outcome", outcome);
    }

    /// What the call came to for its caller.
    pub(crate) fn finish_with<T>(&self, outcome: &Result<T>) {
        match outcome {
            Ok(_) => self.finish("SUCCESS"),
            Err(error) => {
                self.0.record("outcome", tracing::field::display(error));
            }
        }
    }
}

/// A procedure's name; the one that Wireshark uses if there is none.
struct Name<'a>(u32, &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (0, "") => write!(out, "NULL"),
            (number, "") => write!(out, "proc-{number}"),
            (_, name) => write!(out, "{name}"),
        }
    }
}

/// The connection of a client has ended.
pub(crate) fn lost(peer: &str, error: &Error) {
    debug!(target: "oncrpc", peer, %error, "lost the connection");
}

/// A client has connected again.
pub(crate) fn connected_again(peer: &str) {
    info!(target: "oncrpc", peer, "connected again");
}
