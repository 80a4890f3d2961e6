//! Where C is known to judge bytes otherwise than RFC 4506 does, and why. Whatever else differs is a fault.

#[cfg(test)]
mod tests;

use super::peer::Answer;
use super::subject::Subtype;
use super::wire::{Fault, Reading};

/// A known difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Divergence {
    Enumerator,
    Narrow,
    ZeroInText,
    Truth,
    LoneStringBound,
}

impl Divergence {
    /// What is different.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Enumerator => "a number that is no enumerator: Rust refuses it, C takes it",
            Self::Narrow => "a number too large for a char or short: Rust refuses it, C cuts it",
            Self::ZeroInText => "a string with a zero byte: Rust keeps all of it, C writes what is before",
            Self::Truth => "a bool that is neither 0 nor 1: both take it, C writes it again as it was",
            Self::LoneStringBound => "a procedure's string longer than its bound: Rust refuses it, C takes it",
        }
    }

    /// Why it is known.
    pub(super) const fn ground(self) -> &'static str {
        match self {
            Self::Enumerator => "RFC 4506 4.3 makes it an error; libtirpc's xdr_enum takes any number",
            Self::Narrow => "XDR has no char and short; libtirpc's xdr_char and xdr_short cut the int on the wire",
            Self::ZeroInText => "RFC 4506 4.11 allows any byte; a C string ends at the first zero byte",
            Self::Truth => "RFC 4506 4.4 knows 0 and 1; rpcgen copies a bool that stands among numbers unseen",
            Self::LoneStringBound => {
                "rpcgen writes xdr_wrapstring for a string that a procedure takes or gives, whatever its bound is"
            }
        }
    }

    /// The known difference that explains these answers to the same bytes, in which a reader of the RFC sees `reading`.
    pub(super) fn of(subtype: &Subtype, reading: &Result<Reading, Fault>, rust: &Answer, c: &Answer) -> Option<Self> {
        match (reading, rust, c) {
            // What C makes of the bytes behind what it should have refused is its own affair.
            (Err(fault), Answer::Refused, Answer::Value { .. }) => match fault {
                Fault::Enumerator => Some(Self::Enumerator),
                Fault::Range => Some(Self::Narrow),
                Fault::TooLong if subtype.is_lone_string => Some(Self::LoneStringBound),
                Fault::TooLong | Fault::Truncated | Fault::Discriminant => None,
            },
            (Ok(reading), Answer::Value { used, bytes, shown }, Answer::Value { used: c_used, shown: c_shown, .. }) => {
                let rust_is_right = *used == reading.used && *bytes == reading.canonical;
                match reading {
                    _ if !rust_is_right || used != c_used => None,
                    Reading { zero_in_text: true, .. } => Some(Self::ZeroInText),
                    Reading { odd_truth: true, .. } if shown == c_shown => Some(Self::Truth),
                    Reading { .. } => None,
                }
            }
            _ => None,
        }
    }
}
