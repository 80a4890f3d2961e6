use super::xid_map::XidMap;
use std::iter;
use std::mem;

/// Places at first. A call that is always alone finds its memory in a cache, as the one before has left it.
const FEWEST: usize = 1;

/// Places for each call, from where on there are enough although two have met.
const AMPLE: usize = 8;

/// Places at most.
const MOST: usize = 1024;

/// What belongs to calls, by their xids, which are given one after another.
///
/// The last bits of an xid are the place of its call. Only a call that stays while as many others as there are places
/// begin shares it with a younger one, which then goes to a map. A value stays in its place, and is changed there: it is
/// larger than what is done with it as a rule.
#[derive(Debug)]
pub(crate) struct XidTable<T> {
    places: Vec<Place<T>>,
    others: XidMap<T>,
    count: usize,
}

#[derive(Debug, Default)]
struct Place<T> {
    /// Of the call that has it.
    xid: Option<u32>,
    value: T,
}

impl<T> Default for XidTable<T> {
    fn default() -> Self {
        Self { places: Vec::new(), others: XidMap::default(), count: 0 }
    }
}

impl<T: Default> XidTable<T> {
    /// Adds a call that is not there, with a value that an earlier one has left: all of it is to be set.
    #[inline]
    pub(crate) fn add(&mut self, xid: u32) -> &mut T {
        self.count += 1;
        let place = self.place(xid);
        if self.places.get(place).is_none_or(|place| place.xid.is_some()) {
            return self.add_elsewhere(xid);
        }
        match self.places.get_mut(place) {
            Some(free) => {
                free.xid = Some(xid);
                &mut free.value
            }
            None => self.others.entry(xid).or_default(),
        }
    }

    #[inline]
    pub(crate) fn get(&self, xid: u32) -> Option<&T> {
        match self.places.get(self.place(xid)) {
            Some(place) if place.xid == Some(xid) => Some(&place.value),
            _ => other(&self.others, xid),
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, xid: u32) -> Option<&mut T> {
        let place = self.place(xid);
        match self.places.get_mut(place) {
            Some(place) if place.xid == Some(xid) => Some(&mut place.value),
            _ => other_mut(&mut self.others, xid),
        }
    }

    /// Removes a call, whose value stays where it is: what is to be dropped is to be dropped before.
    #[inline]
    pub(crate) fn remove(&mut self, xid: u32) {
        let place = self.place(xid);
        match self.places.get_mut(place) {
            Some(place) if place.xid == Some(xid) => {
                place.xid = None;
                self.count -= 1;
            }
            _ => self.remove_other(xid),
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut T)> {
        let placed = self.places.iter_mut().filter_map(|place| place.xid.map(|xid| (xid, &mut place.value)));
        placed.chain(self.others.iter_mut().map(|(xid, value)| (*xid, value)))
    }

    /// Without places, none.
    #[inline]
    fn place(&self, xid: u32) -> usize {
        xid as usize & self.places.len().wrapping_sub(1)
    }

    #[cold]
    fn add_elsewhere(&mut self, xid: u32) -> &mut T {
        if self.count > self.places.len() / AMPLE && self.places.len() < MOST {
            self.grow();
            self.count -= 1;
            self.add(xid)
        } else {
            self.others.entry(xid).or_default()
        }
    }

    /// Twice as many places: no two calls that had their own meet.
    fn grow(&mut self) {
        let length = (self.places.len() * 2).max(FEWEST);
        let former = mem::replace(&mut self.places, iter::repeat_with(Place::default).take(length).collect());
        for former in former {
            let place = former.xid.map_or(length, |xid| self.place(xid));
            if let Some(place) = self.places.get_mut(place) {
                *place = former;
            }
        }
    }

    #[cold]
    fn remove_other(&mut self, xid: u32) {
        if self.others.remove(&xid).is_some() {
            self.count -= 1;
        }
    }
}

#[cold]
fn other<T>(others: &XidMap<T>, xid: u32) -> Option<&T> {
    others.get(&xid)
}

#[cold]
fn other_mut<T>(others: &mut XidMap<T>, xid: u32) -> Option<&mut T> {
    others.get_mut(&xid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// The same calls in a plain map.
    #[derive(Default)]
    struct Both {
        table: XidTable<u32>,
        map: HashMap<u32, u32>,
    }

    impl Both {
        fn insert(&mut self, xid: u32) {
            *self.table.add(xid) = !xid;
            self.map.insert(xid, !xid);
        }

        fn remove(&mut self, xid: u32) {
            self.table.remove(xid);
            self.map.remove(&xid);
        }

        fn check(&mut self, xids: impl Iterator<Item = u32>) {
            for xid in xids {
                assert_eq!(self.table.get(xid), self.map.get(&xid));
                assert_eq!(self.table.get_mut(xid), self.map.get_mut(&xid));
            }
            assert_eq!(self.table.len(), self.map.len());
            let mut listed: Vec<_> = self.table.iter_mut().map(|(xid, value)| (xid, *value)).collect();
            let mut expected: Vec<_> = self.map.iter().map(|(xid, value)| (*xid, *value)).collect();
            listed.sort_unstable();
            expected.sort_unstable();
            assert_eq!(listed, expected);
        }
    }

    #[test]
    fn calls_one_after_another_across_the_largest_xid() {
        let mut both = Both::default();
        let xids = || (0..100).map(|age| 0xffff_ffce_u32.wrapping_add(age));
        for xid in xids() {
            both.insert(xid);
            both.check(xids());
            both.remove(xid);
            both.remove(xid);
        }
        assert_eq!(both.table.places.len(), FEWEST);
    }

    #[test]
    fn calls_that_stay_while_others_come_and_go() {
        let mut both = Both::default();
        (0..20).for_each(|xid| both.insert(xid * 100));
        for xid in 2_001..6_000 {
            both.insert(xid);
            both.remove(xid - 10);
        }
        both.check(0..6_100);
        assert!(!both.table.others.is_empty());
    }

    #[test]
    fn more_calls_than_places() {
        let mut both = Both::default();
        (0..3_000).for_each(|xid| both.insert(xid));
        both.check(0..3_100);
        assert_eq!(both.table.places.len(), MOST);
        (0..3_000).step_by(3).for_each(|xid| both.remove(xid));
        (3_000..3_500).for_each(|xid| both.insert(xid));
        both.check(0..3_600);
        both.table.clear();
        both.map.clear();
        both.check(0..3_600);
    }
}
