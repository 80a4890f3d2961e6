use crate::xdr::{Array, DecodeError, EncodeError, Sink, Source, Str, Text, Xdr, padded};
use alloc::vec::Vec;

/// The most bytes in a machine name.
const MAX_NAME: u32 = 255;

/// The most supplementary groups.
const MAX_GIDS: u32 = 16;

type Name = Str<MAX_NAME>;
type Gids = Array<u32, MAX_GIDS>;

/// The credential of `AUTH_SYS` (RFC 5531, appendix A): what the caller claims, proven by nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthSys {
    /// Any number the caller chose.
    pub stamp: u32,
    /// Name of the caller's machine, up to 255 bytes.
    pub machine_name: Text,
    /// Effective user number.
    pub uid: u32,
    /// Effective group number.
    pub gid: u32,
    /// Further groups, up to 16.
    pub gids: Vec<u32>,
}

impl AuthSys {
    /// Appends the length of the credential and the credential, as the body of an `opaque_auth`.
    pub(super) fn encode_with_length<S: Sink>(&self, out: &mut S) -> Result<(), EncodeError> {
        // Lengths beyond the limits saturate: encoding the field itself then fails.
        let length = padded(self.machine_name.len()).saturating_add(self.gids.len().saturating_mul(4));
        u32::encode(&u32::try_from(length.saturating_add(20)).unwrap_or(u32::MAX), out)?;
        Self::encode(self, out)
    }
}

impl Xdr for AuthSys {
    type Value = Self;
    const MIN: usize = 20;
    const MAX: usize = 12 + Name::MAX + Gids::MAX;

    fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
        u32::encode(&value.stamp, out)?;
        Name::encode(&value.machine_name, out)?;
        u32::encode(&value.uid, out)?;
        u32::encode(&value.gid, out)?;
        Gids::encode(&value.gids, out)
    }

    fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        Ok(Self {
            stamp: u32::decode(input)?,
            machine_name: Name::decode(input)?,
            uid: u32::decode(input)?,
            gid: u32::decode(input)?,
            gids: Gids::decode(input)?,
        })
    }
}
