use crate::Result;
use std::process::Command;

/// What made the code that is counted: a baseline of another one says nothing.
pub(crate) fn version() -> Result<String> {
    let library = Command::new("getconf").arg("GNU_LIBC_VERSION").output()?;
    let library = String::from_utf8_lossy(&library.stdout).trim().to_owned();
    Ok(format!("{}, {library}, {}", env!("COUNTS_RUSTC"), std::env::consts::ARCH))
}
