//! How long an operation takes.

use std::time::Instant;

/// How many parts the time is divided into; the figure is the least of theirs.
const PARTS: usize = 11;

pub(crate) struct Clock {
    seconds: f64,
}

impl Clock {
    pub(crate) fn new(seconds: f64) -> Self {
        Self { seconds }
    }

    /// Nanoseconds that one call of `work` takes.
    pub(crate) fn time(&self, mut work: impl FnMut()) -> f64 {
        let part = self.seconds / PARTS as f64;
        let mut calls = 1u32;
        // Doubles the calls until they fill a part, which warms everything up as well.
        while clock(calls, &mut work) < part {
            calls = calls.saturating_mul(2);
        }
        let least = (0..PARTS).map(|_| clock(calls, &mut work)).fold(f64::INFINITY, f64::min);
        least / f64::from(calls) * 1e9
    }
}

fn clock(calls: u32, work: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        work();
    }
    start.elapsed().as_secs_f64()
}

/// FNV-1a.
pub(crate) fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}
