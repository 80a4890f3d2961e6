//! The content of a file, with many READs in flight.

use crate::failure::{About, Failure, Result};
use crate::idl::{Fsinfo3resok, Read3args, Read3res, Read3resok};
use crate::mounted::{Mounted, Node};
use crate::source::Source;
use oncrpc::{Bytes, Pending};
use std::collections::VecDeque;

/// The most bytes to ask for at once, whatever a server prefers.
pub const MAX_BLOCK: u32 = 1 << 20;

/// Reads a file from its start to its end.
#[derive(Debug)]
pub struct Reader<'a> {
    mounted: &'a Mounted,
    file: &'a Node,
    block: u32,
    window: usize,
    /// What is not asked for yet.
    next: u64,
    flight: VecDeque<Asked>,
    ended: bool,
}

#[derive(Debug)]
struct Asked {
    offset: u64,
    count: u32,
    reply: Pending<Read3res>,
}

impl<'a> Reader<'a> {
    /// Of `file`, with `window` READs in flight of the size that the server likes.
    pub fn new(mounted: &'a Mounted, file: &'a Node, limits: &Fsinfo3resok, window: usize) -> Self {
        let block = size(limits.rtpref, limits.rtmax);
        Self { mounted, file, block, window, next: 0, flight: VecDeque::new(), ended: false }
    }

    fn ask(&self, offset: u64, count: u32) -> Result<Asked> {
        Ok(Asked { offset, count, reply: self.start(offset, count).about(&self.file.path)? })
    }

    fn wait(&self, Asked { offset, count, reply }: Asked) -> Result<Read3resok> {
        self.mounted.wait(&self.file.path, reply, || self.start(offset, count), Read3res::into_ok)
    }

    fn start(&self, offset: u64, count: u32) -> oncrpc::Result<Pending<Read3res>> {
        self.mounted.nfs.start_read(&Read3args { file: self.file.handle.clone(), offset, count })
    }

    fn broken(&self, what: &'static str) -> Failure {
        Failure::Protocol { path: self.file.path.clone(), what }
    }
}

impl Source for Reader<'_> {
    /// They are as they came in, not copied.
    fn next_block(&mut self) -> Result<Option<Bytes>> {
        // Beyond what the file had when it was opened, one READ at a time finds the end.
        while !self.ended
            && (self.flight.is_empty() || self.flight.len() < self.window && self.next < self.file.attributes.size)
        {
            let asked = self.ask(self.next, self.block)?;
            self.next += u64::from(self.block);
            self.flight.push_back(asked);
        }
        let Some(asked) = self.flight.pop_front() else { return Ok(None) };
        let (offset, count) = (asked.offset, asked.count);
        let found = self.wait(asked)?;
        let got = u32::try_from(found.data.len()).unwrap_or(u32::MAX);
        match count.checked_sub(got) {
            None => return Err(self.broken("the server gives more than it was asked for")),
            Some(_) if found.eof => {
                self.ended = true;
                self.flight.clear();
            }
            Some(_) if got == 0 => return Err(self.broken("the server gives nothing, and no end")),
            Some(0) => {}
            Some(rest) => {
                let asked = self.ask(offset + u64::from(got), rest)?;
                self.flight.push_front(asked);
            }
        }
        Ok(Some(found.data).filter(|data| !data.is_empty()))
    }

    fn again(&self, offset: u64, count: u32) -> Result<Bytes> {
        Ok(self.wait(self.ask(offset, count)?)?.data)
    }
}

/// What a server likes, if it says so, within what it takes and we do.
pub fn size(preferred: u32, most: u32) -> u32 {
    let limit = if most == 0 { MAX_BLOCK } else { most.min(MAX_BLOCK) };
    if preferred == 0 { limit } else { preferred.min(limit) }
}
