//! The folder that all servers export.

use std::fs::{self, File};
use std::io::{self, Write};

/// In memory: how fast a disk is does not matter.
pub(crate) const EXPORT: &str = "/run/export";

/// Bytes of the files that are read and written.
pub(crate) const SIZE: u64 = 64 << 20;

/// The file that is read.
pub(crate) const READ: &str = "read";

/// The file that is written.
pub(crate) const WRITTEN: &str = "written";

/// The folder that is listed.
pub(crate) const LISTED: &str = "listed";

/// Files in the folder that is listed.
pub(crate) const FILES: u64 = 10_000;

/// The byte at a place of the file that is read.
pub(crate) fn byte(offset: u64) -> u8 {
    // A prime, so that a piece of another place of the file is noticed.
    (offset % 251) as u8
}

/// Makes all of it.
pub(crate) fn fill() -> io::Result<()> {
    let listed = format!("{EXPORT}/{LISTED}");
    fs::create_dir_all(&listed)?;
    for number in 0..FILES {
        fs::write(format!("{listed}/a-file-of-a-usual-name-{number}.text"), [b'x'; 10])?;
    }
    let mut read = File::create(format!("{EXPORT}/{READ}"))?;
    let block: Vec<u8> = (0..251 << 10).map(byte).collect();
    let mut left = SIZE;
    while left > 0 {
        let count = left.min(block.len() as u64);
        read.write_all(block.get(..count as usize).unwrap_or_default())?;
        left -= count;
    }
    File::create(format!("{EXPORT}/{WRITTEN}"))?.set_len(SIZE)
}
