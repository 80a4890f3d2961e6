use core::fmt;

/// How a peer broke record marking. The stream is then out of step and of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// The fragments so far and the one announced exceed the limit.
    TooLarge {
        /// Bytes that the record would have at least.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The record has more fragments than the limit.
    TooManyFragments {
        /// The limit.
        limit: u32,
    },
    /// The record has more empty fragments than the limit.
    TooManyEmptyFragments {
        /// The limit.
        limit: u32,
    },
    /// The record ends without a byte in it.
    Empty,
}

impl fmt::Display for RecordError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { length, limit } => {
                write!(out, "a record of at least {length} bytes was announced, the limit is {limit}")
            }
            Self::TooManyFragments { limit } => write!(out, "a record has more than {limit} fragments"),
            Self::TooManyEmptyFragments { limit } => write!(out, "a record has more than {limit} empty fragments"),
            Self::Empty => write!(out, "a record is empty"),
        }
    }
}

impl core::error::Error for RecordError {}
