//! From a handle back to its file, when that is not at hand: after a restart, or after many others.

use super::aged::Aged;
use super::handle::{Handle, low};
use super::names::Names;
use super::node::{KNOWN, Node};
use super::{Export, Identity};
use crate::idl::Nfsstat3;
use crate::status::Outcome;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir, ResolveFlags, openat2, readlinkat_raw, statx};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bytes of a directory that are read at a time.
const CHUNK: usize = 32 << 10;

/// The longest path that the system takes.
const MOST_PATH: usize = 4_096;

/// Entries that a search of all of the export looks at. Stops handles of files that are gone from costing more.
const MOST_SEARCHED: usize = 4 << 20;

/// Files that are known to be gone, and how long that is believed.
const MOST_GONE: usize = 1_024;
const GONE: Duration = Duration::from_secs(30);

/// No way out of the export: no symbolic link, no other file system, nothing above.
const BENEATH: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS)
    .union(ResolveFlags::NO_XDEV);

/// Searches of all of the export: one at a time, and none twice for what is gone.
pub(super) struct Searches {
    gone: Mutex<Aged<(Identity, Instant)>>,
}

/// A name in a directory, while it is read.
struct Entry<'a> {
    inode: u64,
    name: &'a [u8],
    may_be_directory: bool,
}

impl Searches {
    pub(super) fn new() -> Self {
        Self { gone: Mutex::new(Aged::new(MOST_GONE)) }
    }
}

impl Export {
    /// Whether a file at hand is still in the export, under the name by which it was found.
    pub(super) fn is_present(&self, node: &Node) -> bool {
        let mut buffer = [0; MOST_PATH];
        let length = readlinkat_raw(&self.descriptors, node.number(), buffer.as_mut_slice());
        let path = length.ok().and_then(|length| buffer.get(..length)).unwrap_or_default();
        let root = self.path.as_os_str().as_bytes();
        let below = if root == b"/" { Some(path) } else { path.strip_prefix(root) };
        let is_present = below.is_some_and(|below| below.starts_with(b"/")) && !path.ends_with(b" (deleted)");
        if is_present {
            node.refresh();
        }
        is_present
    }

    /// Opens the file of a handle, wherever it is now.
    pub(super) fn find(&self, handle: &Handle) -> Outcome<OwnedFd> {
        let open = |path: Vec<u8>| self.open_if(&path, handle.file, ResolveFlags::empty());
        let found = self.remembered(handle, ResolveFlags::empty()).or_else(|| self.follow(handle).and_then(open));
        if let Some(found) = found {
            return Ok(found);
        }
        let mut gone = self.searches.gone.lock().unwrap_or_else(PoisonError::into_inner);
        let is_gone = |(file, since): &(Identity, Instant)| *file == handle.file && since.elapsed() < GONE;
        if gone.get(handle.file.inode).is_some_and(is_gone) {
            return Err(Nfsstat3::ErrStale);
        }
        let found = self.search(handle.file.inode)?.and_then(open);
        if found.is_none() {
            gone.put(handle.file.inode, (handle.file, Instant::now()));
        }
        found.ok_or(Nfsstat3::ErrStale)
    }

    /// Opens the file of a handle if it still has the name that it had last.
    pub(super) fn remembered(&self, handle: &Handle, how: ResolveFlags) -> Option<OwnedFd> {
        let path = self.names.path(self.root.handle.file.inode, handle.file.inode)?;
        self.open_if(&path, handle.file, how)
    }

    /// Opens what is at `path`, if it is this file.
    fn open_if(&self, path: &[u8], file: Identity, how: ResolveFlags) -> Option<OwnedFd> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let found = openat2(&self.root.path, path, flags, Mode::empty(), BENEATH | how).ok()?;
        let stat = statx(&found, c"", AtFlags::EMPTY_PATH, KNOWN).ok()?;
        (Identity::of(&stat) == file).then_some(found)
    }

    /// The path along the directories that the handle names.
    fn follow(&self, handle: &Handle) -> Option<Vec<u8>> {
        let mut path = Vec::new();
        let mut directory = self.root.handle.file.inode;
        for ancestor in handle.ancestors() {
            directory =
                self.descend(&mut path, directory, |entry| entry.may_be_directory && low(entry.inode) == *ancestor)?;
        }
        self.descend(&mut path, directory, |entry| entry.inode == handle.file.inode)?;
        Some(path)
    }

    /// Adds the name of the entry that `is_it` to `path`, in which `directory` is. Remembers it and those behind it, which
    /// are asked for next as a rule.
    fn descend(&self, path: &mut Vec<u8>, directory: u64, is_it: impl Fn(&Entry<'_>) -> bool) -> Option<u64> {
        let mut found = None;
        let mut left = Names::KEPT / 2;
        self.list(path, |entry| {
            if found.is_none() && is_it(entry) {
                found = Some((entry.inode, entry.name.to_vec()));
            }
            if found.is_some() {
                self.names.note(directory, [(entry.inode, entry.name)]);
                left -= 1;
            }
            left > 0
        })
        .ok()?;
        let (inode, name) = found?;
        *path = join(path, &name);
        Some(inode)
    }

    /// The path of a file anywhere in the export, if there is one.
    fn search(&self, inode: u64) -> Outcome<Option<Vec<u8>>> {
        let mut left = MOST_SEARCHED;
        let mut found = None;
        let mut directories = VecDeque::from([Vec::new()]);
        while let Some(directory) = directories.pop_front() {
            let listed = self.list(&directory, |entry| {
                if entry.inode == inode {
                    found = Some(join(&directory, entry.name));
                } else if entry.may_be_directory {
                    directories.push_back(join(&directory, entry.name));
                }
                left -= 1;
                found.is_none() && left > 0
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

    /// Has `visit` see the entries of the directory at `path`, until it wants no more.
    fn list(&self, path: &[u8], mut visit: impl FnMut(&Entry<'_>) -> bool) -> rustix::io::Result<()> {
        let path = if path.is_empty() { b"." } else { path };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat2(&self.root.path, path, flags, Mode::empty(), BENEATH)?;
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut entries = RawDir::new(directory, chunk.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            let may_be_directory = matches!(entry.file_type(), FileType::Directory | FileType::Unknown);
            let is_link = matches!(name, b"." | b"..");
            if !is_link && !visit(&Entry { inode: entry.ino(), name, may_be_directory }) {
                break;
            }
        }
        Ok(())
    }
}

fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    if directory.is_empty() { name.to_vec() } else { [directory, name].join(&b'/') }
}
