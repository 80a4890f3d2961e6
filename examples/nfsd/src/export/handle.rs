//! File handles: what a file is known by, and where it was, before a keyed hash without which nobody can make one.
//!
//! A handle has at most 64 bytes, all numbers in the order of the network:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | the file's inode |
//! | 8 | when it was made: another file that gets the same inode later has another one |
//! | 4 each | the last digits of the inodes of the directories above it, from below the export's root on, 10 of them at most |
//! | 8 | hash (SipHash-2-4) of all that |

use oncrpc::Bytes;
use rustix::fs::Statx;
use siphasher::sip::SipHasher24;
use std::hash::Hasher;

/// Directories that a handle can name.
const ANCESTORS: usize = 10;

/// Bytes of a handle that names none.
const LEAST: usize = 24;

/// What keeps handles from being made up.
#[derive(Clone, Copy)]
pub struct Key(pub [u8; 16]);

/// What a file is known by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Its inode.
    pub inode: u64,
    /// When it was made, in nanoseconds that wrap around; 0 where the file system does not tell.
    pub birth: u64,
}

/// A file, and the directories in which it was found.
#[derive(Clone, Copy)]
pub struct Handle {
    /// The file.
    pub file: Identity,
    depth: usize,
    ancestors: [u32; ANCESTORS],
}

impl Identity {
    /// That of the file that `stat` is of.
    pub fn of(stat: &Statx) -> Self {
        let seconds = stat.stx_btime.tv_sec.cast_unsigned();
        let birth = seconds.wrapping_mul(1_000_000_000).wrapping_add(stat.stx_btime.tv_nsec.into());
        Self { inode: stat.stx_ino, birth }
    }
}

impl Handle {
    /// That of a file in the root of the export, or of the root.
    pub fn top(file: Identity) -> Self {
        Self { file, depth: 0, ancestors: [0; ANCESTORS] }
    }

    /// That of a file in the directory of this handle, which is not the root.
    pub fn child(&self, file: Identity) -> Self {
        let mut child = Self { file, ..*self };
        if let Some(place) = child.ancestors.get_mut(self.depth) {
            *place = low(self.file.inode);
            child.depth += 1;
        }
        child
    }

    /// Whether the file was found below this directory. Another one may have the same last digits.
    pub fn is_below(&self, directory: u64) -> bool {
        self.ancestors().contains(&low(directory))
    }

    /// As clients get it.
    pub fn seal(&self, key: Key) -> Bytes {
        let mut bytes = Vec::with_capacity(LEAST + 4 * self.depth);
        bytes.extend(self.file.inode.to_be_bytes());
        bytes.extend(self.file.birth.to_be_bytes());
        self.ancestors().iter().for_each(|ancestor| bytes.extend(ancestor.to_be_bytes()));
        bytes.extend(hash(&bytes, key));
        bytes.into()
    }

    /// What `bytes` of a client stand for; `None` if they were not sealed with this key.
    pub fn open(bytes: &[u8], key: Key) -> Option<Self> {
        let (told, sealed) = bytes.split_last_chunk()?;
        let (inode, rest) = told.split_first_chunk()?;
        let (birth, ancestors) = rest.split_first_chunk()?;
        let (ancestors, _) = ancestors.as_chunks();
        let mut handle = Self::top(Identity { inode: u64::from_be_bytes(*inode), birth: u64::from_be_bytes(*birth) });
        for (place, ancestor) in handle.ancestors.iter_mut().zip(ancestors) {
            *place = u32::from_be_bytes(*ancestor);
            handle.depth += 1;
        }
        (hash(told, key) == *sealed).then_some(handle)
    }

    fn ancestors(&self) -> &[u32] {
        self.ancestors.get(..self.depth).unwrap_or_default()
    }
}

/// As much of an inode's number as a handle has of an ancestor.
fn low(inode: u64) -> u32 {
    (inode & u64::from(u32::MAX)) as u32
}

fn hash(bytes: &[u8], key: Key) -> [u8; 8] {
    let mut hasher = SipHasher24::new_with_key(&key.0);
    hasher.write(bytes);
    hasher.finish().to_be_bytes()
}
