use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What belongs to calls, by their xids.
pub(crate) type XidMap<T> = HashMap<u32, T, BuildHasherDefault<XidHasher>>;

/// Spreads xids, which only we choose: nobody can make them collide, so that nothing stronger is needed.
#[derive(Debug, Default)]
pub(crate) struct XidHasher(u64);

impl Hasher for XidHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, word: u32) {
        self.0 = (self.0 ^ u64::from(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
