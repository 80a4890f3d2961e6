//! A server under load from good and hostile peers for a long time: the good ones are served rightly and soon, and neither
//! memory nor descriptors grow. Ten seconds by default; `ONCRPC_SOAK_SECONDS=300` for more.

mod good;
mod hostile;
mod process;

use oncrpc::{Limits, RunningServer};
use oncrpc_tests::services::server;
use process::Usage;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Connections, both ends of them in this process. A tenth of them are hostile.
const CONNECTIONS: usize = 200;
const HOSTILE: usize = CONNECTIONS / 10;

/// Good clients share few threads: each has so many connections.
const GOOD_THREADS: usize = 4;

/// What the end may hold beyond the beginning, once all is warm.
const GROWTH: usize = 32 << 20;
const MORE_DESCRIPTORS: usize = 40;

/// Of a hundred calls of good peers one may take longer than this; a hundredth of it is usual.
const SOON: Duration = Duration::from_millis(2_000);

#[test]
fn hostile_peers_harm_nobody() {
    let seconds = std::env::var("ONCRPC_SOAK_SECONDS").ok().map_or(10, |value| value.parse().expect("a number"));
    let duration = Duration::from_secs(seconds);
    let before = Usage::now();
    let server = serve();
    let address = server.addresses()[0].clone();
    let over = AtomicBool::new(false);
    let (times, usage) = thread::scope(|scope| {
        for kind in 0..HOSTILE {
            let (address, over) = (&address, &over);
            scope.spawn(move || hostile::run(kind, address, over));
        }
        let good: Vec<_> = (0..GOOD_THREADS)
            .map(|_| {
                let (address, over) = (&address, &over);
                scope.spawn(move || good::run((CONNECTIONS - HOSTILE) / GOOD_THREADS, address, over))
            })
            .collect();
        let usage = process::watch(duration);
        over.store(true, Ordering::Relaxed);
        let times: Vec<Duration> =
            good.into_iter().flat_map(|good| good.join().expect("good clients are served")).collect();
        (times, usage)
    });
    check_times(times);
    check_usage(&usage);
    end(server, before);
}

/// Deadlines that hostile peers run into within the run, however short; and so little output kept for each that what grows
/// with time stands out.
fn serve() -> RunningServer {
    let second = Duration::from_secs(1);
    let limits = Limits {
        output_bytes: 256 << 10,
        record_time: 2 * second,
        write_time: 2 * second,
        idle_time: 30 * second,
        ..Limits::default()
    };
    server().limits(limits).listen("tcp://127.0.0.1:0").unwrap().start().unwrap()
}

fn check_times(mut times: Vec<Duration>) {
    times.sort_unstable();
    let (median, late, worst) = (times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]);
    println!("{} good calls: median {median:?}, p99 {late:?}, worst {worst:?}", times.len());
    assert!(late < SOON, "p99 is {late:?}");
}

/// The middle of the first third, by when all is warm, against that of the last.
fn check_usage(usage: &[Usage]) {
    let third = usage.len() / 3;
    let (first, last) = (process::median(&usage[third / 2..third + 1]), process::median(&usage[2 * third..]));
    println!("first {first:?}, last {last:?}");
    assert!(last.resident < first.resident + GROWTH, "resident memory grows");
    assert!(last.descriptors < first.descriptors + MORE_DESCRIPTORS, "descriptors grow");
}

/// Without peers, nothing of them is left.
fn end(server: RunningServer, before: Usage) {
    let end = Instant::now() + Duration::from_secs(60);
    let few = before.descriptors + 20;
    while Usage::now().descriptors > few {
        assert!(Instant::now() < end, "{:?} are left, {few} would be right", Usage::now());
        thread::sleep(Duration::from_millis(100));
    }
    println!("at the end {:?}", Usage::now());
    drop(server);
}
