//! The files of a folder, by number: both crates want to be told of them so.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of the folder itself; 0 stands for the beginning of a list.
pub(crate) const ROOT: u64 = 1;

/// Every file that anybody asked for has a number, for as long as the server runs.
pub(crate) struct Tree(Mutex<Known>);

struct Known {
    /// Of numbers from [`ROOT`] on.
    paths: Vec<PathBuf>,
    numbers: HashMap<PathBuf, u64>,
    /// The numbers of what is in a folder, in ascending order, and when the folder had changed last.
    lists: HashMap<u64, ((i64, i64), Vec<u64>)>,
}

/// A file in a folder.
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) name: Vec<u8>,
    pub(crate) metadata: Metadata,
}

impl Tree {
    pub(crate) fn of(folder: &str) -> Self {
        let mut known = Known { paths: Vec::new(), numbers: HashMap::new(), lists: HashMap::new() };
        known.number(folder.into());
        Self(Mutex::new(known))
    }

    pub(crate) fn look_up(&self, folder: u64, name: &[u8]) -> io::Result<u64> {
        let path = self.path(folder)?.join(OsStr::from_bytes(name));
        fs::symlink_metadata(&path)?;
        Ok(self.known().number(path))
    }

    pub(crate) fn metadata(&self, number: u64) -> io::Result<Metadata> {
        fs::symlink_metadata(self.known().path(number)?)
    }

    /// So many bytes, or fewer at the end; whether they are the last.
    pub(crate) fn read(&self, number: u64, offset: u64, count: u32) -> io::Result<(Vec<u8>, bool)> {
        let file = File::open(self.path(number)?)?;
        let length = file.metadata()?.len();
        let count = u64::from(count).min(length.saturating_sub(offset));
        let mut data = vec![0; count as usize];
        file.read_exact_at(&mut data, offset)?;
        Ok((data, offset + count >= length))
    }

    pub(crate) fn write(&self, number: u64, offset: u64, data: &[u8]) -> io::Result<Metadata> {
        let file = File::options().write(true).open(self.path(number)?)?;
        file.write_all_at(data, offset)?;
        file.metadata()
    }

    pub(crate) fn commit(&self, number: u64) -> io::Result<()> {
        File::options().write(true).open(self.path(number)?)?.sync_data()
    }

    /// So many files whose numbers are above `after`, and whether these are all that are left.
    pub(crate) fn list(&self, folder: u64, after: u64, most: usize) -> io::Result<(Vec<Entry>, bool)> {
        let mut known = self.known();
        let all = known.list(folder)?;
        let rest = all.get(all.partition_point(|number| *number <= after)..).unwrap_or_default();
        let (end, some) = (rest.len() <= most, rest.iter().copied().take(most).collect::<Vec<_>>());
        let entries = some.into_iter().map(|number| known.entry(number)).collect::<io::Result<_>>()?;
        Ok((entries, end))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, number: u64) -> io::Result<PathBuf> {
        self.known().path(number).map(Path::to_owned)
    }
}

impl Known {
    fn path(&self, number: u64) -> io::Result<&Path> {
        let place = number.checked_sub(ROOT).and_then(|place| self.paths.get(place as usize));
        place.map(PathBuf::as_path).ok_or(io::ErrorKind::NotFound.into())
    }

    fn number(&mut self, path: PathBuf) -> u64 {
        let Self { paths, numbers, .. } = self;
        *numbers.entry(path).or_insert_with_key(|path| {
            paths.push(path.clone());
            paths.len() as u64
        })
    }

    /// What is in a folder, read again when it has changed.
    fn list(&mut self, folder: u64) -> io::Result<&[u64]> {
        let path = self.path(folder)?.to_owned();
        let changed = fs::metadata(&path).map(|it| (it.mtime(), it.mtime_nsec()))?;
        if self.lists.get(&folder).is_none_or(|(seen, _)| *seen != changed) {
            let mut all: Vec<_> = fs::read_dir(&path)?.flatten().map(|entry| self.number(entry.path())).collect();
            all.sort_unstable();
            self.lists.insert(folder, (changed, all));
        }
        Ok(self.lists.get(&folder).map_or(&[], |(_, all)| all.as_slice()))
    }

    fn entry(&self, number: u64) -> io::Result<Entry> {
        let path = self.path(number)?;
        let name = path.file_name().unwrap_or_default().as_bytes().to_vec();
        Ok(Entry { number, name, metadata: fs::symlink_metadata(path)? })
    }
}
