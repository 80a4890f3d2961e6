//! From a handle back to its file, when that is not at hand: after a restart, or after many others.

use super::node::{KNOWN, lock};
use super::{Export, Handle, Identity, places};
use crate::idl::Nfsstat3;
use crate::status::Outcome;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, openat2, statx};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// Entries that a search looks at. Stops handles of files that are gone from costing more.
const MOST_SEARCHED: usize = 4 << 20;

/// Files that are known to be gone, and how long that is believed.
const MOST_GONE: usize = 1_024;
const GONE: Duration = Duration::from_secs(30);

/// No way out of the export: no symbolic link, no other file system, nothing above.
const BENEATH: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS)
    .union(ResolveFlags::NO_XDEV);

impl Export {
    /// Opens the file of a handle if it still has the name that it had last.
    pub(super) fn remembered(&self, handle: &Handle, how: ResolveFlags) -> Option<OwnedFd> {
        let mut names: Vec<&[u8]> = Vec::new();
        let places = lock(&self.places);
        let mut at = handle.file.inode as u32;
        while at != self.root.handle.file.inode as u32 {
            // The longest path of the system has so many; there may be circles of names that are old.
            let (above, name) = places.get(at).filter(|_| names.len() < 2_048)?;
            names.push(name);
            at = above;
        }
        names.reverse();
        let path = names.join(&b'/');
        drop(places);
        self.open_if(&path, handle.file, how)
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
        if gone.get(&handle.file).is_some_and(|since| since.elapsed() < GONE) {
            return Err(Nfsstat3::ErrStale);
        }
        let found = self.search(handle)?.and_then(|path| self.open_if(&path, handle.file, ResolveFlags::empty()));
        if found.is_none() {
            if gone.len() >= MOST_GONE {
                gone.clear();
            }
            gone.insert(handle.file, Instant::now());
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

    /// The path of a file, first in the directories that its handle names. Remembers its name and those behind it, asked for next.
    fn search(&self, handle: &Handle) -> Outcome<Option<Vec<u8>>> {
        let (mut left, mut found) = (MOST_SEARCHED, None);
        let mut directories = VecDeque::from([(self.root.handle.file.inode, b".".to_vec())]);
        while let Some((directory, path)) = directories.pop_front().filter(|_| found.is_none()) {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let entries = match openat2(&self.root.path, &*path, flags, Mode::empty(), BENEATH).and_then(Dir::new) {
                Ok(entries) => entries,
                // It is gone meanwhile, no directory after all, of another file system, or not for us to read.
                Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::XDEV | Errno::ACCESS | Errno::NAMETOOLONG) => {
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            for entry in entries {
                let Ok(entry) = entry else { return Err(Nfsstat3::ErrJukebox) };
                let (inode, name) = (entry.ino(), entry.file_name().to_bytes());
                let may_be_directory = matches!(entry.file_type(), FileType::Directory | FileType::Unknown);
                if matches!(name, b"." | b"..") {
                    continue;
                } else if inode == handle.file.inode {
                    found = Some([&path, name].join(&b'/'));
                    left = left.min(places::MOST / 4);
                } else if may_be_directory && handle.ancestors.contains(&(inode as u32)) {
                    directories.push_front((inode, [&path, name].join(&b'/')));
                } else if may_be_directory {
                    directories.push_back((inode, [&path, name].join(&b'/')));
                }
                if found.is_some() || may_be_directory {
                    lock(&self.places).note(directory, inode, name);
                }
                left -= 1;
                if left == 0 {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }
}
