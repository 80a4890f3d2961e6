//! Memory that READ reads into, used again when its reply is sent: new memory of that size is not free of cost.

use oncrpc::Bytes;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are kept for later.
const MOST_KEPT: usize = 4 << 20;

/// Buffers that are free.
#[derive(Debug, Default)]
pub struct Buffers {
    free: Mutex<Free>,
}

#[derive(Debug, Default)]
struct Free {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

/// A buffer on its way to a client.
struct Lent {
    buffer: Vec<u8>,
    length: usize,
    home: Arc<Buffers>,
}

impl Buffers {
    /// What `fill` puts into a buffer of `length` bytes: as many from its beginning as it says.
    ///
    /// # Errors
    /// Those of `fill`.
    pub fn filled<E>(
        self: &Arc<Self>,
        length: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Bytes, E> {
        let mut lent = Lent { buffer: self.take(length), length: 0, home: Arc::clone(self) };
        let filled = fill(lent.buffer.get_mut(..length).unwrap_or_default())?;
        lent.length = filled.min(length);
        Ok(Bytes::from_owner(lent))
    }

    /// A buffer of at least `length` bytes, which are anything.
    fn take(&self, length: usize) -> Vec<u8> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = free.buffers.iter().rposition(|buffer| buffer.len() >= length && buffer.len() / 4 <= length);
        let Some(at) = fits else {
            drop(free);
            return vec![0; length];
        };
        let buffer = free.buffers.swap_remove(at);
        free.bytes -= buffer.len();
        buffer
    }

    fn give_back(&self, buffer: Vec<u8>) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.bytes + buffer.len() <= MOST_KEPT {
            free.bytes += buffer.len();
            free.buffers.push(buffer);
        }
    }
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.home.give_back(std::mem::take(&mut self.buffer));
    }
}

#[cfg(test)]
mod tests {
    use super::{Buffers, MOST_KEPT};
    use std::sync::Arc;

    #[test]
    fn a_buffer_is_used_again_when_nobody_has_it() {
        let buffers = Arc::new(Buffers::default());
        let fill = |byte: u8| {
            let buffers = &buffers;
            move |length: usize| {
                let filled: Result<_, ()> = buffers.filled(length, |buffer| {
                    buffer.fill(byte);
                    Ok(length - 1)
                });
                filled.unwrap()
            }
        };
        let (one, two) = (fill(1)(1_000), fill(2)(1_000));
        assert!(one.len() == 999 && one.iter().all(|byte| *byte == 1) && two.iter().all(|byte| *byte == 2));
        let place = one.as_ptr();
        drop(one.slice(10..20));
        drop(one);
        assert_eq!(fill(3)(900).as_ptr(), place);
        assert!(two.iter().all(|byte| *byte == 2));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let buffers = Arc::new(Buffers::default());
        let all: Vec<_> = (0..40).map(|_| buffers.filled(1 << 20, |_| Ok::<_, ()>(5)).unwrap()).collect();
        drop(all);
        assert_eq!(buffers.free.lock().unwrap().bytes, MOST_KEPT);
    }
}
