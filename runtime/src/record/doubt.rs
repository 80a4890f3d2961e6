/// Which records are in doubt: their owner has yet to decide whether they are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt {
    /// What any record may announce.
    beyond: usize,
    /// Bytes of a record that its owner decides by.
    front: usize,
    /// What the current record may announce.
    allowed: usize,
}

impl Doubt {
    pub(super) fn new(beyond: usize, front: usize) -> Self {
        Self { beyond, front, allowed: beyond }
    }

    pub(super) fn is_about(&self, announced: usize) -> bool {
        announced > self.allowed
    }

    /// What is missing of the front when so many bytes have come.
    pub(super) fn front_left(&self, come: usize) -> usize {
        self.front.saturating_sub(come)
    }

    pub(super) fn allow(&mut self, bytes: usize) {
        self.allowed = bytes;
    }

    /// The record has ended.
    pub(super) fn reset(&mut self) {
        self.allowed = self.beyond;
    }
}

/// Never.
impl Default for Doubt {
    fn default() -> Self {
        Self::new(usize::MAX, usize::MAX)
    }
}
