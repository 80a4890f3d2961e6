use super::CannotRun;
use crate::output;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// The folder where both sides are built, one folder a file.
#[derive(Debug)]
pub(super) struct Workplace {
    root: PathBuf,
    is_temporary: bool,
}

impl Workplace {
    /// `keep`, which may be there already, or a new folder that goes when the workplace does.
    pub(super) fn new(keep: Option<&Path>) -> Result<Self, CannotRun> {
        let named = env::temp_dir().join(format!("oncrpc-interop-{}", process::id()));
        let (root, made) = match keep {
            Some(path) => (path, fs::create_dir_all(path)),
            // Not if it is there: it is somebody else's then.
            None => (named.as_path(), fs::create_dir(&named)),
        };
        // Programs are started from elsewhere.
        let root = made.and_then(|()| root.canonicalize()).map_err(failed(root))?;
        Ok(Self { root, is_temporary: keep.is_none() })
    }

    /// The folder of all.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder for the file of that name.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf, CannotRun> {
        let path = self.root.join(name);
        fs::create_dir_all(&path).map_err(failed(&path))?;
        Ok(path)
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if self.is_temporary {
            // What is left over is the system's to remove.
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}

/// Writes a file; one that is as it should be is left alone, so that nothing is built in vain.
pub(super) fn write(path: &Path, text: &str) -> Result<(), CannotRun> {
    output::write_if_changed(path, text).map_err(failed(path))
}

/// Reads a text, whatever its bytes.
pub(super) fn read(path: &Path) -> Result<String, CannotRun> {
    let bytes = fs::read(path).map_err(failed(path))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// For `map_err`.
pub(super) fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> CannotRun {
    let path = path.to_owned();
    |error| CannotRun::File { path, error }
}
