use crate::address::AddressFault;
use crate::record::RecordError;
use crate::rpc::{AcceptStat, AuthStat, RejectStat, ReplyBody, ReplyError};
use crate::xdr::{DecodeError, EncodeError};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// What a call or a handler returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, and who erred. What a handler returns to refuse a call is the same type.
///
/// A handler that returns one of the first seven (the refusals of RFC 5531 §9) gives the caller exactly that reply; any
/// other error becomes [`Error::SystemError`] there.
#[derive(Clone)]
#[non_exhaustive]
pub enum Error {
    /// Refused: the peer does not serve the program (`PROG_UNAVAIL`).
    ProgramUnavailable,
    /// Refused: the peer serves the program, but not the version (`PROG_MISMATCH`).
    ProgramMismatch {
        /// The lowest version it serves.
        low: u32,
        /// The highest version it serves.
        high: u32,
    },
    /// Refused: the peer does not know the procedure (`PROC_UNAVAIL`).
    ProcedureUnavailable,
    /// Refused: the peer cannot decode the arguments (`GARBAGE_ARGS`).
    GarbageArguments,
    /// Refused: the peer failed to carry out the call (`SYSTEM_ERR`).
    SystemError,
    /// Refused: the peer speaks other versions of RPC itself (`RPC_MISMATCH`).
    RpcMismatch {
        /// The lowest version it speaks.
        low: u32,
        /// The highest version it speaks.
        high: u32,
    },
    /// Refused: the peer does not accept the caller (`AUTH_ERROR`).
    Auth(AuthStat),

    /// The caller: the arguments break a bound of their declaration or are too large.
    Encode(EncodeError),
    /// The caller: the call does not fit a datagram.
    TooLargeForDatagram {
        /// Bytes that fit.
        limit: usize,
    },
    /// The caller: the outcome of this call was taken before.
    Taken,
    /// The caller: so many calls of this client are in flight that no more may be.
    TooManyCalls {
        /// How many may be: [`ClientOptions::max_calls`](crate::ClientOptions::max_calls).
        limit: usize,
    },
    /// The caller: the reply has come and was dropped, as so many bytes of others are kept that nobody waits for.
    ReplyDropped {
        /// How many may be: [`ClientOptions::max_kept`](crate::ClientOptions::max_kept).
        limit: usize,
    },
    /// The caller: a handler on the server's loop would wait for a reply that the loop is to read. The call is given up.
    WouldDeadlock,
    /// The server: a handler cannot carry the call out without waiting. What it returns of a call that is
    /// [to be tried on the loop](crate::Server::on_pool_if_it_waits): then it is called again on the pool. Of any other call
    /// it is `SYSTEM_ERR`.
    WouldWait,
    /// The caller: the call to be called back over came as a datagram, without a connection.
    NoConnection,
    /// The caller: not an address.
    Address {
        /// What was given.
        found: String,
        /// What is wrong with it.
        fault: AddressFault,
    },

    /// The peer broke the protocol: the results are not what the interface says.
    Decode(DecodeError),
    /// The peer broke the protocol: the header of the reply is not one.
    Reply(ReplyError),
    /// The peer broke the protocol: the stream is out of step. The connection is closed.
    Record(RecordError),

    /// The network: no connection came about.
    Connect {
        /// The address as it was given.
        address: String,
        /// Of the last attempt; where several addresses were tried, it names each with what came of it.
        source: Arc<io::Error>,
    },
    /// The network: the address cannot be listened on.
    Listen {
        /// The address as it was given.
        address: String,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The network: sending or receiving failed.
    Io {
        /// Who was talked to.
        peer: Arc<str>,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The network: no reply came in time. The call may or may not have been carried out.
    TimedOut {
        /// Who was called.
        peer: Arc<str>,
        /// The time it had.
        after: Duration,
    },
    /// The network: the connection has ended. A call that was in flight may or may not have been carried out.
    Closed {
        /// Who was called.
        peer: Arc<str>,
        /// Whether it ended within a reply.
        within_reply: bool,
    },

    /// The server: a handler panicked. What [`Server::on_error`](crate::Server::on_error) is told; the caller gets
    /// [`Error::SystemError`].
    Panicked {
        /// What it panicked with, if that is text.
        message: String,
    },

    /// The server: a call was given to somebody to answer later, who never did. What
    /// [`Server::on_error`](crate::Server::on_error) is told; the caller gets [`Error::SystemError`].
    Unanswered,
    /// The server: a call was given to somebody to answer later, who has not within
    /// [`Limits::call_time`](crate::Limits::call_time). What [`Server::on_error`](crate::Server::on_error) is told; the
    /// caller gets [`Error::SystemError`].
    Overdue {
        /// The time there was.
        after: Duration,
    },
    /// The server: replies that came later wait for their connections, so many that there was no room for this one
    /// ([`Limits::total_output_bytes`](crate::Limits::total_output_bytes)). What [`Server::on_error`](crate::Server::on_error)
    /// is told; the caller gets [`Error::SystemError`].
    TooManyReplies {
        /// Bytes of memory that they may take.
        limit: usize,
    },
    /// The server: a call that is to be carried out [once](crate::Server::at_most_once) was not carried out, as so many
    /// of that kind are in progress that [not one more](crate::ReplayLimits) can be remembered. What
    /// [`Server::on_error`](crate::Server::on_error) is told; the caller gets [`Error::SystemError`].
    TooManyInProgress,

    /// The host's rpcbind does not know where the program is served.
    NotRegistered {
        /// The program.
        program: u32,
        /// Its version.
        version: u32,
        /// The host asked.
        host: String,
    },
    /// The local rpcbind refuses to register or unregister the program, e.g. because another user has registered it.
    RegistrationRefused {
        /// The program.
        program: u32,
        /// Its version.
        version: u32,
    },
}

impl Error {
    /// Whether the call that failed with it was certainly not sent, so that it was not carried out and may be made again.
    pub fn is_unsent(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::NotRegistered { .. }
                | Self::Address { .. }
                | Self::Encode(_)
                | Self::TooManyCalls { .. }
                | Self::TooLargeForDatagram { .. }
        )
    }

    /// What a server answers when a handler returns this error.
    pub(crate) fn reply(&self) -> ReplyBody {
        let stat = match *self {
            Self::RpcMismatch { low, high } => return ReplyBody::Denied(RejectStat::RpcMismatch { low, high }),
            Self::Auth(reason) => return ReplyBody::Denied(RejectStat::Auth(reason)),
            Self::ProgramUnavailable => AcceptStat::ProgramUnavailable,
            Self::ProgramMismatch { low, high } => AcceptStat::ProgramMismatch { low, high },
            Self::ProcedureUnavailable => AcceptStat::ProcedureUnavailable,
            Self::GarbageArguments => AcceptStat::GarbageArguments,
            _ => AcceptStat::SystemError,
        };
        ReplyBody::accepted(stat)
    }

    /// The error that a caller gets for this reply; `Ok` is for results to follow.
    pub(crate) fn check_reply(body: &ReplyBody) -> Result<()> {
        Err(match *body {
            ReplyBody::Accepted { stat, .. } => match stat {
                AcceptStat::Success => return Ok(()),
                AcceptStat::ProgramUnavailable => Self::ProgramUnavailable,
                AcceptStat::ProgramMismatch { low, high } => Self::ProgramMismatch { low, high },
                AcceptStat::ProcedureUnavailable => Self::ProcedureUnavailable,
                AcceptStat::GarbageArguments => Self::GarbageArguments,
                AcceptStat::SystemError => Self::SystemError,
                AcceptStat::Other(found) => Self::Reply(ReplyError::AcceptStat { found }),
            },
            ReplyBody::Denied(RejectStat::RpcMismatch { low, high }) => Self::RpcMismatch { low, high },
            ReplyBody::Denied(RejectStat::Auth(reason)) => Self::Auth(reason),
            ReplyBody::Denied(RejectStat::Other(found)) => Self::Reply(ReplyError::RejectStat { found }),
        })
    }
}

/// The message, since that is what a `main` that returns an error prints.
impl fmt::Debug for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProgramUnavailable => write!(out, "the peer does not serve this program (PROG_UNAVAIL)"),
            Self::ProgramMismatch { low, high } => {
                write!(out, "the peer serves versions {low} to {high} of this program, not this one (PROG_MISMATCH)")
            }
            Self::ProcedureUnavailable => write!(out, "the peer does not know this procedure (PROC_UNAVAIL)"),
            Self::GarbageArguments => {
                write!(out, "the peer cannot decode the arguments: is its interface the same? (GARBAGE_ARGS)")
            }
            Self::SystemError => write!(out, "the peer failed to carry out the call: see its log (SYSTEM_ERR)"),
            Self::RpcMismatch { low, high } => {
                write!(out, "the peer speaks RPC versions {low} to {high}, not 2 (RPC_MISMATCH)")
            }
            Self::Auth(reason) => write!(out, "the peer does not accept the caller: {reason}"),
            Self::Encode(source) => write!(out, "cannot be sent: {source}"),
            Self::TooLargeForDatagram { limit } => {
                write!(out, "the call exceeds the {limit} bytes that a datagram can carry: connect with tcp:// instead")
            }
            Self::TooManyCalls { limit } => {
                write!(out, "{limit} calls are in flight, as many as may be: take the outcomes of some first")
            }
            Self::ReplyDropped { limit } => write!(
                out,
                "the reply has come and was dropped, as {limit} bytes of others are kept that nobody waits for: take \
                 the outcomes of some first"
            ),
            Self::WouldDeadlock => write!(
                out,
                "a handler on the server's loop cannot wait for a reply that the loop is to read: put its procedure on \
                 the pool, or have another thread wait"
            ),
            Self::WouldWait => write!(
                out,
                "the handler would have to wait, and is on the pool already or its procedure is not one that may go there"
            ),
            Self::NoConnection => write!(out, "a call that came as a datagram has no connection to call back over"),
            Self::Taken => write!(out, "the outcome of this call was taken before"),
            Self::Address { found, fault } => write!(out, "\"{}\" is not an address: {fault}", found.escape_debug()),
            Self::Decode(source) => write!(out, "the results are not what the interface says: {source}"),
            Self::Reply(source) => write!(out, "the peer broke the protocol: {source}"),
            Self::Record(source) => write!(out, "the peer broke record marking: {source}"),
            Self::Connect { address, source } => fmt_connect(address, source, out),
            Self::Listen { address, source } => write!(out, "cannot listen on {address}: {source}"),
            Self::Io { peer, source } => write!(out, "cannot talk to {peer}: {source}"),
            Self::TimedOut { peer, after } => {
                write!(out, "no reply from {peer} within {after:?}; the call may have been carried out")
            }
            Self::Closed { peer, within_reply: false } => {
                write!(out, "the connection to {peer} is closed; a call that was in flight may have been carried out")
            }
            Self::Closed { peer, within_reply: true } => {
                write!(out, "{peer} closed the connection within a reply; the call may have been carried out")
            }
            Self::Panicked { message } => write!(out, "the handler panicked: {message}"),
            Self::TooManyInProgress => write!(out, "the call was not carried out: the replay cache is full of others"),
            Self::Unanswered => write!(out, "the call was taken over to be answered later, and given up"),
            Self::TooManyReplies { limit } => {
                write!(out, "replies that came later take more than {limit} bytes before they are sent")
            }
            Self::Overdue { after } => {
                write!(out, "the call was taken over to be answered later, and was not within {after:?}")
            }
            Self::NotRegistered { program, version, host } => write!(
                out,
                "program {program} ({program:#x}) version {version} is not registered with rpcbind on {host}: \
                 is its server running? If it listens on a known port, connect to {host}:port"
            ),
            Self::RegistrationRefused { program, version } => write!(
                out,
                "rpcbind refuses program {program} ({program:#x}) version {version}: \
                 another user may have registered it, see `rpcinfo -p`"
            ),
        }
    }
}

fn fmt_connect(address: &str, source: &io::Error, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(out, "cannot connect to {address}: {source}")?;
    match source.kind() {
        io::ErrorKind::ConnectionRefused => write!(out, "; is the server running, and on that port?"),
        io::ErrorKind::TimedOut => write!(out, "; is the host up, and does a firewall let the port through?"),
        _ => Ok(()),
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Encode(source) => Some(source),
            Self::Decode(source) => Some(source),
            Self::Reply(source) => Some(source),
            Self::Record(source) => Some(source),
            Self::Connect { source, .. } | Self::Listen { source, .. } | Self::Io { source, .. } => Some(&**source),
            _ => None,
        }
    }
}

impl From<EncodeError> for Error {
    fn from(source: EncodeError) -> Self {
        Self::Encode(source)
    }
}

impl From<DecodeError> for Error {
    fn from(source: DecodeError) -> Self {
        Self::Decode(source)
    }
}

impl From<ReplyError> for Error {
    fn from(source: ReplyError) -> Self {
        Self::Reply(source)
    }
}

impl From<RecordError> for Error {
    fn from(source: RecordError) -> Self {
        Self::Record(source)
    }
}
