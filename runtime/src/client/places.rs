use crate::record::MARK;
use bytes::BytesMut;
use std::collections::VecDeque;

/// Where replies go that are expected: each is read straight into its place, behind its mark.
#[derive(Debug, Default)]
pub(super) struct Places {
    places: VecDeque<Place>,
}

#[derive(Debug)]
pub(super) struct Place {
    pub(super) mark: [u8; MARK],
    /// As long as the reply is expected to be, or longer.
    pub(super) memory: BytesMut,
}

impl Places {
    /// Of one read.
    pub(super) const MOST: usize = 2;

    /// Has places for `most` replies of `length` bytes, as far as `memory` has some for them. Returns how many there are.
    pub(super) fn provide(
        &mut self,
        most: usize,
        length: usize,
        mut memory: impl FnMut() -> Option<BytesMut>,
    ) -> usize {
        let most = most.min(Self::MOST);
        self.places.retain(|place| (length..=length.saturating_mul(2)).contains(&place.memory.len()));
        while self.places.len() < most
            && let Some(mut memory) = memory()
        {
            memory.resize(memory.len().max(length), 0);
            self.places.push_back(Place { mark: [0; MARK], memory });
        }
        self.places.len().min(most)
    }

    /// The marks of the first `count` places, and `length` bytes of each.
    pub(super) fn parts(&mut self, count: usize, length: usize) -> impl Iterator<Item = &mut [u8]> {
        let places = self.places.iter_mut().take(count);
        places.flat_map(move |place| [&mut place.mark[..], place.memory.get_mut(..length).unwrap_or_default()])
    }

    /// Takes out the first place: something has come there.
    pub(super) fn take(&mut self) -> Option<Place> {
        self.places.pop_front()
    }
}
