/// What decoding one record may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// How deep recursive values may nest; 100 by default. Stops a peer from overflowing the stack with a deep tree.
    /// Linked lists are not recursive here: they become a `Vec`.
    pub depth: u32,
    /// Bytes of memory that the elements of arrays and lists, and strings and opaque data that are copied, may take in
    /// all; 64 MiB by default. A list, whose length is not told, takes up to three times the memory of its nodes while
    /// its room grows. Stops a peer from turning 4 bytes on the wire into a far larger structure in memory a million
    /// times over.
    pub memory: usize,
}

impl DecodeLimits {
    /// The limits of [`DecodeLimits::default`].
    pub const DEFAULT: Self = Self { depth: 100, memory: 64 << 20 };
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
