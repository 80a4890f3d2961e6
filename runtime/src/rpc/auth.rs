use super::AuthSys;
use crate::xdr::{DecodeError, EncodeError, Opaque, Reader, Sink, Source, Xdr};
use bytes::Bytes;
use core::fmt;

/// The most bytes in the body of a credential or verifier (RFC 5531 §8.2).
pub const MAX_AUTH_BODY: u32 = 400;

/// `AUTH_NONE` and no body.
const EMPTY: [u8; 8] = [0; 8];

/// How a caller says who it is: `auth_flavor` (RFC 5531 §8.2), any number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flavor(pub u32);

impl Flavor {
    /// Nobody (RFC 5531 §10.1).
    pub const NONE: Self = Self(0);
    /// User and group numbers, taken on trust (RFC 5531, appendix A).
    pub const SYS: Self = Self(1);
    /// Shorthand for an `AUTH_SYS` credential, given by a server.
    pub const SHORT: Self = Self(2);
    /// Diffie-Hellman, obsolete.
    pub const DH: Self = Self(3);
    /// `RPCSEC_GSS` (RFC 2203).
    pub const GSS: Self = Self(6);
    /// `AUTH_TLS`, the probe for TLS (RFC 9289).
    pub const TLS: Self = Self(7);
}

impl fmt::Display for Flavor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NONE => write!(out, "AUTH_NONE"),
            Self::SYS => write!(out, "AUTH_SYS"),
            Self::SHORT => write!(out, "AUTH_SHORT"),
            Self::DH => write!(out, "AUTH_DH"),
            Self::GSS => write!(out, "RPCSEC_GSS"),
            Self::TLS => write!(out, "AUTH_TLS"),
            Self(number) => write!(out, "flavor {number}"),
        }
    }
}

impl fmt::Debug for Flavor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Who calls: the `cred` of a call (RFC 5531 §9).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Credential {
    /// `AUTH_NONE`. What a caller may have put into its body is ignored.
    #[default]
    None,
    /// `AUTH_SYS`: whoever it claims to be.
    Sys(AuthSys),
    /// Any other flavor.
    Other {
        /// The flavor.
        flavor: Flavor,
        /// Its body, up to [`MAX_AUTH_BODY`] bytes.
        body: Bytes,
    },
}

/// What proves a credential, or the server's identity in a reply: a `verf` (RFC 5531 §9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    /// The flavor.
    pub flavor: Flavor,
    /// Its body, up to [`MAX_AUTH_BODY`] bytes.
    pub body: Bytes,
}

impl Credential {
    /// The flavor.
    pub fn flavor(&self) -> Flavor {
        match self {
            Self::None => Flavor::NONE,
            Self::Sys(_) => Flavor::SYS,
            Self::Other { flavor, .. } => *flavor,
        }
    }

    /// Appends flavor, length and body.
    ///
    /// # Errors
    /// The body is longer than [`MAX_AUTH_BODY`], or breaks a limit of [`AuthSys`].
    pub fn encode(&self, out: &mut impl Sink) -> Result<(), EncodeError> {
        match self {
            Self::None => out.put(EMPTY),
            Self::Sys(sys) => {
                u32::encode(&Flavor::SYS.0, out)?;
                sys.encode_with_length(out)
            }
            Self::Other { flavor, body } => {
                u32::encode(&flavor.0, out)?;
                Opaque::<MAX_AUTH_BODY>::encode(body, out)
            }
        }
    }

    /// Reads the body of a credential of `flavor`.
    #[inline]
    pub(super) fn from_body(flavor: Flavor, body: Reader<'_>, length: usize) -> Result<Self, DecodeError> {
        if flavor == Flavor::NONE { Ok(Self::None) } else { Self::from_some_body(flavor, body, length) }
    }

    fn from_some_body(flavor: Flavor, mut body: Reader<'_>, length: usize) -> Result<Self, DecodeError> {
        Ok(match flavor {
            Flavor::SYS => Self::Sys(AuthSys::decode(&mut body)?),
            flavor => Self::Other { flavor, body: body.take_bytes(length, 0)? },
        })
    }
}

impl Verifier {
    /// `AUTH_NONE`.
    pub const NONE: Self = Self { flavor: Flavor::NONE, body: Bytes::new() };

    /// Appends flavor, length and body.
    ///
    /// # Errors
    /// The body is longer than [`MAX_AUTH_BODY`].
    pub fn encode(&self, out: &mut impl Sink) -> Result<(), EncodeError> {
        if *self == Self::NONE {
            return out.put(EMPTY);
        }
        u32::encode(&self.flavor.0, out)?;
        Opaque::<MAX_AUTH_BODY>::encode(&self.body, out)
    }

    /// Takes a verifier off the front of `input`.
    ///
    /// # Errors
    /// The input ends early, or the body is longer than [`MAX_AUTH_BODY`].
    pub fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        let (flavor, length, mut body) = opaque_auth(input)?;
        let body = if length == 0 { Bytes::new() } else { body.take_bytes(length, 0)? };
        Ok(Self { flavor, body })
    }
}

impl Default for Verifier {
    fn default() -> Self {
        Self::NONE
    }
}

/// An `opaque_auth`: flavor, length of the body, and the body in a window that also holds its padding. Reading from
/// the window copies the few bytes it is asked for, not the whole record, so that a kept credential keeps no record.
pub(super) fn opaque_auth<S: Source>(input: &mut S) -> Result<(Flavor, usize, Reader<'_>), DecodeError> {
    let flavor = Flavor(u32::decode(input)?);
    let length = u32::decode(input)?;
    if length > MAX_AUTH_BODY {
        return Err(DecodeError::TooLong { length, bound: MAX_AUTH_BODY });
    }
    let length = length as usize;
    Ok((flavor, length, input.window(crate::xdr::padded(length))?))
}
