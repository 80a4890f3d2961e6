use core::fmt;

/// Why a value cannot be encoded: the caller's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// A string, opaque data or array is longer than its declaration allows.
    TooLong {
        /// Its length, in elements or bytes.
        length: usize,
        /// The declared bound.
        bound: u32,
    },
    /// A value of fixed length that is kept on the heap has another length.
    WrongLength {
        /// Its length, in elements or bytes.
        length: usize,
        /// The declared length.
        declared: u32,
    },
    /// A list that must have at least one node has none.
    EmptyList,
    /// A node of a list in which structures take turns is one of another structure than the one whose turn it is.
    OutOfTurn {
        /// Its place in the list, from 0.
        index: usize,
        /// The name of the structure whose turn it is.
        due: &'static str,
    },
    /// The discriminant of a default arm is one that another arm is for.
    Discriminant {
        /// The name of the union.
        union: &'static str,
        /// The discriminant.
        value: i64,
    },
    /// Recursive values are nested deeper than the limit.
    TooDeep {
        /// The limit.
        limit: u32,
    },
    /// The message is larger than the limit.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length, bound } => write!(out, "length {length} exceeds the declared bound {bound}"),
            Self::WrongLength { length, declared } => write!(out, "length is {length}, declared is {declared}"),
            Self::EmptyList => write!(out, "a list that needs at least one node is empty"),
            Self::OutOfTurn { index, due } => write!(out, "node {index} of a list is no {due}, whose turn it is"),
            Self::Discriminant { union, value } => {
                write!(out, "discriminant {value} of union {union} belongs to another arm than the default one")
            }
            Self::TooDeep { limit } => write!(out, "values are nested deeper than {limit}"),
            Self::TooLarge { limit } => write!(out, "the message exceeds {limit} bytes"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// Why bytes are not a value: the peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// More bytes are needed than there are.
    Truncated {
        /// Bytes needed for the next piece, at least.
        needed: usize,
        /// Bytes left.
        remaining: usize,
    },
    /// A string, opaque data or array is longer than its declaration allows.
    TooLong {
        /// Its length, in elements or bytes.
        length: u32,
        /// The declared bound.
        bound: u32,
    },
    /// A number that is not one of a closed enumeration.
    Enumerator {
        /// The name of the enumeration.
        enumeration: &'static str,
        /// The number.
        value: i32,
    },
    /// A discriminant that no arm of the union is for.
    Discriminant {
        /// The name of the union.
        union: &'static str,
        /// The discriminant.
        value: i64,
    },
    /// A number that does not fit the declared `char` or `short`.
    Range {
        /// The number; unsigned ones as their 32 bits.
        value: i32,
    },
    /// A list that must have at least one node has none.
    EmptyList,
    /// A string that is to be a `String` is not UTF-8.
    NotUtf8 {
        /// How many bytes at its front are.
        valid: usize,
    },
    /// Recursive values are nested deeper than the limit.
    TooDeep {
        /// The limit.
        limit: u32,
    },
    /// The value takes more memory than the limit.
    TooMuchMemory {
        /// The limit in bytes.
        limit: usize,
    },
    /// Bytes are left behind the value.
    Trailing {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { needed, remaining } => {
                write!(out, "the message ends early: {needed} more bytes needed, {remaining} left")
            }
            Self::TooLong { length, bound } => write!(out, "length {length} exceeds the declared bound {bound}"),
            Self::Enumerator { enumeration, value } => write!(out, "{value} is not a value of enum {enumeration}"),
            Self::Discriminant { union, value } => write!(out, "union {union} has no arm for {value}"),
            Self::Range { value } => write!(out, "number {value} does not fit its declared type"),
            Self::EmptyList => write!(out, "a list that needs at least one node is empty"),
            Self::NotUtf8 { valid } => write!(out, "a string is not UTF-8 after its first {valid} bytes"),
            Self::TooDeep { limit } => write!(out, "values are nested deeper than {limit}"),
            Self::TooMuchMemory { limit } => write!(out, "the value takes more than {limit} bytes of memory"),
            Self::Trailing { count } => write!(out, "{count} bytes are left behind the value"),
        }
    }
}

impl core::error::Error for DecodeError {}
