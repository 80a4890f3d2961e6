use super::{AcceptStat, MessageHead, REPLY, RejectStat, Verifier};
use crate::xdr::{DecodeError, EncodeError, Sink, Source, Xdr};
use core::fmt;

/// The header of a reply (RFC 5531 §9); after [`AcceptStat::Success`] the results follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyHeader {
    /// The number of the call it answers.
    pub xid: u32,
    /// What became of the call.
    pub body: ReplyBody,
}

/// What became of a call: `reply_body` (RFC 5531 §9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyBody {
    /// `MSG_ACCEPTED`: the caller is accepted, the call not always.
    Accepted {
        /// What proves the server's identity.
        verifier: Verifier,
        /// What became of the call.
        stat: AcceptStat,
    },
    /// `MSG_DENIED`: the call was not looked at.
    Denied(RejectStat),
}

/// Why a message is no reply: the server's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyError {
    /// The message is a call or of an unknown `msg_type`.
    NotAReply {
        /// The `msg_type`.
        kind: u32,
    },
    /// The header ends early, or its verifier is too long.
    Unparsable(DecodeError),
    /// A `reply_stat` that is neither accepted nor denied.
    ReplyStat {
        /// The number.
        found: u32,
    },
    /// An [`AcceptStat::Other`]: what it means is unknown.
    AcceptStat {
        /// The number.
        found: u32,
    },
    /// A [`RejectStat::Other`]: what it means is unknown.
    RejectStat {
        /// The number.
        found: u32,
    },
}

/// What stands behind the xid of a reply that tells of success without a verifier.
const PLAIN_SUCCESS: [u8; 20] = *b"\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

impl ReplyHeader {
    /// The xid and the results of a reply that tells of success without a verifier, as nearly all do; `None` of others.
    #[inline]
    pub fn of_plain_success(message: &[u8]) -> Option<(u32, &[u8])> {
        let (xid, rest) = message.split_first_chunk()?;
        let results = rest.strip_prefix(&PLAIN_SUCCESS)?;
        Some((u32::from_be_bytes(*xid), results))
    }

    /// Appends the header.
    ///
    /// # Errors
    /// The verifier breaks its limit, or the message grows too large.
    pub fn encode(&self, out: &mut impl Sink) -> Result<(), EncodeError> {
        u32::encode(&self.xid, out)?;
        u32::encode(&REPLY, out)?;
        self.body.encode(out)
    }

    /// An encoded header of [`AcceptStat::Success`] with the verifier of `AUTH_NONE`.
    #[cfg(feature = "net")]
    #[inline]
    pub(crate) const fn success(xid: u32) -> [u8; 24] {
        let ([a, b, c, d], [e, f, g, h]) = (xid.to_be_bytes(), REPLY.to_be_bytes());
        [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    }

    /// Takes a header off the front of `input`, which is a whole message. Statuses of unknown numbers are kept as such.
    ///
    /// # Errors
    /// See [`ReplyError`].
    pub fn decode(input: &mut impl Source) -> Result<Self, ReplyError> {
        let MessageHead { xid, kind } = MessageHead::decode(input)?;
        if kind != REPLY {
            return Err(ReplyError::NotAReply { kind });
        }
        Ok(Self { xid, body: ReplyBody::decode(input)? })
    }
}

impl ReplyBody {
    /// An accepted call of `stat`, with the verifier of `AUTH_NONE`.
    pub const fn accepted(stat: AcceptStat) -> Self {
        Self::Accepted { verifier: Verifier::NONE, stat }
    }

    /// Appends what follows xid and `msg_type`.
    ///
    /// # Errors
    /// As [`ReplyHeader::encode`].
    pub fn encode(&self, out: &mut impl Sink) -> Result<(), EncodeError> {
        match self {
            Self::Accepted { verifier, stat } => {
                u32::encode(&0, out)?;
                verifier.encode(out)?;
                stat.encode(out)
            }
            Self::Denied(stat) => {
                u32::encode(&1, out)?;
                stat.encode(out)
            }
        }
    }

    /// Takes what follows xid and `msg_type` off the front of `input`.
    ///
    /// # Errors
    /// As [`ReplyHeader::decode`].
    pub fn decode(input: &mut impl Source) -> Result<Self, ReplyError> {
        match u32::decode(input)? {
            0 => Ok(Self::Accepted { verifier: Verifier::decode(input)?, stat: AcceptStat::decode(input)? }),
            1 => Ok(Self::Denied(RejectStat::decode(input)?)),
            found => Err(ReplyError::ReplyStat { found }),
        }
    }
}

impl From<DecodeError> for ReplyError {
    fn from(error: DecodeError) -> Self {
        Self::Unparsable(error)
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAReply { kind } => write!(out, "the message is not a reply: msg_type is {kind}"),
            Self::Unparsable(source) => write!(out, "the header of the reply cannot be read: {source}"),
            Self::ReplyStat { found } => write!(out, "the reply is neither accepted nor denied: reply_stat is {found}"),
            Self::AcceptStat { found } => write!(out, "the reply is of an unknown kind: accept_stat is {found}"),
            Self::RejectStat { found } => write!(out, "the denial is of an unknown kind: reject_stat is {found}"),
        }
    }
}

impl core::error::Error for ReplyError {}
