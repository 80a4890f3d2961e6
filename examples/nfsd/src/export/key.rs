//! The key of file handles, in a file that only its owner can read.

use super::handle::Key;
use rustix::fs::{FlockOperation, flock};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// The key in `file`, which is made if it is not there.
pub fn load(file: &Path) -> io::Result<Key> {
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
    Ok(Key(key))
}
