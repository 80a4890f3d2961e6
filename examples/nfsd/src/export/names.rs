//! Where files were seen last, so that a handle is found without searching.

use super::aged::Aged;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Names that are remembered for sure; up to twice as many are. They take about 100 bytes each.
const KEPT: usize = 64 << 10;

/// Directories above a file, at most: the longest path of the system has 2,048.
const MOST_DEPTH: usize = 2_048;

/// Where each of some files was seen last. What is not asked for is forgotten when there are many.
#[derive(Debug)]
pub struct Names {
    places: Mutex<Aged<Place>>,
}

/// A name in a directory.
#[derive(Clone, Debug)]
struct Place {
    directory: u64,
    name: Box<[u8]>,
}

impl Names {
    /// How many names are remembered for sure.
    pub const KEPT: usize = KEPT;

    /// None yet.
    pub fn new() -> Self {
        Self { places: Mutex::new(Aged::new(KEPT)) }
    }

    /// Remembers that the file `inode` is called `name` in the directory with the inode `directory`.
    pub fn note<'a>(&self, directory: u64, entries: impl IntoIterator<Item = (u64, &'a [u8])>) {
        let mut places = self.lock();
        for (inode, name) in entries {
            let is_known = places.get(inode).is_some_and(|it| it.directory == directory && *it.name == *name);
            if !is_known {
                places.put(inode, Place { directory, name: name.into() });
            }
        }
    }

    /// The path of a file from the directory with the inode `root`, if it is remembered.
    pub fn path(&self, root: u64, inode: u64) -> Option<Vec<u8>> {
        let mut places = self.lock();
        let mut names: Vec<Box<[u8]>> = Vec::new();
        let mut at = inode;
        while at != root {
            let place = places.get(at).filter(|_| names.len() < MOST_DEPTH)?;
            at = place.directory;
            names.push(place.name.clone());
        }
        names.reverse();
        Some(names.join(&b'/'))
    }

    fn lock(&self) -> MutexGuard<'_, Aged<Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_path_is_made_of_names_as_long_as_all_are_known() {
        let names = Names::new();
        names.note(2, [(10, b"a".as_slice())]);
        names.note(10, [(11, b"b".as_slice()), (12, b"\xff".as_slice())]);
        assert_eq!(names.path(2, 12).unwrap(), b"a/\xff");
        assert_eq!(names.path(2, 11).unwrap(), b"a/b");
        assert_eq!(names.path(2, 2).unwrap(), b"");
        assert_eq!(names.path(2, 13), None);
        names.note(2, [(11, b"moved".as_slice())]);
        assert_eq!(names.path(2, 11).unwrap(), b"moved");
    }

    #[test]
    fn circles_end() {
        let names = Names::new();
        names.note(10, [(11, b"a".as_slice())]);
        names.note(11, [(10, b"b".as_slice())]);
        assert_eq!(names.path(2, 10), None);
    }
}
