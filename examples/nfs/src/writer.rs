//! What is written to a file, with many WRITEs in flight, and made safe by COMMIT.

use crate::failure::{About, Failure, Result};
use crate::idl::{Commit3args, StableHow, Write3args, Write3res};
use crate::mounted::{Mounted, Node};
use crate::source::Source;
use oncrpc::{Bytes, Pending};
use std::collections::VecDeque;
use std::ops::Range;

/// How much may be written before a COMMIT: what has to be sent again at most if the server restarts.
const COMMIT_EVERY: u64 = 256 << 20;
/// How often the same bytes are sent to a server that restarts again and again.
const MAX_ROUNDS: usize = 10;

/// Writes a file.
#[derive(Debug)]
pub struct Writer<'a> {
    mounted: &'a Mounted,
    file: Node,
    block: u32,
    window: usize,
    flight: VecDeque<Sent>,
    /// What the server may lose when it restarts, with the verifier that tells.
    unsafe_yet: Vec<(Range<u64>, [u8; 8])>,
}

#[derive(Debug)]
struct Sent {
    offset: u64,
    data: Bytes,
    reply: Pending<Write3res>,
}

impl<'a> Writer<'a> {
    /// To `file`, with `window` WRITEs in flight of at most `block` bytes.
    pub fn new(mounted: &'a Mounted, file: Node, block: u32, window: usize) -> Self {
        Self { mounted, file, block, window, flight: VecDeque::new(), unsafe_yet: Vec::new() }
    }

    /// Sends bytes; waits for earlier ones if too many are in flight. What comes from `source` is `data` and what was
    /// lost of that before it.
    pub fn put(&mut self, offset: u64, data: &Bytes, source: &impl Source) -> Result<()> {
        self.send_all(offset, data)?;
        let uncommitted: u64 = self.unsafe_yet.iter().map(|(range, _)| range.end - range.start).sum();
        if uncommitted >= COMMIT_EVERY { self.make_safe(source) } else { Ok(()) }
    }

    /// Returns when all is written and safe.
    pub fn make_safe(&mut self, source: &impl Source) -> Result<()> {
        for _ in 0..MAX_ROUNDS {
            self.settle(0)?;
            if self.unsafe_yet.is_empty() {
                return Ok(());
            }
            let arguments = Commit3args { file: self.file.handle.clone(), offset: 0, count: 0 };
            let committed =
                self.mounted.answer(&self.file.path, || Ok(self.mounted.nfs.commit(&arguments)?.into_ok()))?;
            // With another verifier, the server has restarted since these were written.
            for (range, verifier) in std::mem::take(&mut self.unsafe_yet) {
                if verifier != committed.verf {
                    self.send_again(range, source)?;
                }
            }
        }
        Err(Failure::Protocol {
            path: self.file.path.clone(),
            what: "the server loses what is written, again and again",
        })
    }

    fn send_again(&mut self, range: Range<u64>, source: &impl Source) -> Result<()> {
        let mut offset = range.start;
        while offset < range.end {
            let count = u32::try_from(range.end - offset).unwrap_or(u32::MAX).min(self.block);
            let data = source.again(offset, count)?;
            if data.is_empty() {
                return Err(Failure::Refused {
                    path: self.file.path.clone(),
                    what: "what is copied became shorter meanwhile",
                });
            }
            self.send_all(offset, &data)?;
            offset += data.len() as u64;
        }
        Ok(())
    }

    fn send_all(&mut self, mut offset: u64, data: &Bytes) -> Result<()> {
        let mut data = data.clone();
        while !data.is_empty() {
            self.settle(self.window.saturating_sub(1))?;
            let piece = data.split_to(data.len().min(self.block as usize));
            let length = piece.len() as u64;
            let sent = self.send(offset, piece)?;
            self.flight.push_back(sent);
            offset += length;
        }
        Ok(())
    }

    fn send(&self, offset: u64, data: Bytes) -> Result<Sent> {
        let reply = self.start(offset, &data).about(&self.file.path)?;
        Ok(Sent { offset, data, reply })
    }

    fn start(&self, offset: u64, data: &Bytes) -> oncrpc::Result<Pending<Write3res>> {
        let (file, count) = (self.file.handle.clone(), u32::try_from(data.len()).unwrap_or(u32::MAX));
        let arguments = Write3args { file, offset, count, stable: StableHow::Unstable, data: data.clone() };
        self.mounted.nfs.start_write(&arguments)
    }

    /// Waits until no more than `left` are in flight.
    fn settle(&mut self, left: usize) -> Result<()> {
        while self.flight.len() > left {
            let Some(Sent { offset, mut data, reply }) = self.flight.pop_front() else { break };
            let again = || self.start(offset, &data);
            let written = self.mounted.wait(&self.file.path, reply, again, Write3res::into_ok)?;
            let count = written.count as usize;
            if count == 0 || count > data.len() {
                let what = "the server writes nothing, or more than it was given";
                return Err(Failure::Protocol { path: self.file.path.clone(), what });
            }
            let end = offset + u64::from(written.count);
            if written.committed == StableHow::Unstable {
                self.note(offset..end, written.verf);
            }
            let rest = data.split_off(count);
            if !rest.is_empty() {
                let sent = self.send(end, rest)?;
                self.flight.push_front(sent);
            }
        }
        Ok(())
    }

    fn note(&mut self, range: Range<u64>, verifier: [u8; 8]) {
        match self.unsafe_yet.last_mut() {
            Some((last, same)) if last.end == range.start && *same == verifier => last.end = range.end,
            _ => self.unsafe_yet.push((range, verifier)),
        }
    }
}
