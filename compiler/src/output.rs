//! Output files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io, process};

/// Writes a file unless it has that content already, so that nothing is rebuilt in vain. The content appears all at once.
pub(crate) fn write_if_changed(path: &Path, content: &str) -> io::Result<()> {
    if is_up_to_date(path, content) {
        return Ok(());
    }
    let temporary = temporary_name(path);
    let written = fs::write(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// The name of the Rust file for an input: `calc.rs` for `idl/calc.x`.
pub(crate) fn rust_name(input: &Path) -> Option<OsString> {
    let mut name = input.file_stem()?.to_owned();
    name.push(".rs");
    Some(name)
}

/// Whether a file has a content already.
pub(crate) fn is_up_to_date(path: &Path, content: &str) -> bool {
    fs::read(path).is_ok_and(|found| found == content.as_bytes())
}

fn temporary_name(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", process::id()));
    path.with_file_name(name)
}
