use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a connection may always hold, however many there are.
const LEAST: usize = 512;

/// Quarters of the budget for output that connections may hold; the last one is for replies on their way to them.
pub(super) const OUTPUT: usize = 3;

/// Memory that the connections of a server may hold together for one purpose, as each of its loops has it.
#[derive(Debug)]
pub(crate) struct Budget {
    held: Vec<Arc<AtomicUsize>>,
    most: usize,
    portion: usize,
}

/// A budget as one loop sees it.
#[derive(Clone, Debug)]
pub(super) struct Share {
    budget: Arc<Budget>,
    /// What this loop holds, and what it holds at least where a quarter of the budget is used up for it.
    held: Arc<AtomicUsize>,
    least: usize,
}

/// What one connection holds of a budget: as long as this is there, it is counted.
#[derive(Debug)]
pub(super) struct Holding {
    share: Share,
    bytes: usize,
}

impl Budget {
    /// For so many loops, at most `most` bytes of `connections`.
    pub(crate) fn new(loops: usize, most: usize, connections: usize) -> Self {
        let portion = most.checked_div(connections.max(1).saturating_mul(4)).unwrap_or_default().max(LEAST);
        Self { held: (0..loops).map(|_| Arc::default()).collect(), most, portion }
    }

    fn total(&self) -> usize {
        self.held.iter().fold(0, |sum, held| sum.saturating_add(held.load(Ordering::Relaxed)))
    }
}

impl Share {
    pub(super) fn new(budget: &Arc<Budget>, row: usize) -> Self {
        let held = budget.held.get(row).cloned().unwrap_or_default();
        let mut share = Self { budget: Arc::clone(budget), held, least: 0 };
        share.least = share.own_part(share.part(1));
        share
    }

    /// Whether so many quarters of the budget are used up, as far as this loop is concerned: with several, half of them
    /// belong to the loops in equal parts, so that what one holds does not take everything from another. The sum stays
    /// within these quarters.
    #[inline]
    pub(super) fn is_used_up(&self, quarters: usize) -> bool {
        // Most hold nothing, and what others hold need not be looked at then.
        self.held.load(Ordering::Relaxed) >= self.least && self.is_used_up_for_all(quarters)
    }

    #[inline(never)]
    fn is_used_up_for_all(&self, quarters: usize) -> bool {
        let (most, total) = (self.part(quarters), self.budget.total());
        total >= most / 2 && self.held.load(Ordering::Relaxed) >= self.own_part(most)
    }

    /// What this loop may hold of `most` however much the others hold.
    fn own_part(&self, most: usize) -> usize {
        match self.budget.held.len() {
            0 | 1 => most,
            loops => (most / 2).checked_div(loops).unwrap_or_default(),
        }
    }

    /// What all may hold of so many quarters of the budget before they are used up.
    pub(super) fn left(&self, quarters: usize) -> usize {
        self.part(quarters).saturating_sub(self.budget.total())
    }

    /// What each connection may hold however little is left: for all of them, a quarter of the budget.
    pub(super) fn portion(&self) -> usize {
        self.budget.portion
    }

    fn part(&self, quarters: usize) -> usize {
        (self.budget.most / 4).saturating_mul(quarters)
    }
}

impl Holding {
    pub(super) fn new(share: &Share) -> Self {
        Self { share: share.clone(), bytes: 0 }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// From now on it is `bytes`.
    #[inline]
    pub(super) fn set(&mut self, bytes: usize) {
        if bytes != self.bytes {
            self.change(bytes);
        }
    }

    fn change(&mut self, bytes: usize) {
        let before = std::mem::replace(&mut self.bytes, bytes);
        let held = &self.share.held;
        if bytes > before {
            held.fetch_add(bytes.saturating_sub(before), Ordering::Relaxed);
        } else {
            held.fetch_sub(before.saturating_sub(bytes), Ordering::Relaxed);
        }
    }

    /// Whether `bytes` of output are more than is left for all, and more than this connection may hold however little that
    /// is.
    pub(super) fn is_beyond_share(&self, bytes: usize) -> bool {
        bytes >= self.share.portion() && bytes >= self.share.left(OUTPUT)
    }

    /// What a connection may hold however little is left.
    pub(super) fn portion(&self) -> usize {
        self.share.portion()
    }

    /// Whether it is more than a connection may hold however little is left.
    pub(super) fn exceeds_portion(&self) -> bool {
        self.bytes >= self.share.portion()
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_loop_has_all_of_it() {
        let share = Share::new(&Arc::new(Budget::new(1, 4_000_000, 100)), 0);
        let (mut one, mut other) = (Holding::new(&share), Holding::new(&share));
        one.set(1_999_999);
        assert!(share.is_used_up(1) && !share.is_used_up(2));
        other.set(1);
        assert!(share.is_used_up(2) && !share.is_used_up(3));
        assert_eq!((share.left(3), share.left(1), share.portion()), (1_000_000, 0, 10_000));
        assert!(one.exceeds_portion() && !other.exceeds_portion());
        drop(one);
        assert_eq!(share.left(4), 3_999_999);
    }

    #[test]
    fn loops_that_hold_little_go_on_and_the_sum_stays_within() {
        let budget = Arc::new(Budget::new(4, 8_000, 1));
        let shares: Vec<_> = (0..4).map(|row| Share::new(&budget, row)).collect();
        let mut held: Vec<_> = shares.iter().map(Holding::new).collect();
        // The first one takes what it can, then the others do.
        for (share, holding) in shares.iter().zip(&mut held) {
            while !share.is_used_up(4) {
                holding.set(holding.bytes() + 100);
            }
        }
        assert_eq!(held.iter().map(Holding::bytes).collect::<Vec<_>>(), [4_000, 1_000, 1_000, 1_000]);
        assert!(shares.iter().all(|share| share.is_used_up(4)) && budget.total() <= 8_000);
    }
}
