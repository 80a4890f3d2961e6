//! What peers can drive a server to in memory, against what its limits say. The server is a process of its own, which this
//! binary is again; a peer is never measured with it.
#![cfg(feature = "net")]

mod desk;
mod large;
mod load;
mod server;

use load::{Load, MIX};
use oncrpc::xdr::DecodeLimits;
use oncrpc::{Limits, ReplayLimits, record};
use server::Process;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a test waits for what must come: long enough for a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// Limits of a small server: all of them are reached by few peers.
fn small() -> Limits {
    Limits {
        record: record::Limits { bytes: 256 << 10, ..Default::default() },
        decode: DecodeLimits { memory: 1 << 20, ..Default::default() },
        reply_bytes: 256 << 10,
        connections: 96,
        output_bytes: 256 << 10,
        total_input_bytes: 4 << 20,
        total_output_bytes: 8 << 20,
        connection_calls: 8,
        calls: 64,
        call_bytes: 2 << 20,
        replay: ReplayLimits { bytes: 1 << 20, ..ReplayLimits::default() },
        ..Limits::default()
    }
}

/// One load at a time is enough for a machine.
static ALONE: Mutex<()> = Mutex::new(());

/// What the server asks of the allocator is to be seen: from this length on, memory comes from the system and goes back to
/// it. By default glibc keeps much of what is given back to it.
const PLAIN: &str = "MALLOC_MMAP_THRESHOLD_=65536";

#[test]
fn a_small_server_stays_within_its_bound() {
    let peak = check("a_small_server_stays_within_its_bound", PLAIN, small(), 1);
    assert!(peak <= 1.0);
}

#[test]
fn several_loops_stay_within_the_same_totals() {
    let peak = check("several_loops_stay_within_the_same_totals", PLAIN, small(), 3);
    assert!(peak <= 1.0);
}

#[test]
fn a_server_with_default_limits_stays_within_its_bound() {
    let peak = check("a_server_with_default_limits_stays_within_its_bound", PLAIN, Limits::default(), 1);
    assert!(peak <= 1.0);
}

#[test]
fn the_allocator_at_its_defaults_keeps_no_more_than_as_much_again() {
    let peak = check("the_allocator_at_its_defaults_keeps_no_more_than_as_much_again", "", small(), 1);
    assert!(peak <= 2.0);
}

/// What a connection takes that has called once and is silent, beyond what the system keeps for its socket.
#[test]
fn an_idle_connection_costs_little() {
    const TEST: &str = "an_idle_connection_costs_little";
    const MOST: usize = 10_000;
    if server::is_asked_for() {
        return server::run(Limits { connections: MOST, ..Limits::default() }, 1);
    }
    let _one_at_a_time = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let process = Process::start(TEST, "");
    let mut streams = load::idle_peers(process.address(), 20);
    let before = process.usage();
    let count = process.connections() - 100;
    streams.extend(load::idle_peers(process.address(), count));
    let each = (process.usage().resident - before.resident) / count;
    println!("{each} bytes for each of {count} idle connections");
    assert!(each <= 4 << 10);
    drop(streams);
    process.usage_when(|usage| usage.descriptors < before.descriptors);
}

/// All kinds of load at once, on as many connections as the server takes, for a while; `test` runs this. The most that was
/// resident, as a part of the bound.
fn check(test: &str, environment: &str, limits: Limits, workers: usize) -> f64 {
    if server::is_asked_for() {
        server::run(limits, workers);
        return 0.0;
    }
    let _one_at_a_time = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let process = Process::start(test, environment);
    let before = process.usage();
    let load = Load::begin(process.address(), &limits, process.connections(), &MIX);
    let served = load.calls_of_good_peers(Duration::from_secs(4));
    load.end();
    let (peak, bound) = (process.peak() - before.resident, process.bound());
    println!("{}", process.formula());
    println!("{} KiB more than before at most, {served:?} meanwhile", peak >> 10);
    let counters = process.counters();
    println!("{counters}");
    let after = process.usage_when(|usage| usage.descriptors <= before.descriptors);
    println!("before {before:?}, after {after:?}");
    served.expect("good peers are served, and not closed");
    assert!(peak >= bound / 10, "so little is no load");
    assert!(counters.contains("ClosedForInput") && counters.contains("ClosedForOutput"), "no total was reached");
    // Threads keep their buffers, and what is remembered and captured stays.
    assert!(environment.is_empty() || after.resident < before.resident + bound / 2, "memory does not come back");
    peak as f64 / bound as f64
}
