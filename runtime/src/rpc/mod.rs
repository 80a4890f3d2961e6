//! RPC messages (RFC 5531 §9): the headers of calls and replies, credentials and verifiers.
//!
//! Headers are decoded leniently and answered exactly: [`CallHeader::decode`] tells a message that is never answered
//! from one that gets a denial, and which. Decoding the header of a call or reply with `AUTH_NONE` does not allocate.

mod auth;
mod auth_sys;
mod call;
mod reply;
mod status;

pub use auth::{Credential, Flavor, MAX_AUTH_BODY, Verifier};
pub use auth_sys::AuthSys;
pub use call::{CallError, CallHeader};
pub use reply::{ReplyBody, ReplyError, ReplyHeader};
pub use status::{AcceptStat, AuthStat, RejectStat};

use crate::xdr::{DecodeError, Source, Xdr};

/// The version of RPC itself, `rpcvers` (RFC 5531 §9).
pub const RPC_VERSION: u32 = 2;

/// `msg_type` of a call.
pub(crate) const CALL: u32 = 0;

/// `msg_type` of a reply.
pub(crate) const REPLY: u32 = 1;

/// The two words that every message begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageHead {
    pub(crate) xid: u32,
    /// `msg_type`: [`CALL`], [`REPLY`] or anything.
    pub(crate) kind: u32,
}

impl MessageHead {
    pub(crate) fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        Ok(Self { xid: u32::decode(input)?, kind: u32::decode(input)? })
    }
}
