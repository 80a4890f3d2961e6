//! A map of bounded size that forgets what was not asked for in a while.

use std::collections::HashMap;
use std::mem;

/// Values by inodes: when `kept` of them were put in or asked for, those that were not are forgotten.
pub struct Aged<V> {
    kept: usize,
    young: HashMap<u64, V>,
    old: HashMap<u64, V>,
}

impl<V> Aged<V> {
    /// Keeps `kept` values for sure, and never more than twice as many.
    pub fn new(kept: usize) -> Self {
        Self { kept, young: HashMap::new(), old: HashMap::new() }
    }

    /// The value of `inode`, which is not forgotten soon.
    pub fn get(&mut self, inode: u64) -> Option<&V> {
        if !self.young.contains_key(&inode) {
            let value = self.old.remove(&inode)?;
            self.put(inode, value);
        }
        self.young.get(&inode)
    }

    /// Keeps `value` for `inode`.
    pub fn put(&mut self, inode: u64, value: V) {
        if self.young.len() >= self.kept {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(inode, value);
    }
}
