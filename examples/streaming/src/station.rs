//! The server.

use crate::idl::{Reading, Summary, station_v1, watcher_v1};
use oncrpc::{Call, Error, Pending, Result};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Items that are on their way to a caller at a time: the next one waits until the oldest is taken.
const WINDOW: usize = 16;

/// Streams that are open at a time, and readings that wait in one.
const MOST_STREAMS: usize = 1_000;
const MOST_WAITING: usize = 100_000;

/// How long one who follows a stream waits for the next reading.
const SILENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Station {
    streams: Mutex<HashMap<u32, Arc<Stream>>>,
}

/// A stream of readings from a client.
struct Stream {
    state: Mutex<StreamState>,
    changed: Condvar,
}

#[derive(Default)]
struct StreamState {
    summary: Summary,
    /// Sums that are to go to who follows the stream.
    waiting: VecDeque<Reading>,
    is_followed: bool,
    is_closed: bool,
}

impl station_v1::Service for Station {
    fn latest(&self, _call: &Call, instrument: u32) -> Result<Reading> {
        Ok(reading(instrument, 0))
    }

    fn open(&self, _call: &Call, followed: bool) -> Result<u32> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let free = (0..).find(|number| !streams.contains_key(number)).filter(|_| streams.len() < MOST_STREAMS);
        let number = free.ok_or(Error::SystemError)?;
        let state = StreamState { is_followed: followed, ..StreamState::default() };
        streams.insert(number, Arc::new(Stream { state: Mutex::new(state), changed: Condvar::new() }));
        Ok(number)
    }

    fn put(&self, _call: &Call, stream: u32, item: Reading) -> Result<()> {
        self.stream(stream)?.change(|state| state.put(&item));
        Ok(())
    }

    fn close(&self, _call: &Call, stream: u32) -> Result<Summary> {
        let (summary, is_followed) = self.stream(stream)?.change(|state| {
            state.is_closed = true;
            (state.summary, state.is_followed)
        });
        if !is_followed {
            self.remove(stream);
        }
        Ok(summary)
    }

    fn watch(&self, call: &Call, instrument: u32, count: u32) -> Result<u32> {
        deliver(call, (0..count).map(|number| reading(instrument, number)))
    }

    fn follow(&self, call: &Call, stream: u32) -> Result<u32> {
        let followed = self.stream(stream)?;
        let outcome = deliver(call, std::iter::from_fn(|| followed.next()));
        self.remove(stream);
        outcome
    }
}

impl Station {
    fn remove(&self, stream: u32) {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).remove(&stream);
    }

    fn stream(&self, number: u32) -> Result<Arc<Stream>> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(&number).cloned().ok_or(Error::GarbageArguments)
    }
}

/// Calls the caller back with each of `items`, until it wants no more. Returns how many it has taken.
fn deliver(call: &Call, items: impl Iterator<Item = Reading>) -> Result<u32> {
    let watcher = watcher_v1::Client::back(call)?;
    let mut taken = 0;
    let mut on_the_way: VecDeque<Pending<bool>> = VecDeque::new();
    for item in items {
        on_the_way.push_back(watcher.start_item(&item)?);
        if on_the_way.len() >= WINDOW
            && let Some(oldest) = on_the_way.pop_front()
        {
            if !oldest.wait()? {
                return Ok(taken);
            }
            taken += 1;
        }
    }
    for pending in on_the_way {
        if !pending.wait()? {
            return Ok(taken);
        }
        taken += 1;
    }
    Ok(taken)
}

impl Stream {
    fn change<T>(&self, change: impl FnOnce(&mut StreamState) -> T) -> T {
        let outcome = change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
        outcome
    }

    /// The next sum, as soon as there is one; `None` at the end, or when nothing comes for long.
    fn next(&self) -> Option<Reading> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_quiet = |state: &mut StreamState| state.waiting.is_empty() && !state.is_closed;
        let waited = self.changed.wait_timeout_while(state, SILENCE, is_quiet);
        waited.unwrap_or_else(PoisonError::into_inner).0.waiting.pop_front()
    }
}

impl StreamState {
    fn put(&mut self, item: &Reading) {
        self.summary.count += 1;
        self.summary.sum = self.summary.sum.wrapping_add(item.value);
        if self.is_followed && self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(Reading { instrument: item.instrument, value: self.summary.sum });
        } else if self.is_followed {
            self.summary.lost += 1;
        }
    }
}

/// What an instrument shows, for want of one.
fn reading(instrument: u32, number: u32) -> Reading {
    Reading { instrument, value: i64::from(number) * 10 + i64::from(instrument) }
}
