//! What this process holds.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Bytes.
    pub(crate) resident: usize,
    pub(crate) descriptors: usize,
}

impl Usage {
    pub(crate) fn now() -> Self {
        let statm = fs::read_to_string("/proc/self/statm").unwrap();
        let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
        Self { resident: pages * 4096, descriptors: fs::read_dir("/proc/self/fd").unwrap().count() }
    }
}

/// Looks often enough for some fifty looks at least.
pub(crate) fn watch(duration: Duration) -> Vec<Usage> {
    let begin = Instant::now();
    let mut usage = Vec::new();
    while begin.elapsed() < duration {
        thread::sleep(Duration::from_secs(1).min(duration / 60));
        usage.push(Usage::now());
    }
    usage
}

/// Of each number by itself.
pub(crate) fn median(usage: &[Usage]) -> Usage {
    let middle = |of: fn(&Usage) -> usize| {
        let mut numbers: Vec<usize> = usage.iter().map(of).collect();
        numbers.sort_unstable();
        numbers[numbers.len() / 2]
    };
    Usage { resident: middle(|usage| usage.resident), descriptors: middle(|usage| usage.descriptors) }
}
