//! The exported directory: from handles to files, and from names to handles.

mod aged;
mod handle;
mod key;
mod names;
mod node;
mod search;

pub use handle::{Handle, Identity, Sealed};
pub use node::{KNOWN, Node};

use crate::identity::{self, Caller};
use crate::idl::Nfsstat3;
use crate::rights;
use crate::status::Outcome;
use aged::Aged;
use handle::Key;
use names::Names;
use rustix::fs::{
    Access, AtFlags, CWD, FsWord, Mode, OFlags, ResolveFlags, Statx, StatxAttributes, accessat, fstatfs, makedev, open,
    openat, statx,
};
use rustix::process::{Resource, getrlimit, setrlimit, umask};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Files that are at hand, at most; fewer if the process may not open so many descriptors.
const MOST_NODES: usize = 2_048;

/// Descriptors that are left for connections and whatever else.
const OTHER_DESCRIPTORS: usize = 1_280;

/// What the system calls a file system in memory.
const TMPFS: FsWord = 0x0102_1994;

/// An exported directory and what is below it on the same file system.
pub struct Export {
    /// Its absolute path, without symbolic links.
    pub path: PathBuf,
    /// What clients know the file system by.
    pub fsid: u64,
    /// Whether the system decides what a caller may do: this process can act as the caller.
    pub system_decides: bool,
    /// Whether it is in memory and not on a disk.
    pub is_in_memory: bool,
    /// `/proc/self/fd`, through which a file at hand is opened.
    pub descriptors: OwnedFd,
    key: Key,
    root: Arc<Node>,
    nodes: Mutex<Aged<Arc<Node>>>,
    names: Names,
    searches: search::Searches,
}

impl Export {
    /// Exports `directory`; the key of its handles is in `key_file`, and made if it is not there.
    ///
    /// # Errors
    /// It is no directory, or the key cannot be read or written.
    pub fn open(directory: &Path, key_file: &Path) -> io::Result<Self> {
        let named = |what: &Path| {
            let what = what.display().to_string();
            move |error: io::Error| io::Error::new(error.kind(), format!("{what}: {error}"))
        };
        let path = fs::canonicalize(directory).map_err(named(directory))?;
        let key = key::load(key_file).map_err(named(key_file))?;
        // Modes are those that clients say.
        umask(Mode::empty());
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = open(&path, flags, Mode::empty()).map_err(io::Error::from).map_err(named(&path))?;
        let stat = statx(&root, c"", AtFlags::EMPTY_PATH, KNOWN)?;
        Ok(Self {
            fsid: makedev(stat.stx_dev_major, stat.stx_dev_minor),
            system_decides: identity::can_act_as_others(),
            is_in_memory: fstatfs(&root)?.f_type == TMPFS,
            descriptors: openat(CWD, c"/proc/self/fd", flags, Mode::empty())?,
            key,
            root: Arc::new(Node::new(Handle::root(Identity::of(&stat)), root)),
            nodes: Mutex::new(Aged::new(nodes_for(raise_descriptors()))),
            names: Names::new(),
            searches: search::Searches::new(),
            path,
        })
    }

    /// The root of the export.
    pub fn root(&self) -> &Arc<Node> {
        &self.root
    }

    /// The file that a client's handle stands for, if it is at hand or what the system has in memory leads to it.
    ///
    /// # Errors
    /// `NFS3ERR_BADHANDLE` if this server has not made it.
    pub fn at_hand(&self, handle: &[u8]) -> Outcome<Option<Arc<Node>>> {
        let handle = Handle::open(handle, self.key)?;
        if handle.file == self.root.handle.file {
            return Ok(Some(Arc::clone(&self.root)));
        }
        let known = self.nodes().get(handle.file.inode).cloned();
        let is_it = |node: &Arc<Node>| node.handle.file == handle.file && (node.is_fresh() || self.is_present(node));
        match known.filter(is_it) {
            Some(node) => Ok(Some(node)),
            None => {
                self.act_as_itself()?;
                Ok(self.remembered(&handle, ResolveFlags::CACHED).map(|path| self.keep(handle, path)))
            }
        }
    }

    /// The file that a client's handle stands for. Waits for the disk if it is not at hand.
    ///
    /// # Errors
    /// `NFS3ERR_BADHANDLE` if this server has not made it, `NFS3ERR_STALE` if the file is gone.
    pub fn node(&self, handle: &[u8]) -> Outcome<Arc<Node>> {
        if let Some(node) = self.at_hand(handle)? {
            return Ok(node);
        }
        self.act_as_itself()?;
        let handle = Handle::open(handle, self.key)?;
        Ok(self.keep(handle, self.find(&handle)?))
    }

    /// Has a file at hand from now on.
    fn keep(&self, handle: Handle, path: OwnedFd) -> Arc<Node> {
        let node = Arc::new(Node::new(handle, path));
        self.nodes().put(handle.file.inode, Arc::clone(&node));
        node
    }

    /// What clients know this file by.
    pub fn seal(&self, handle: &Handle) -> Sealed {
        handle.seal(self.key)
    }

    /// The file called `name` in `directory`, of which `stat` is known.
    ///
    /// # Errors
    /// `NFS3ERR_ACCES` if another file system is mounted there.
    pub fn child(&self, directory: &Node, name: &[u8], stat: &Statx) -> Outcome<Handle> {
        if stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT) {
            return Err(Nfsstat3::ErrAcces);
        }
        self.names.note(directory.handle.file.inode, [(stat.stx_ino, name)]);
        Ok(self.handle_in(directory, stat))
    }

    /// The file called `name` in `directory`.
    pub fn open_in(&self, directory: &Node, name: &[u8]) -> Outcome<(Node, Statx)> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = openat(&directory.path, name, flags, Mode::empty())?;
        let stat = statx(&path, c"", AtFlags::EMPTY_PATH, KNOWN)?;
        Ok((Node::new(self.child(directory, name, &stat)?, path), stat))
    }

    /// The directory that `directory` is in, and what it is like; the root of the export is in itself.
    ///
    /// # Errors
    /// `NFS3ERR_STALE` if it is no longer in the export.
    pub fn parent(&self, directory: &Node) -> Outcome<(Handle, Statx)> {
        if directory.handle.file == self.root.handle.file {
            return Ok((self.root.handle, self.root.stat()?));
        }
        self.act_as_itself()?;
        let above = |path: &OwnedFd| -> rustix::io::Result<(OwnedFd, Statx)> {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let path = openat(path, c"..", flags, Mode::empty())?;
            let stat = statx(&path, c"", AtFlags::EMPTY_PATH, KNOWN)?;
            Ok((path, stat))
        };
        let (mut path, parent) = above(&directory.path)?;
        let mut at = parent;
        let mut chain = Vec::new();
        while Identity::of(&at) != self.root.handle.file {
            // At the root of the system it does not go on.
            if chain.last() == Some(&Identity::of(&at)) {
                return Err(Nfsstat3::ErrStale);
            }
            chain.push(Identity::of(&at));
            (path, at) = above(&path)?;
        }
        let root = self.root.handle;
        let handle = chain.iter().rev().fold(root, |handle, file| self.below(&handle, *file));
        Ok((handle, parent))
    }

    /// The handle of a file in `directory`, of which `stat` is known.
    pub fn handle_in(&self, directory: &Node, stat: &Statx) -> Handle {
        self.below(&directory.handle, Identity::of(stat))
    }

    fn below(&self, parent: &Handle, file: Identity) -> Handle {
        if parent.file == self.root.handle.file { parent.sibling(file) } else { parent.child(file) }
    }

    /// Whether this thread may do this with a file, as whoever it acts.
    ///
    /// # Errors
    /// It may not.
    pub fn access(&self, node: &Node, access: Access) -> rustix::io::Result<()> {
        accessat(&self.descriptors, node.number(), access, AtFlags::EACCESS)
    }

    /// Has what this thread does be done as `caller`, if this process can.
    ///
    /// # Errors
    /// `NFS3ERR_SERVERFAULT` if the system refuses.
    pub fn act_as(&self, caller: &Caller) -> Outcome<()> {
        if !self.system_decides {
            return Ok(());
        }
        identity::act_as(Some(caller)).map_err(|_| Nfsstat3::ErrServerfault)
    }

    /// Has what this thread does be done as this process itself.
    ///
    /// # Errors
    /// `NFS3ERR_SERVERFAULT` if the system refuses.
    pub fn act_as_itself(&self) -> Outcome<()> {
        if !self.system_decides {
            return Ok(());
        }
        identity::act_as(None).map_err(|_| Nfsstat3::ErrServerfault)
    }

    /// As [`Export::act_as`], for something that needs `want` of a directory.
    ///
    /// # Errors
    /// `NFS3ERR_ACCES` where the mode decides, and does not allow it.
    pub fn enter(&self, caller: &Caller, directory: &Statx, want: Access) -> Outcome<()> {
        if !self.system_decides {
            rights::check(directory, caller, want)?;
        }
        self.act_as(caller)
    }

    fn nodes(&self) -> MutexGuard<'_, Aged<Arc<Node>>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Identity {
    /// That of the file that `stat` is of.
    pub fn of(stat: &Statx) -> Self {
        let seconds = stat.stx_btime.tv_sec.cast_unsigned();
        let birth = seconds.wrapping_mul(1_000_000_000).wrapping_add(stat.stx_btime.tv_nsec.into());
        Self { inode: stat.stx_ino, birth }
    }
}

/// Has this process open as many descriptors as it may; returns how many.
fn raise_descriptors() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = limit.maximum;
    let raised = if setrlimit(Resource::Nofile, limit).is_ok() { limit.maximum } else { before };
    raised.map_or(usize::MAX, |raised| usize::try_from(raised).unwrap_or(usize::MAX))
}

/// Files that can be kept for sure with so many descriptors.
fn nodes_for(descriptors: usize) -> usize {
    (descriptors.saturating_sub(OTHER_DESCRIPTORS) / (2 * (1 + node::OPENINGS))).clamp(16, MOST_NODES / 2)
}
