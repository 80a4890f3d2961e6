use crate::rpc::{AcceptStat, RejectStat, ReplyBody};

/// What a call came to: the status of its reply (RFC 5531 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Results.
    Success,
    /// No reply, as the caller waits for none.
    Silent,
    /// `PROG_UNAVAIL`.
    ProgramUnavailable,
    /// `PROG_MISMATCH`.
    ProgramMismatch,
    /// `PROC_UNAVAIL`.
    ProcedureUnavailable,
    /// `GARBAGE_ARGS`.
    GarbageArguments,
    /// `SYSTEM_ERR`.
    SystemError,
    /// `RPC_MISMATCH`.
    RpcMismatch,
    /// `AUTH_ERROR`.
    AuthError,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Success,
        Self::Silent,
        Self::ProgramUnavailable,
        Self::ProgramMismatch,
        Self::ProcedureUnavailable,
        Self::GarbageArguments,
        Self::SystemError,
        Self::RpcMismatch,
        Self::AuthError,
    ];

    /// As in the label of a metric.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Silent => "silent",
            Self::ProgramUnavailable => "PROG_UNAVAIL",
            Self::ProgramMismatch => "PROG_MISMATCH",
            Self::ProcedureUnavailable => "PROC_UNAVAIL",
            Self::GarbageArguments => "GARBAGE_ARGS",
            Self::SystemError => "SYSTEM_ERR",
            Self::RpcMismatch => "RPC_MISMATCH",
            Self::AuthError => "AUTH_ERROR",
        }
    }

    /// Whether anything is replied.
    pub const fn has_reply(self) -> bool {
        !matches!(self, Self::Silent)
    }

    /// That of a call with this reply.
    pub const fn of(reply: &ReplyBody) -> Self {
        match reply {
            ReplyBody::Accepted { stat, .. } => match stat {
                AcceptStat::Success => Self::Success,
                AcceptStat::ProgramUnavailable => Self::ProgramUnavailable,
                AcceptStat::ProgramMismatch { .. } => Self::ProgramMismatch,
                AcceptStat::ProcedureUnavailable => Self::ProcedureUnavailable,
                AcceptStat::GarbageArguments => Self::GarbageArguments,
                AcceptStat::SystemError | AcceptStat::Other(_) => Self::SystemError,
            },
            ReplyBody::Denied(RejectStat::RpcMismatch { .. }) => Self::RpcMismatch,
            ReplyBody::Denied(RejectStat::Auth(_) | RejectStat::Other(_)) => Self::AuthError,
        }
    }
}
