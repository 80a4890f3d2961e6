use super::auth::opaque_auth;
use super::{AuthStat, CALL, Credential, MessageHead, RPC_VERSION, RejectStat, ReplyBody, ReplyHeader, Verifier};
use crate::xdr::{DecodeError, EncodeError, Sink, Source, Xdr};
use core::fmt;

/// The header of a call (RFC 5531 §9); the arguments follow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallHeader {
    /// The number that the reply will bear.
    pub xid: u32,
    /// The program.
    pub program: u32,
    /// Its version.
    pub version: u32,
    /// The procedure of that version.
    pub procedure: u32,
    /// Who calls.
    pub credential: Credential,
    /// What proves it.
    pub verifier: Verifier,
}

/// Why a message is no acceptable call: the caller's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The message is a reply or of an unknown `msg_type`. Never answered: two servers would answer each other forever.
    NotACall {
        /// The `msg_type`.
        kind: u32,
    },
    /// The header ends early. Never answered.
    Unparsable(DecodeError),
    /// Another version of RPC itself. Answered with `RPC_MISMATCH`.
    RpcVersion {
        /// Of the call.
        xid: u32,
        /// Its `rpcvers`.
        found: u32,
    },
    /// The credential is too long or malformed. Answered with `AUTH_BADCRED`.
    Credential {
        /// Of the call.
        xid: u32,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// The verifier is too long. Answered with `AUTH_BADVERF`.
    Verifier {
        /// Of the call.
        xid: u32,
        /// What is wrong with it.
        source: DecodeError,
    },
}

impl CallHeader {
    /// Appends the header.
    ///
    /// # Errors
    /// The credential or verifier breaks its limits, or the message grows too large.
    pub fn encode(&self, out: &mut impl Sink) -> Result<(), EncodeError> {
        let words = [self.xid, CALL, RPC_VERSION, self.program, self.version, self.procedure];
        let mut fixed = [0; FIXED];
        for (place, word) in fixed.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_be_bytes();
        }
        out.put(fixed)?;
        self.credential.encode(out)?;
        self.verifier.encode(out)
    }

    /// Takes a header off the front of `input`, which is a whole message.
    ///
    /// # Errors
    /// See [`CallError`], which also knows the [answer](CallError::reply).
    pub fn decode(input: &mut impl Source) -> Result<Self, CallError> {
        // What is there as a whole needs one check of bounds; what ends early is read word by word up to its fault.
        let [xid, program, version, procedure] = match input.expect(FIXED) {
            Ok(()) => fixed_words(&mut input.window(FIXED)?)?,
            Err(_) => fixed_words(input)?,
        };
        let credential = decode_credential(xid, input)?;
        Ok(Self { xid, program, version, procedure, credential, verifier: decode_verifier(xid, input)? })
    }
}

/// Bytes before the credential.
const FIXED: usize = 24;

/// Transaction, program, version and procedure.
#[inline]
fn fixed_words(input: &mut impl Source) -> Result<[u32; 4], CallError> {
    let MessageHead { xid, kind } = MessageHead::decode(input)?;
    if kind != CALL {
        return Err(CallError::NotACall { kind });
    }
    let found = u32::decode(input)?;
    if found != RPC_VERSION {
        return Err(CallError::RpcVersion { xid, found });
    }
    Ok([xid, u32::decode(input)?, u32::decode(input)?, u32::decode(input)?])
}

/// A body that its own length and the message cover, but that is not what its flavor says, is a bad credential; a
/// message that ends within it is unparsable.
fn decode_credential<S: Source>(xid: u32, input: &mut S) -> Result<Credential, CallError> {
    let bad = |source| CallError::Credential { xid, source };
    let (flavor, length, body) = opaque_auth(input).map_err(|error| too_long_or_unparsable(error, bad))?;
    Credential::from_body(flavor, body, length).map_err(bad)
}

fn decode_verifier<S: Source>(xid: u32, input: &mut S) -> Result<Verifier, CallError> {
    Verifier::decode(input).map_err(|error| too_long_or_unparsable(error, |source| CallError::Verifier { xid, source }))
}

fn too_long_or_unparsable(error: DecodeError, too_long: impl FnOnce(DecodeError) -> CallError) -> CallError {
    match error {
        DecodeError::TooLong { .. } => too_long(error),
        _ => CallError::Unparsable(error),
    }
}

impl CallError {
    /// The reply it gets, if any.
    pub fn reply(&self) -> Option<ReplyHeader> {
        let (xid, stat) = match *self {
            Self::NotACall { .. } | Self::Unparsable(_) => return None,
            Self::RpcVersion { xid, .. } => (xid, RejectStat::RpcMismatch { low: RPC_VERSION, high: RPC_VERSION }),
            Self::Credential { xid, .. } => (xid, RejectStat::Auth(AuthStat::BadCredential)),
            Self::Verifier { xid, .. } => (xid, RejectStat::Auth(AuthStat::BadVerifier)),
        };
        Some(ReplyHeader { xid, body: ReplyBody::Denied(stat) })
    }
}

impl From<DecodeError> for CallError {
    fn from(error: DecodeError) -> Self {
        Self::Unparsable(error)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACall { kind } => write!(out, "the message is not a call: msg_type is {kind}"),
            Self::Unparsable(source) => write!(out, "the header of the call cannot be read: {source}"),
            Self::RpcVersion { found, .. } => write!(out, "the call is of RPC version {found}, not {RPC_VERSION}"),
            Self::Credential { source, .. } => write!(out, "the credential of the call cannot be read: {source}"),
            Self::Verifier { source, .. } => write!(out, "the verifier of the call cannot be read: {source}"),
        }
    }
}

impl core::error::Error for CallError {}
