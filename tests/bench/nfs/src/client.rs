//! Calls in flight: as one is answered, the next begins.

use oncrpc::Pending;
use std::collections::VecDeque;
use std::error::Error;
use std::time::{Duration, Instant};

/// Has `depth` calls in flight for `time`, and waits for the last. `start` begins a call, by its number; `finish` says
/// what its results count for. What all came to, a second.
pub(crate) fn window<T>(
    depth: usize,
    time: Duration,
    mut start: impl FnMut(u64) -> oncrpc::Result<Pending<T>>,
    mut finish: impl FnMut(u64, T) -> Result<u64, Box<dyn Error>>,
) -> Result<f64, Box<dyn Error>> {
    let (begun, mut calls, mut total) = (Instant::now(), VecDeque::new(), 0);
    let mut next = 0;
    loop {
        while calls.len() < depth && begun.elapsed() < time {
            calls.push_back((next, start(next)?));
            next += 1;
        }
        match calls.pop_front() {
            Some((number, call)) => total += finish(number, call.wait()?)?,
            None => return Ok(total as f64 / begun.elapsed().as_secs_f64()),
        }
    }
}
