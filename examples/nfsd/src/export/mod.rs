//! The exported directory: from handles to files, and from names to handles.

mod handle;
mod node;
mod places;
mod search;

pub use crate::idl::{Handle, Identity};
pub use node::{KNOWN, Node, lock};

use crate::attributes::kind;
use crate::identity::act_as_itself;
use crate::idl::Nfsstat3;
use crate::status::Outcome;
use handle::load_key;
use oncrpc::Bytes;
use places::Places;
use rustix::fs::{
    AtFlags, CWD, FileType, FsWord, Mode, OFlags, ResolveFlags, Statx, StatxAttributes, fstatfs, makedev, open, openat,
    readlinkat, statx,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};
use siphasher::sip::SipHasher24;
use std::collections::HashMap;
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fs, io};

/// Files that are at hand, at most; fewer if the process may not open so many descriptors.
const MOST_NODES: usize = 512;

/// Descriptors that are left for connections and whatever else.
const OTHER_DESCRIPTORS: usize = 1_280;

/// How long a file is taken for one of the export after it was found to be.
const PRESENCE: Duration = Duration::from_secs(1);

/// What the system calls a file system in memory.
const TMPFS: FsWord = 0x0102_1994;

/// An exported directory and what is below it on the same file system.
pub struct Export {
    /// Its absolute path, without symbolic links.
    pub path: PathBuf,
    /// What clients know the file system by.
    pub fsid: u64,
    /// Whether it is in memory and not on a disk.
    pub is_in_memory: bool,
    /// `/proc/self/fd`, through which a file at hand is opened.
    pub descriptors: OwnedFd,
    /// Its root.
    pub root: Arc<Node>,
    /// What keeps handles from being made up.
    pub key: SipHasher24,
    nodes: Mutex<HashMap<Identity, Arc<Node>>>,
    most_nodes: usize,
    places: Mutex<Places>,
    /// Files that were searched for in vain.
    gone: Mutex<HashMap<Identity, Instant>>,
}

impl Export {
    /// Exports `directory`; the key of its handles is in `key_file`, and made if it is not there.
    pub fn open(directory: &Path, key_file: &Path) -> io::Result<Self> {
        let named = |what: &Path| {
            let what = what.display().to_string();
            move |error: io::Error| io::Error::new(error.kind(), format!("{what}: {error}"))
        };
        let path = fs::canonicalize(directory).map_err(named(directory))?;
        let key = load_key(key_file).map_err(named(key_file))?;
        // Modes are those that clients say.
        umask(Mode::empty());
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = open(&path, flags, Mode::empty()).map_err(io::Error::from).map_err(named(&path))?;
        let stat = statx(&root, c"", AtFlags::EMPTY_PATH, KNOWN)?;
        Ok(Self {
            fsid: makedev(stat.stx_dev_major, stat.stx_dev_minor),
            is_in_memory: fstatfs(&root)?.f_type == TMPFS,
            descriptors: openat(CWD, c"/proc/self/fd", flags, Mode::empty())?,
            root: Arc::new(Node::new(Handle { file: Identity::of(&stat), ancestors: Vec::new() }, root)),
            key,
            nodes: Mutex::default(),
            most_nodes: most_nodes(),
            places: Mutex::new(Places::new()),
            gone: Mutex::default(),
            path,
        })
    }

    /// The file that a client's handle stands for: `NFS3ERR_BADHANDLE` if this server has not made it, `NFS3ERR_STALE` if the
    /// file is gone, `NFS3ERR_JUKEBOX` if to find it takes a wait, which may not be.
    pub fn node(&self, handle: &Bytes, may_wait: bool) -> Outcome<Arc<Node>> {
        let handle = Handle::open(handle, self.key).ok_or(Nfsstat3::ErrBadhandle)?;
        if handle.file == self.root.handle.file {
            return Ok(Arc::clone(&self.root));
        }
        let known = lock(&self.nodes).get(&handle.file).cloned();
        if let Some(node) = known.filter(|node| self.is_present(node)) {
            return Ok(node);
        }
        act_as_itself()?;
        let path = match self.remembered(&handle, ResolveFlags::CACHED) {
            Some(path) => path,
            None if may_wait => self.find(&handle)?,
            None => return Err(Nfsstat3::ErrJukebox),
        };
        let node = Arc::new(Node::new(handle, path));
        let mut nodes = lock(&self.nodes);
        if nodes.len() >= self.most_nodes {
            nodes.retain(|_, node| Arc::strong_count(node) > 1);
        }
        nodes.insert(node.handle.file, Arc::clone(&node));
        Ok(node)
    }

    /// Whether a file at hand is still in the export, under the name by which it was found.
    fn is_present(&self, node: &Node) -> bool {
        let mut found = lock(&node.found);
        if found.elapsed() >= PRESENCE {
            let path = self.path_of(node);
            if !path.starts_with(&self.path) || path.as_os_str().as_bytes().ends_with(b" (deleted)") {
                return false;
            }
            *found = Instant::now();
        }
        true
    }

    /// The file called `name` in `directory`, opened; `NFS3ERR_ACCES` if another file system is mounted there.
    pub fn open_in(&self, directory: &Node, name: &[u8]) -> Outcome<(Node, Statx)> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let path = openat(&directory.path, name, flags, Mode::empty())?;
        let stat = statx(&path, c"", AtFlags::EMPTY_PATH, KNOWN)?;
        Ok((Node::new(self.child(directory, name, &stat)?, path), stat))
    }

    /// The handle of the file called `name` in `directory`, of which `stat` is known; `NFS3ERR_ACCES` as above.
    pub fn child(&self, directory: &Node, name: &[u8], stat: &Statx) -> Outcome<Handle> {
        if stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT) {
            return Err(Nfsstat3::ErrAcces);
        }
        lock(&self.places).note(directory.handle.file.inode, stat.stx_ino, name);
        Ok(directory.handle.child(Identity::of(stat)))
    }

    /// A directory of the export by its path on this machine, and what it is like.
    pub fn directory(&self, path: &Path) -> Outcome<(Handle, Statx)> {
        let below = path.strip_prefix(&self.path).map_err(|_| Nfsstat3::ErrNoent)?;
        act_as_itself()?;
        let mut found = (Arc::clone(&self.root), self.root.stat()?);
        for part in below.components() {
            let Component::Normal(name) = part else { return Err(Nfsstat3::ErrInval) };
            let (node, stat) = self.open_in(&found.0, name.as_bytes())?;
            if kind(&stat) != FileType::Directory {
                return Err(Nfsstat3::ErrNotdir);
            }
            found = (Arc::new(node), stat);
        }
        Ok((found.0.handle.clone(), found.1))
    }

    /// The directory that `directory` is in, and what it is like; the root of the export is in itself.
    pub fn parent(&self, directory: &Node) -> Outcome<(Handle, Statx)> {
        let path = self.path_of(directory);
        let above = if path == self.path { Some(&*path) } else { path.parent() };
        self.directory(above.ok_or(Nfsstat3::ErrStale)?).map_err(|_| Nfsstat3::ErrStale)
    }

    /// The path that a file at hand has now.
    fn path_of(&self, node: &Node) -> PathBuf {
        let path = readlinkat(&self.descriptors, node.number(), Vec::new()).unwrap_or_default();
        OsString::from_vec(path.into_bytes()).into()
    }
}

/// Files that may be at hand, with as many descriptors as this process may have, which it takes from now on.
fn most_nodes() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit { current: limit.maximum, ..limit };
    let descriptors = if setrlimit(Resource::Nofile, most).is_ok() { limit.maximum } else { limit.current };
    let descriptors = descriptors.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
    (descriptors.saturating_sub(OTHER_DESCRIPTORS) / (1 + node::OPENINGS)).clamp(16, MOST_NODES)
}
