use super::failed;
use super::registrations::Registrations;
use crate::error::Result;
use crate::net::{EventLoop, Pool, Stop};
use std::sync::Arc;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

/// Time that the threads of the pool have to end when nothing is left to do. One that is still busy then is left to itself.
const POOL_END: Duration = Duration::from_millis(100);

/// Whether signals that tell the process to end stop the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signals {
    Heeded,
    LeftAlone,
}

/// A server that has all it needs to run.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) event_loops: Vec<EventLoop>,
    pub(super) stop: Arc<Stop>,
    pub(super) pool: Arc<Pool>,
    pub(super) registrations: Registrations,
    pub(super) numbers: Vec<(u32, u32)>,
    pub(super) addresses: Vec<String>,
}

impl Ready {
    pub(super) fn tell(&self) {
        let programs: Vec<_> =
            self.numbers.iter().map(|(program, version)| format!("{program:#x} version {version}")).collect();
        for address in &self.addresses {
            eprintln!("oncrpc: serving {} on {address}", programs.join(", "));
        }
    }

    /// Clients are no longer sent here when the server stops taking them in.
    pub(super) fn run(self) -> Result<()> {
        let Self { event_loops, pool, stop, registrations, addresses, .. } = self;
        let mut event_loops = event_loops.into_iter();
        let first = event_loops.next();
        let outcome = thread::scope(|scope| {
            let spawned = event_loops.zip(2..).map(|(event_loop, number)| {
                let stop = &stop;
                let builder = thread::Builder::new().name(format!("oncrpc-server-{number}"));
                builder.spawn_scoped(scope, move || run_loop(event_loop, || {}, stop))
            });
            let spawned: Vec<_> = spawned.collect();
            if spawned.iter().any(io::Result::is_err) {
                stop.ask();
            }
            let outcome = first.map_or(Ok(()), |first| run_loop(first, || drop(registrations), &stop));
            spawned.into_iter().fold(outcome, |outcome, spawned| outcome.and(join(spawned?)))
        });
        pool.close(Instant::now().checked_add(POOL_END));
        outcome.map_err(|source| failed(&addresses, source))
    }
}

/// A loop that fails takes the others with it.
fn run_loop(event_loop: EventLoop, stopping: impl FnOnce(), stop: &Stop) -> io::Result<()> {
    let outcome = event_loop.run(stopping);
    stop.ask();
    outcome
}

/// What a loop came to; one that panicked, which none does, ended badly.
fn join(thread: ScopedJoinHandle<'_, io::Result<()>>) -> io::Result<()> {
    thread.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
}
