//! The client, which also serves: the server calls it back over its own connection.

use crate::idl::{Reading, station_v1, watcher_v1};
use oncrpc::{Call, ClientOptions, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

/// Takes readings, and has enough after some.
#[derive(Clone, Default)]
struct Watcher {
    taken: Arc<AtomicU32>,
    last: Arc<AtomicI64>,
    enough: Arc<AtomicU32>,
}

impl watcher_v1::Service for Watcher {
    fn item(&self, _call: &Call, item: Reading) -> Result<bool> {
        if self.taken.load(Ordering::Relaxed) >= self.enough.load(Ordering::Relaxed) {
            return Ok(false);
        }
        self.last.store(item.value, Ordering::Relaxed);
        self.taken.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    }
}

impl Watcher {
    /// Takes `enough` from now on.
    fn begin(&self, enough: u32) {
        self.taken.store(0, Ordering::Relaxed);
        self.enough.store(enough, Ordering::Relaxed);
    }
}

pub fn run(address: &str) -> Result<()> {
    let watcher = Watcher::default();
    let options = ClientOptions::new().serve(watcher_v1::server(watcher.clone()));
    let station = station_v1::Client::connect_with(address, &options)?;
    unary(&station)?;
    client_streaming(&station)?;
    server_streaming(&station, &watcher)?;
    both(&station, &watcher)
}

fn unary(station: &station_v1::Client) -> Result<()> {
    println!("latest of instrument 7: {}", station.latest(7)?.value);
    Ok(())
}

/// Nothing waits for the server until the stream is closed; then all has come, in order.
fn client_streaming(station: &station_v1::Client) -> Result<()> {
    let stream = station.open(false)?;
    for value in 1..=10_000 {
        station.put(stream, &Reading { instrument: 1, value })?;
    }
    let summary = station.close(stream)?;
    println!("put {} readings, sum {}", summary.count, summary.sum);
    Ok(())
}

fn server_streaming(station: &station_v1::Client, watcher: &Watcher) -> Result<()> {
    watcher.begin(u32::MAX);
    let count = station.watch(3, 1_000)?;
    println!("watched {count} readings, the last {}", watcher.last.load(Ordering::Relaxed));
    // Cancelled from here: the watcher wants no more.
    watcher.begin(10);
    let count = station.watch(3, u32::MAX)?;
    println!("watched {count} readings and had enough");
    Ok(())
}

/// Puts readings while the sums of them come back.
fn both(station: &station_v1::Client, watcher: &Watcher) -> Result<()> {
    watcher.begin(u32::MAX);
    let stream = station.open(true)?;
    let following = station.start_follow(stream)?;
    for value in 1..=500 {
        station.put(stream, &Reading { instrument: 1, value })?;
    }
    let summary = station.close(stream)?;
    let count = following.wait()?;
    let last = watcher.last.load(Ordering::Relaxed);
    println!("followed {} readings: {count} sums came back, the last {last}", summary.count);
    Ok(())
}
