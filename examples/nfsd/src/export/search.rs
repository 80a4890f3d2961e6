//! From a handle back to its file, when that is not at hand: after a restart, or after many others.

use super::handle::Handle;
use super::node::{KNOWN, lock};
use super::{Export, Identity};
use crate::idl::Nfsstat3;
use crate::status::Outcome;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir, ResolveFlags, openat2, statx};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// Names that are remembered for sure; up to twice as many are. They take about 100 bytes each.
pub(super) const MOST_PLACES: usize = 64 << 10;

/// Directories above a file, at most: the longest path of the system has 2,048.
const MOST_DEPTH: usize = 2_048;

/// Bytes of a directory that are read at a time.
const CHUNK: usize = 32 << 10;

/// Entries that a search looks at. Stops handles of files that are gone from costing more.
const MOST_SEARCHED: usize = 4 << 20;

/// Files that are known to be gone, and how long that is believed.
pub(super) const MOST_GONE: usize = 1_024;
const GONE: Duration = Duration::from_secs(30);

/// No way out of the export: no symbolic link, no other file system, nothing above.
const BENEATH: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS)
    .union(ResolveFlags::NO_XDEV);

/// Where a file was seen last.
pub(super) struct Place {
    directory: u64,
    name: Box<[u8]>,
}

impl Export {
    /// Remembers that the file `inode` is called `name` in `directory`, which is an inode as well.
    pub fn note(&self, directory: u64, inode: u64, name: &[u8]) {
        let mut places = lock(&self.places);
        let is_known = places.get(inode).is_some_and(|it| it.directory == directory && *it.name == *name);
        if !is_known {
            places.put(inode, Place { directory, name: name.into() });
        }
    }

    /// Opens the file of a handle if it still has the name that it had last.
    pub(super) fn remembered(&self, handle: &Handle, how: ResolveFlags) -> Option<OwnedFd> {
        let mut names: Vec<Box<[u8]>> = Vec::new();
        let mut places = lock(&self.places);
        let mut at = handle.file.inode;
        while at != self.root.handle.file.inode {
            let place = places.get(at).filter(|_| names.len() < MOST_DEPTH)?;
            at = place.directory;
            names.push(place.name.clone());
        }
        drop(places);
        names.reverse();
        self.open_if(&names.join(&b'/'), handle.file, how)
    }

    /// Opens the file of a handle, wherever it is now. One thread searches at a time, and none twice for what is gone.
    pub(super) fn find(&self, handle: &Handle) -> Outcome<OwnedFd> {
        let remembered = || self.remembered(handle, ResolveFlags::empty());
        if let Some(found) = remembered() {
            return Ok(found);
        }
        let mut gone = lock(&self.gone);
        // Another search may have come by.
        if let Some(found) = remembered() {
            return Ok(found);
        }
        let is_gone = |(file, since): &(Identity, Instant)| *file == handle.file && since.elapsed() < GONE;
        if gone.get(handle.file.inode).is_some_and(is_gone) {
            return Err(Nfsstat3::ErrStale);
        }
        let found = self.search(handle)?.and_then(|path| self.open_if(&path, handle.file, ResolveFlags::empty()));
        if found.is_none() {
            gone.put(handle.file.inode, (handle.file, Instant::now()));
        }
        found.ok_or(Nfsstat3::ErrStale)
    }

    /// Opens what is at `path`, if it is this file.
    fn open_if(&self, path: &[u8], file: Identity, how: ResolveFlags) -> Option<OwnedFd> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let found = openat2(&self.root.path, path, flags, Mode::empty(), BENEATH | how).ok()?;
        let stat = statx(&found, c"", AtFlags::EMPTY_PATH, KNOWN).ok()?;
        (Identity::of(&stat) == file).then_some(found)
    }

    /// The path of a file anywhere in the export, if there is one; first in the directories that its handle names. Remembers
    /// its name and those behind it, which are asked for next as a rule.
    fn search(&self, handle: &Handle) -> Outcome<Option<Vec<u8>>> {
        let (mut left, mut to_note, mut found) = (MOST_SEARCHED, MOST_PLACES / 2, None);
        let root = self.root.handle.file.inode;
        let mut directories = VecDeque::from([(root, root, Vec::new())]);
        while let Some((above, directory, path)) = directories.pop_front() {
            if let Some(name) = path.rsplit(|byte| *byte == b'/').next().filter(|_| directory != root) {
                self.note(above, directory, name);
            }
            let listed = self.list(&path, |inode, name, may_be_directory| {
                let path = || if path.is_empty() { name.to_vec() } else { [&path, name].join(&b'/') };
                if inode == handle.file.inode {
                    found = Some(path());
                }
                if found.is_some() {
                    self.note(directory, inode, name);
                    to_note -= 1;
                } else if may_be_directory && handle.is_below(inode) {
                    directories.push_front((directory, inode, path()));
                } else if may_be_directory {
                    directories.push_back((directory, inode, path()));
                }
                left -= 1;
                left > 0 && to_note > 0
            });
            match listed {
                _ if found.is_some() || left == 0 => break,
                // It is gone meanwhile, no directory after all, of another file system, or not for us to read.
                Ok(())
                | Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::XDEV | Errno::ACCESS | Errno::NAMETOOLONG) => {
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// Has `visit` see the entries of the directory at `path`: inode, name, whether it may be a directory. Until it wants no more.
    fn list(&self, path: &[u8], mut visit: impl FnMut(u64, &[u8], bool) -> bool) -> rustix::io::Result<()> {
        let path = if path.is_empty() { b"." } else { path };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat2(&self.root.path, path, flags, Mode::empty(), BENEATH)?;
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut entries = RawDir::new(directory, chunk.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            let may_be_directory = matches!(entry.file_type(), FileType::Directory | FileType::Unknown);
            if !matches!(name, b"." | b"..") && !visit(entry.ino(), name, may_be_directory) {
                break;
            }
        }
        Ok(())
    }
}
