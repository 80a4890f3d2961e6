//! The key of file handles, in a file that only its owner can read.

use super::handle::Key;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// The key in `file`, which is made if it is not there.
///
/// # Errors
/// Those of reading and writing; `InvalidData` if the file holds something else than 16 bytes.
pub fn load(file: &Path) -> io::Result<Key> {
    match fs::read(file) {
        Ok(bytes) => parse(&bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => make(file),
        Err(error) => Err(error),
    }
}

/// A key in `file`: this one, or that of another process that was faster.
fn make(file: &Path) -> io::Result<Key> {
    if let Some(directory) = file.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let mut key = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut key)?;
    let draft = file.with_extension(format!("{}.new", std::process::id()));
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    out.write_all(&key)?;
    out.sync_all()?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => parse(&fs::read(file)?),
    }
}

fn parse(bytes: &[u8]) -> io::Result<Key> {
    let key = bytes.try_into().map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is no key of 16 bytes"))?;
    Ok(Key(key))
}
