//! File handles: what a file is known by, and where it was, behind a keyed hash without which nobody can make one.
//!
//! A handle has at most 64 bytes, all numbers in the order of the network:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | hash (SipHash-2-4) of all that follows |
//! | 8 | the file's inode |
//! | 8 | when it was made: another file that gets the same inode later has another one |
//! | 4 each | the last digits of the inodes of the directories above it, from the export's root on, 10 of them at most |

use crate::idl::Nfsstat3;
use crate::status::Outcome;
use siphasher::sip::SipHasher24;
use std::hash::Hasher;

/// Directories that a handle can name.
const ANCESTORS: usize = 10;

/// Bytes of a handle that names none.
const LEAST: usize = 24;

/// Bytes of any handle.
pub const MOST: usize = LEAST + 4 * ANCESTORS;

/// What keeps handles from being made up.
#[derive(Clone, Copy)]
pub struct Key(pub [u8; 16]);

/// What a file is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Its inode.
    pub inode: u64,
    /// When it was made, in nanoseconds that wrap around; 0 where the file system does not tell.
    pub birth: u64,
}

/// A file, and the directories in which it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// The file.
    pub file: Identity,
    depth: usize,
    ancestors: [u32; ANCESTORS],
}

/// A handle as clients have it.
#[derive(Clone, Copy)]
pub struct Sealed {
    bytes: [u8; MOST],
    length: usize,
}

impl Handle {
    /// That of the root of the export.
    pub fn root(file: Identity) -> Self {
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

    /// That of another file in the same directory.
    pub fn sibling(&self, file: Identity) -> Self {
        Self { file, ..*self }
    }

    /// The last digits of the inodes of the directories above, without the root; not all, if there are many.
    pub fn ancestors(&self) -> &[u32] {
        self.ancestors.get(..self.depth).unwrap_or_default()
    }

    /// As clients get it.
    pub fn seal(&self, key: Key) -> Sealed {
        let mut sealed = Sealed { bytes: [0; MOST], length: LEAST + 4 * self.depth };
        let words = [0, self.file.inode, self.file.birth];
        for (place, word) in sealed.bytes.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        let ancestors = sealed.bytes.get_mut(LEAST..).unwrap_or_default();
        for (place, word) in ancestors.chunks_exact_mut(4).zip(self.ancestors()) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        let hash = sealed.as_bytes().get(8..).map_or(0, |rest| hash(rest, key));
        if let Some(front) = sealed.bytes.first_chunk_mut() {
            *front = hash.to_be_bytes();
        }
        sealed
    }

    /// What `bytes` of a client stand for.
    ///
    /// # Errors
    /// `NFS3ERR_BADHANDLE` if they were not sealed with this key.
    pub fn open(bytes: &[u8], key: Key) -> Outcome<Self> {
        let mut words = bytes.chunks_exact(8).map(|word| word.try_into().map_or(0, u64::from_be_bytes));
        let (Some(sealed), Some(inode), Some(birth)) = (words.next(), words.next(), words.next()) else {
            return Err(Nfsstat3::ErrBadhandle);
        };
        let hints = bytes.get(LEAST..).unwrap_or_default();
        let is_whole = bytes.len() <= MOST && hints.len().is_multiple_of(4);
        if !is_whole || bytes.get(8..).map(|rest| hash(rest, key)) != Some(sealed) {
            return Err(Nfsstat3::ErrBadhandle);
        }
        let mut handle = Self::root(Identity { inode, birth });
        for (place, word) in handle.ancestors.iter_mut().zip(hints.chunks_exact(4)) {
            *place = word.try_into().map_or(0, u32::from_be_bytes);
        }
        handle.depth = hints.len() / 4;
        Ok(handle)
    }
}

impl Sealed {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// As much of an inode's number as a handle has of an ancestor.
pub fn low(inode: u64) -> u32 {
    (inode & u64::from(u32::MAX)) as u32
}

fn hash(bytes: &[u8], key: Key) -> u64 {
    let mut hasher = SipHasher24::new_with_key(&key.0);
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{Handle, Identity, Key, MOST};
    use crate::idl::Nfsstat3;

    const KEY: Key = Key([7; 16]);

    fn file(inode: u64) -> Identity {
        Identity { inode, birth: inode * 1_000 }
    }

    #[test]
    fn a_handle_comes_back_and_has_room_for_ten_directories() {
        let mut handle = Handle::root(file(2)).sibling(file(1 << 40));
        for depth in 0..15 {
            let sealed = handle.seal(KEY);
            assert!(sealed.as_bytes().len() <= MOST);
            assert_eq!(Handle::open(sealed.as_bytes(), KEY), Ok(handle));
            assert_eq!(handle.ancestors().len(), depth.min(10));
            handle = handle.child(file(depth as u64 + 100));
        }
        assert_eq!(handle.ancestors()[1..3], [100, 101]);
    }

    #[test]
    fn no_changed_bit_and_no_other_length_or_key_passes() {
        let sealed = Handle::root(file(2)).sibling(file(3)).child(file(4)).seal(KEY);
        let bytes = sealed.as_bytes().to_vec();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Handle::open(&changed, KEY), Err(Nfsstat3::ErrBadhandle));
        }
        for length in 0..=MOST {
            let mut other = bytes.clone();
            other.resize(length, 0);
            assert_eq!(Handle::open(&other, KEY).is_ok(), length == bytes.len());
        }
        assert_eq!(Handle::open(&bytes, Key([8; 16])), Err(Nfsstat3::ErrBadhandle));
    }
}
