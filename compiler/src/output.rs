//! Output files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io, process};

/// Writes a file unless it has that content already, so that nothing is rebuilt in vain. The content appears all at once.
pub(crate) fn write_if_changed(path: &Path, content: &str) -> io::Result<()> {
    // A device or a pipe is written to: root could put a file in the place of /dev/null.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return fs::write(path, content);
    }
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

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::write_if_changed;
    use std::os::unix::fs::FileTypeExt;
    use std::process::Command;
    use std::{env, fs, process, thread};

    #[test]
    fn what_is_no_file_is_written_to_and_stays() {
        let path = env::temp_dir().join(format!("oncrpc-output-{}.pipe", process::id()));
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let reader = {
            let path = path.clone();
            thread::spawn(move || fs::read_to_string(path).unwrap())
        };
        write_if_changed(&path, "text").unwrap();
        let is_pipe = fs::metadata(&path).unwrap().file_type().is_fifo();
        fs::remove_file(&path).unwrap();
        assert!(is_pipe);
        assert_eq!(reader.join().unwrap(), "text");
    }
}
