use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many connections each loop of a server has, and how many there may be in all.
#[derive(Debug)]
pub(crate) struct Seats {
    taken: Vec<AtomicUsize>,
    most: usize,
}

/// The place of a connection: as long as this is there, it is counted.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    row: usize,
}

impl Seats {
    /// For so many loops, and never more than `most` connections.
    pub(crate) fn new(loops: usize, most: usize) -> Self {
        Self { taken: (0..loops).map(|_| AtomicUsize::new(0)).collect(), most }
    }

    /// A seat for one more connection at loop `row`, or, if that makes too many, at the loop that has the most: it can
    /// close one.
    pub(crate) fn take(self: &Arc<Self>, row: usize) -> Seat {
        let row = if self.total() >= self.most { self.fullest() } else { row };
        if let Some(taken) = self.taken.get(row) {
            taken.fetch_add(1, Ordering::Relaxed);
        }
        Seat { seats: Arc::clone(self), row }
    }

    /// Whether there are more connections than there may be.
    pub(super) fn is_overbooked(&self) -> bool {
        self.total() > self.most
    }

    /// The loop that has the most connections.
    pub(super) fn fullest(&self) -> usize {
        let counts = self.taken.iter().map(|taken| taken.load(Ordering::Relaxed));
        counts.enumerate().max_by_key(|(row, count)| (*count, std::cmp::Reverse(*row))).map_or(0, |(row, _)| row)
    }

    /// Connections in all.
    pub(super) fn total(&self) -> usize {
        self.taken.iter().map(|taken| taken.load(Ordering::Relaxed)).sum()
    }
}

impl Seat {
    /// The loop it is at.
    pub(crate) fn row(&self) -> usize {
        self.row
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(taken) = self.seats.taken.get(self.row) {
            taken.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Seats;
    use std::sync::Arc;

    #[test]
    fn one_too_many_goes_where_another_can_leave() {
        let seats = Arc::new(Seats::new(3, 3));
        let mut taken: Vec<_> = [0, 2, 2].into_iter().map(|row| seats.take(row)).collect();
        assert!(!seats.is_overbooked());
        let further = seats.take(1);
        assert_eq!(further.row(), 2);
        assert!(seats.is_overbooked());
        taken.pop();
        assert!(!seats.is_overbooked());
        drop((taken, further));
        assert_eq!(seats.total(), 0);
        assert_eq!(seats.take(1).row(), 1);
    }
}
