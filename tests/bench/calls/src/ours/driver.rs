use super::SPIN;
use crate::Result;
use crate::figure::{Figure, Time};
use crate::raw::{Raw, Server};
use crate::scenario::Scenario;
use oncrpc::ClientOptions;
use oncrpc_bench_interface::bench_v1::Client;
use oncrpc_bench_interface::{Attributes, Device, FileType, Moment};
use std::collections::VecDeque;
use std::time::Duration;

/// Calls from one look at the clock to the next.
const ROUND: usize = 16;

/// Calls the server at an address by its typed client.
#[derive(Debug)]
pub struct Ours<'a> {
    pub address: &'a str,
    /// It looks for replies for a while before it sleeps.
    pub spinning: bool,
}

impl Ours<'_> {
    pub fn run(&self, scenario: Scenario, time: Time) -> Result<Figure> {
        let spin = if self.spinning { SPIN } else { Duration::ZERO };
        let client = Client::connect_with(self.address, &ClientOptions::new().spin(spin))?;
        match scenario {
            Scenario::Lone => time.latency(|| Ok(client.nullproc()?)),
            Scenario::Idle { count } => self.idle(&client, count, time),
            Scenario::Pipelined { depth } | Scenario::Window { depth } => {
                in_flight(depth, time, || client.start_nullproc(), |()| Ok(1))
            }
            Scenario::Echo { depth } => echo(&client, depth, time),
            Scenario::Threads { count } => {
                time.threads((0..count).map(|_| client.clone()).map(|client| move || Ok(client.nullproc()?)))
            }
            Scenario::Write { size, depth } => super::bulk::write(&client, size, depth, time),
            Scenario::Read { size, depth } => super::bulk::read(&client, size, depth, time),
            Scenario::Connections { .. } => Err("one thread has one connection".into()),
        }
    }

    fn idle(&self, client: &Client, count: usize, time: Time) -> Result<Figure> {
        let idle = Raw { server: Server::Rpc, address: self.address }.idle_connections(count)?;
        let figure = time.latency(|| Ok(client.nullproc()?));
        drop(idle);
        figure
    }
}

/// Keeps `depth` calls in flight on one connection; adds up what `take` says of their results.
pub(super) fn in_flight<T>(
    depth: usize,
    time: Time,
    mut start: impl FnMut() -> oncrpc::Result<oncrpc::Pending<T>>,
    mut take: impl FnMut(T) -> Result<usize>,
) -> Result<Figure> {
    let mut pending = (0..depth).map(|_| start()).collect::<oncrpc::Result<VecDeque<_>>>()?;
    time.rate(|| {
        let mut count = 0;
        for _ in 0..ROUND.min(depth) {
            let first = pending.pop_front().ok_or("nothing is in flight")?;
            count += take(first.wait()?)?;
            pending.push_back(start()?);
        }
        Ok(count)
    })
}

fn echo(client: &Client, depth: usize, time: Time) -> Result<Figure> {
    let given = attributes();
    let check = |got| if got == given { Ok(1) } else { Err("other attributes came back".into()) };
    in_flight(depth, time, || client.start_echo(&given), check)
}

fn attributes() -> Attributes {
    let moment = Moment { seconds: 1_700_000_000, nanoseconds: 5 };
    Attributes {
        r#type: FileType::Regular,
        mode: 0o644,
        links: 1,
        user: 1_000,
        group: 1_000,
        size: 1 << 40,
        used: 1 << 30,
        special: Device { major_number: 1, minor_number: 2 },
        file_system: 3,
        file: 4,
        accessed: moment,
        modified: moment,
        changed: moment,
    }
}
