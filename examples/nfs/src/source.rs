//! What a copy is made from.

use crate::failure::Result;
use oncrpc::Bytes;

/// Bytes from the start of a file to its end, and once more.
pub trait Source {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// They cannot be read.
    fn next_block(&mut self) -> Result<Option<Bytes>>;

    /// Up to `count` bytes at `offset` for a server that has lost them; none behind the end.
    ///
    /// # Errors
    /// They cannot be read.
    fn again(&self, offset: u64, count: u32) -> Result<Bytes>;
}
