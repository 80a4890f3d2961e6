//! File handles: what a file is known by, and where it was, with a keyed hash without which nobody can make one: `handle.x`.

use crate::idl::{Handle, Identity, MOST_ANCESTORS, NfsFh3, Sealed};
use oncrpc::Bytes;
use oncrpc::xdr::{from_bytes, to_bytes};
use rustix::fs::{FlockOperation, Statx, flock};
use siphasher::sip::SipHasher24;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

impl Identity {
    /// That of the file that `stat` is of.
    pub fn of(stat: &Statx) -> Self {
        let seconds = stat.stx_btime.tv_sec.cast_unsigned();
        let birth = seconds.wrapping_mul(1_000_000_000).wrapping_add(stat.stx_btime.tv_nsec.into());
        Self { inode: stat.stx_ino, birth }
    }
}

impl Handle {
    /// That of a file in the directory of this handle.
    pub fn child(&self, file: Identity) -> Self {
        let mut ancestors = self.ancestors.clone();
        if ancestors.len() < MOST_ANCESTORS as usize {
            ancestors.push(self.file.inode as u32);
        }
        Self { file, ancestors }
    }

    /// As clients get it.
    pub fn seal(&self, key: SipHasher24) -> NfsFh3 {
        let hash = to_bytes::<Self>(self).map_or(0, |content| key.hash(&content));
        NfsFh3 { data: to_bytes::<Sealed>(&Sealed { content: self.clone(), hash }).unwrap_or_default() }
    }

    /// What `bytes` of a client stand for; `None` if they were not sealed with this key.
    pub fn open(bytes: &Bytes, key: SipHasher24) -> Option<Self> {
        let Sealed { content, hash } = from_bytes::<Sealed>(bytes).ok()?;
        let (sealed, _) = bytes.split_last_chunk::<8>()?;
        (key.hash(sealed) == hash).then_some(content)
    }
}

/// The key in `file`, which only its owner can read, and which is made if it is not there.
pub fn load_key(file: &Path) -> io::Result<SipHasher24> {
    if let Some(directory) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(file)?;
    // Another process may be about to make it.
    flock(&file, FlockOperation::LockExclusive)?;
    let mut key = Vec::new();
    file.read_to_end(&mut key)?;
    if key.is_empty() {
        key.resize(16, 0);
        File::open("/dev/urandom")?.read_exact(&mut key)?;
        file.write_all(&key)?;
        file.sync_all()?;
    }
    let key = key.try_into().map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is no key of 16 bytes"))?;
    Ok(SipHasher24::new_with_key(&key))
}
