use crate::xdr::{DecodeError, EncodeError, Sink, Source, Xdr};
use core::fmt;

/// What became of an accepted call: `accept_stat` (RFC 5531 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptStat {
    /// `SUCCESS`: the results follow.
    Success,
    /// `PROG_UNAVAIL`: the program is not served.
    ProgramUnavailable,
    /// `PROG_MISMATCH`: the program is served, the version is not.
    ProgramMismatch {
        /// The lowest version served.
        low: u32,
        /// The highest version served.
        high: u32,
    },
    /// `PROC_UNAVAIL`: the version has no such procedure.
    ProcedureUnavailable,
    /// `GARBAGE_ARGS`: the arguments cannot be decoded.
    GarbageArguments,
    /// `SYSTEM_ERR`: the server failed.
    SystemError,
    /// A number that RFC 5531 does not know.
    Other(u32),
}

/// Why a call was denied: `reject_stat` (RFC 5531 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectStat {
    /// `RPC_MISMATCH`: another version of RPC itself is wanted.
    RpcMismatch {
        /// The lowest version spoken.
        low: u32,
        /// The highest version spoken.
        high: u32,
    },
    /// `AUTH_ERROR`: the caller is not accepted.
    Auth(AuthStat),
    /// A number that RFC 5531 does not know.
    Other(u32),
}

/// Why a caller is not accepted: `auth_stat` (RFC 5531 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthStat {
    /// `AUTH_BADCRED`: the credential is malformed.
    BadCredential,
    /// `AUTH_REJECTEDCRED`: the client must begin a new session, or the flavor is not served.
    RejectedCredential,
    /// `AUTH_BADVERF`: the verifier is malformed.
    BadVerifier,
    /// `AUTH_REJECTEDVERF`: the verifier expired or was replayed.
    RejectedVerifier,
    /// `AUTH_TOOWEAK`: for reasons of security, such as a weak flavor or where the call comes from.
    TooWeak,
    /// `AUTH_INVALIDRESP`: the response verifier is bogus.
    InvalidResponse,
    /// `AUTH_FAILED`: for a reason that is not told.
    Failed,
    /// `RPCSEC_GSS_CREDPROBLEM`: no credentials for the user (RFC 2203 §5.3.3.3).
    GssCredentialProblem,
    /// `RPCSEC_GSS_CTXPROBLEM`: no such context (RFC 2203 §5.3.3.3).
    GssContextProblem,
    /// Any other number.
    Other(u32),
}

impl AcceptStat {
    /// Appends the status, and the versions with a mismatch.
    ///
    /// # Errors
    /// The message grows too large.
    pub fn encode(&self, out: &mut impl Sink) -> Result<(), EncodeError> {
        match *self {
            Self::Success => u32::encode(&0, out),
            Self::ProgramUnavailable => u32::encode(&1, out),
            Self::ProgramMismatch { low, high } => encode_mismatch(2, low, high, out),
            Self::ProcedureUnavailable => u32::encode(&3, out),
            Self::GarbageArguments => u32::encode(&4, out),
            Self::SystemError => u32::encode(&5, out),
            Self::Other(number) => u32::encode(&number, out),
        }
    }

    /// Takes a status off the front of `input`.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        Ok(match u32::decode(input)? {
            0 => Self::Success,
            1 => Self::ProgramUnavailable,
            2 => Self::ProgramMismatch { low: u32::decode(input)?, high: u32::decode(input)? },
            3 => Self::ProcedureUnavailable,
            4 => Self::GarbageArguments,
            5 => Self::SystemError,
            number => Self::Other(number),
        })
    }
}

impl RejectStat {
    /// Appends the status and its versions or reason.
    ///
    /// # Errors
    /// The message grows too large.
    pub fn encode(&self, out: &mut impl Sink) -> Result<(), EncodeError> {
        match *self {
            Self::RpcMismatch { low, high } => encode_mismatch(0, low, high, out),
            Self::Auth(reason) => {
                u32::encode(&1, out)?;
                u32::encode(&reason.number(), out)
            }
            Self::Other(number) => u32::encode(&number, out),
        }
    }

    /// Takes a status off the front of `input`.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        Ok(match u32::decode(input)? {
            0 => Self::RpcMismatch { low: u32::decode(input)?, high: u32::decode(input)? },
            1 => Self::Auth(AuthStat::from_number(u32::decode(input)?)),
            number => Self::Other(number),
        })
    }
}

impl AuthStat {
    /// The status of that number.
    pub const fn from_number(number: u32) -> Self {
        match number {
            1 => Self::BadCredential,
            2 => Self::RejectedCredential,
            3 => Self::BadVerifier,
            4 => Self::RejectedVerifier,
            5 => Self::TooWeak,
            6 => Self::InvalidResponse,
            7 => Self::Failed,
            13 => Self::GssCredentialProblem,
            14 => Self::GssContextProblem,
            number => Self::Other(number),
        }
    }

    /// The number on the wire.
    pub const fn number(self) -> u32 {
        match self {
            Self::BadCredential => 1,
            Self::RejectedCredential => 2,
            Self::BadVerifier => 3,
            Self::RejectedVerifier => 4,
            Self::TooWeak => 5,
            Self::InvalidResponse => 6,
            Self::Failed => 7,
            Self::GssCredentialProblem => 13,
            Self::GssContextProblem => 14,
            Self::Other(number) => number,
        }
    }
}

impl fmt::Display for AuthStat {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadCredential => write!(out, "the credential is malformed (AUTH_BADCRED)"),
            Self::RejectedCredential => write!(out, "the credential or its flavor is rejected (AUTH_REJECTEDCRED)"),
            Self::BadVerifier => write!(out, "the verifier is malformed (AUTH_BADVERF)"),
            Self::RejectedVerifier => write!(out, "the verifier expired or was replayed (AUTH_REJECTEDVERF)"),
            Self::TooWeak => write!(out, "for reasons of security (AUTH_TOOWEAK)"),
            Self::InvalidResponse => write!(out, "the response verifier is bogus (AUTH_INVALIDRESP)"),
            Self::Failed => write!(out, "for a reason that is not told (AUTH_FAILED)"),
            Self::GssCredentialProblem => write!(out, "no GSS credentials (RPCSEC_GSS_CREDPROBLEM)"),
            Self::GssContextProblem => write!(out, "no such GSS context (RPCSEC_GSS_CTXPROBLEM)"),
            Self::Other(number) => write!(out, "auth_stat {number}"),
        }
    }
}

fn encode_mismatch<S: Sink>(stat: u32, low: u32, high: u32, out: &mut S) -> Result<(), EncodeError> {
    u32::encode(&stat, out)?;
    u32::encode(&low, out)?;
    u32::encode(&high, out)
}
