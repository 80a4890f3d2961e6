//! Where files were seen last: many names in little memory.

use std::collections::HashMap;

/// Names that are remembered, and bytes of them; all are forgotten when there are more.
pub(super) const MOST: usize = 128 << 10;
const MOST_BYTES: usize = 8 << 20;

/// Names by the last digits of inodes. Where two files have the same ones, the name that was seen last is.
pub(super) struct Places {
    /// Where what is known of a file begins.
    begins: HashMap<u32, u32>,
    /// One after the other: the last digits of the directory, the length of the name, the name.
    known: Vec<u8>,
}

impl Places {
    /// What is set aside takes memory only as it is used.
    pub fn new() -> Self {
        Self { begins: HashMap::with_capacity(MOST / 10), known: Vec::with_capacity(MOST_BYTES) }
    }

    /// Remembers that the file `inode` is called `name` in `directory`, which is an inode as well.
    pub fn note(&mut self, directory: u64, inode: u64, name: &[u8]) {
        if self.get(inode as u32) == Some((directory as u32, name)) {
            return;
        }
        if self.begins.len() >= MOST || self.known.len() + 6 + name.len() > MOST_BYTES {
            *self = Self::new();
        }
        self.begins.insert(inode as u32, self.known.len() as u32);
        self.known.extend((directory as u32).to_ne_bytes());
        self.known.extend((name.len() as u16).to_ne_bytes());
        self.known.extend(name);
    }

    /// The directory in which a file was seen last, and its name there.
    pub fn get(&self, inode: u32) -> Option<(u32, &[u8])> {
        let known = self.known.get(*self.begins.get(&inode)? as usize..)?;
        let (directory, known) = known.split_first_chunk()?;
        let (length, known) = known.split_first_chunk()?;
        Some((u32::from_ne_bytes(*directory), known.get(..u16::from_ne_bytes(*length).into())?))
    }
}
