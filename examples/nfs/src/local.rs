//! Files of this machine.

use crate::failure::{About, Result};
use crate::source::Source;
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Reads a file from its start to its end into memory that is used again.
#[derive(Debug)]
pub struct LocalReader {
    file: File,
    path: String,
    block: usize,
    /// Blocks that were given away, the oldest first; memory for that many is enough.
    given: VecDeque<Bytes>,
    window: usize,
}

impl LocalReader {
    /// In blocks of so many bytes, of which `window` are in use at a time.
    pub fn open(path: &Path, block: u32, window: usize) -> Result<Self> {
        let name = path.display().to_string();
        let file = File::open(path).about(&name)?;
        Ok(Self { file, path: name, block: block as usize, given: VecDeque::new(), window })
    }

    fn memory(&mut self) -> BytesMut {
        let oldest = if self.given.len() > self.window { self.given.pop_front() } else { None };
        match oldest.map(Bytes::try_into_mut) {
            Some(Ok(mut free)) => {
                free.resize(self.block, 0);
                free
            }
            _ => BytesMut::zeroed(self.block),
        }
    }
}

impl Source for LocalReader {
    fn next_block(&mut self) -> Result<Option<Bytes>> {
        let block = self.memory();
        let block = filled(block, |rest, _| self.file.read(rest)).about(&self.path)?;
        self.given.push_back(block.clone());
        Ok(Some(block).filter(|block| !block.is_empty()))
    }

    fn again(&self, offset: u64, count: u32) -> Result<Bytes> {
        let block = BytesMut::zeroed(count as usize);
        filled(block, |rest, from| self.file.read_at(rest, offset + from as u64)).about(&self.path)
    }
}

/// As much as `read` has for it; that is told how much there is already.
fn filled(mut block: BytesMut, mut read: impl FnMut(&mut [u8], usize) -> io::Result<usize>) -> io::Result<Bytes> {
    let mut length = 0;
    while let Some(rest) = block.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match read(rest, length) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    block.truncate(length);
    Ok(block.freeze())
}
