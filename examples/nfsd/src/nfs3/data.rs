//! READ, WRITE, COMMIT.

use super::system::{MOST, most};
use super::{Nfs, On};
use crate::attributes::kind;
use crate::idl::*;
use crate::status::Outcome;
use oncrpc::{Bytes, Call};
use rustix::buffer::spare_capacity;
use rustix::fs::{Access, FileType, Statx, fdatasync, fsync};
use rustix::io::{Errno, ReadWriteFlags, pread, preadv2};
use std::fs::File;
use std::io::IoSliceMut;
use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering;

impl Nfs {
    /// At most `count` bytes from `offset`, and whether the file ends behind them; `NFS3ERR_JUKEBOX` if it had to wait.
    pub(super) fn read_file(
        &self,
        call: &Call,
        On { caller, node, stat }: On<'_>,
        offset: u64,
        count: u32,
    ) -> Outcome<(Bytes, bool)> {
        must_be_regular(stat)?;
        let file = node.open(&self.export, caller, stat, Access::READ_OK)?;
        let left = stat.stx_size.saturating_sub(offset);
        let length = usize::try_from(left.min(count.min(most(call.transport())).into())).unwrap_or(0);
        if length == 0 {
            return Ok((Bytes::new(), left == 0));
        }
        let is_at_once = call.may_wait() || self.export.is_in_memory;
        let data = if is_at_once { read(&file, length, offset) } else { read_from_memory(&file, length, offset) }?;
        let is_end = data.len() < length || data.len() as u64 >= left;
        Ok((data.into(), is_end))
    }

    /// Writes the bytes of `args`; how many, how safe they are, and until when.
    pub(super) fn write_file(
        &self,
        On { caller, node, stat }: On<'_>,
        args: &Write3args,
    ) -> Outcome<(u32, StableHow, Writeverf3)> {
        must_be_regular(stat)?;
        let count = args.count.min(MOST);
        let data = usize::try_from(count).ok().and_then(|count| args.data.get(..count)).ok_or(Nfsstat3::ErrInval)?;
        if args.offset.checked_add(count.into()).is_none_or(|end| i64::try_from(end).is_err()) {
            return Err(Nfsstat3::ErrFbig);
        }
        let file = node.open(&self.export, caller, stat, Access::WRITE_OK)?;
        // Not as the superuser, whose writing leaves set-user-ID bits in place.
        caller.act()?;
        let written = file.write_all_at(data, args.offset);
        written.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        match args.stable {
            StableHow::Unstable => {}
            StableHow::DataSync => self.sync(fdatasync(&*file))?,
            StableHow::FileSync => self.sync(fsync(&*file))?,
        }
        Ok((count, args.stable, self.verifier()))
    }

    /// Brings all of a file to disk.
    pub(super) fn bring_to_disk(&self, On { caller, node, stat }: On<'_>) -> Outcome<()> {
        must_be_regular(stat)?;
        let file = node.open(&self.export, caller, stat, Access::WRITE_OK)?;
        self.sync(fsync(&*file))
    }

    /// Data that could not be brought to disk may be gone, also what others have written.
    fn sync(&self, outcome: rustix::io::Result<()>) -> Outcome<()> {
        outcome.map_err(|error| {
            self.verifier.fetch_add(1, Ordering::AcqRel);
            error.into()
        })
    }
}

pub fn must_be_regular(stat: &Statx) -> Outcome<()> {
    match kind(stat) {
        FileType::RegularFile => Ok(()),
        FileType::Directory => Err(Nfsstat3::ErrIsdir),
        _ => Err(Nfsstat3::ErrInval),
    }
}

/// At most `length` bytes.
fn read(file: &File, length: usize, offset: u64) -> rustix::io::Result<Vec<u8>> {
    let mut data = Vec::with_capacity(length);
    pread(file, spare_capacity(&mut data), offset)?;
    Ok(data)
}

/// `length` bytes, if the system has them in memory.
fn read_from_memory(file: &File, length: usize, offset: u64) -> rustix::io::Result<Vec<u8>> {
    let mut data = vec![0; length];
    match preadv2(file, &mut [IoSliceMut::new(&mut data)], offset, ReadWriteFlags::NOWAIT) {
        // The rest is on the disk, or the file has become shorter; or the file system does not know.
        Ok(read) if read < length => Err(Errno::AGAIN),
        Err(Errno::OPNOTSUPP) => Err(Errno::AGAIN),
        other => other.map(|_| data),
    }
}
