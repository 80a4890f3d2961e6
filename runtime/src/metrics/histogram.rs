use super::counter::Counter;
use core::fmt;
use core::time::Duration;

/// The first bucket holds what takes less than 2^7 = 128 ns, the last one what takes 2^36 ns = 69 s or more.
const FIRST: u32 = 7;
const LAST: u32 = 36;

/// Buckets for each power of two, so that a bound is within a quarter of what it bounds.
const STEPS: usize = 4;

const BUCKETS: usize = (LAST - FIRST) as usize * STEPS + 2;

/// Times in buckets whose width grows with them: fixed memory, the same relative precision throughout.
#[derive(Debug)]
pub(super) struct Histogram {
    buckets: [Counter; BUCKETS],
    nanoseconds: Counter,
}

impl Histogram {
    pub(super) fn record(&self, nanoseconds: u64) {
        if let Some(bucket) = self.buckets.get(bucket(nanoseconds)) {
            bucket.add(1);
        }
        self.nanoseconds.add(nanoseconds);
    }

    pub(super) fn add_to(&self, latency: &mut Latency) {
        for (sum, bucket) in latency.buckets.iter_mut().zip(&self.buckets) {
            *sum = sum.wrapping_add(bucket.get());
        }
        latency.nanoseconds = latency.nanoseconds.wrapping_add(self.nanoseconds.get());
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: core::array::from_fn(|_| Counter::default()), nanoseconds: Counter::default() }
    }
}

/// How long calls took: a histogram with 4 buckets for each power of two from 128 ns to 69 s.
#[derive(Clone, PartialEq, Eq)]
pub struct Latency {
    buckets: [u64; BUCKETS],
    nanoseconds: u64,
}

impl Latency {
    /// Calls that were timed.
    pub fn count(&self) -> u64 {
        self.buckets.iter().fold(0, |sum, count| sum.wrapping_add(*count))
    }

    /// The time of all of them together.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds)
    }

    /// The time within which the share `quantile` of the calls was done (0.5: the median), rounded up by a quarter at
    /// most; `None` if no call was timed. 69 s stand for all that is longer.
    pub fn quantile(&self, quantile: f64) -> Option<Duration> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = (quantile.clamp(0.0, 1.0) * count as f64).ceil().max(1.0) as u64;
        let found = self.cumulative().find(|(_, calls)| *calls >= rank);
        Some(found.map_or(Duration::from_nanos(1 << LAST), |(bound, _)| bound))
    }

    /// For the upper bound of each bucket, how many calls took less. The last bound is 69 s.
    pub fn cumulative(&self) -> impl Iterator<Item = (Duration, u64)> {
        self.buckets.iter().take(BUCKETS - 1).enumerate().scan(0_u64, |sum, (index, count)| {
            *sum = sum.wrapping_add(*count);
            Some((bound(index), *sum))
        })
    }
}

impl Default for Latency {
    fn default() -> Self {
        Self { buckets: [0; BUCKETS], nanoseconds: 0 }
    }
}

impl fmt::Debug for Latency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Latency");
        shown.field("count", &self.count()).field("total", &self.total());
        shown.field("median", &self.quantile(0.5)).field("p99", &self.quantile(0.99)).finish()
    }
}

fn bucket(nanoseconds: u64) -> usize {
    let Some(power) = nanoseconds.checked_ilog2().filter(|power| *power >= FIRST) else { return 0 };
    let step = (nanoseconds >> power.saturating_sub(2)) as usize % STEPS;
    ((power - FIRST) as usize * STEPS + step + 1).min(BUCKETS - 1)
}

/// The time that all in the bucket stay below; of the last one, where it begins.
fn bound(index: usize) -> Duration {
    let index = index.min(BUCKETS - 2);
    let power = FIRST + (index / STEPS) as u32;
    let unit = 1_u64 << (power - 2);
    Duration::from_nanos(unit * (STEPS + index % STEPS) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_lies_below_the_bound_of_its_bucket_and_not_far() {
        let mut times: Vec<u64> = (0..40).flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1]).collect();
        times.extend((1..2_000).map(|time| time * 37));
        for time in times {
            let bound = bound(bucket(time)).as_nanos() as u64;
            if time >= 1 << LAST {
                assert_eq!(bound, 1 << LAST);
            } else {
                assert!(time < bound && (bound <= 128 || bound <= time + time / 4 + 1), "{time} in {bound}");
            }
        }
    }

    #[test]
    fn bounds_grow() {
        let bounds: Vec<_> = (0..BUCKETS - 1).map(bound).collect();
        assert!(bounds.is_sorted_by(|one, next| one < next));
        assert_eq!(bounds.first(), Some(&Duration::from_nanos(128)));
        assert_eq!(bounds.last(), Some(&Duration::from_nanos(1 << LAST)));
    }

    #[test]
    fn quantiles_are_those_of_what_was_recorded() {
        let (histogram, mut latency) = (Histogram::default(), Latency::default());
        (1..=1_000).for_each(|time| histogram.record(time * 1_000));
        histogram.add_to(&mut latency);
        assert_eq!((latency.count(), latency.total()), (1_000, Duration::from_micros(500_500)));
        for (quantile, exact) in [(0.0, 1), (0.5, 500), (0.99, 990), (1.0, 1_000)] {
            let found = latency.quantile(quantile).unwrap().as_nanos();
            assert!(found >= exact * 1_000 && found <= exact * 1_250 + 1, "{quantile}: {found} ns");
        }
        assert_eq!(Latency::default().quantile(0.5), None);
    }
}
