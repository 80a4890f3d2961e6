use bytes::Bytes;
use futures::future::try_join_all;
use oncrpc_bench_calls::figure::{Figure, Time};
use oncrpc_bench_calls::scenario::Scenario;
use oncrpc_bench_calls::{Result, wire};
use std::cell::Cell;
use std::time::Instant;

/// A client of what `bench.x` has. Clones share the connection.
pub(crate) trait Peer: Clone {
    async fn null(&self) -> Result<()>;

    /// Fails if other attributes come back.
    async fn echo(&self) -> Result<()>;

    /// How many bytes the server took.
    async fn write(&self, data: Bytes) -> Result<usize>;

    async fn read(&self, size: usize) -> Result<Bytes>;
}

pub(crate) async fn run<P: Peer>(peer: P, scenario: Scenario, time: Time) -> Result<Figure> {
    match scenario {
        Scenario::Lone => latency(&peer, time).await,
        Scenario::Pipelined { depth } | Scenario::Window { depth } => {
            rate(&peer, depth, time, async |peer| peer.null().await.map(|()| 1)).await
        }
        Scenario::Echo { depth } => rate(&peer, depth, time, async |peer| peer.echo().await.map(|()| 1)).await,
        Scenario::Write { size, depth } => {
            let data = Bytes::from(wire::data(size));
            let write = async |peer: &P| check(peer.write(data.clone()).await?, size);
            Ok(rate(&peer, depth, time, write).await?.mega())
        }
        Scenario::Read { size, depth } => {
            if peer.read(size).await? != wire::data(size) {
                return Err("other data came".into());
            }
            let read = async |peer: &P| check(peer.read(size).await?.len(), size);
            Ok(rate(&peer, depth, time, read).await?.mega())
        }
        _ => Err("not with this peer".into()),
    }
}

fn check(moved: usize, size: usize) -> Result<usize> {
    if moved == size { Ok(size) } else { Err("not all was moved".into()) }
}

async fn latency<P: Peer>(peer: &P, time: Time) -> Result<Figure> {
    let mut clock = time.clock();
    while clock.lap() {
        peer.null().await?;
    }
    Ok(clock.median())
}

/// What `depth` loops over `call` count together, by the second.
async fn rate<P: Peer>(peer: &P, depth: usize, time: Time, call: impl AsyncFn(&P) -> Result<usize>) -> Result<Figure> {
    let (count, start, end) = (Cell::new(0), Instant::now() + time.warm_up(), Cell::new(None));
    let repeat = async || {
        let peer = peer.clone();
        while end.get().is_none() {
            let moved = call(&peer).await?;
            let now = Instant::now();
            if now >= start {
                count.set(count.get() + moved);
            }
            if time.is_over(count.get(), now.saturating_duration_since(start)) {
                end.set(Some(now));
            }
        }
        Ok::<_, oncrpc_bench_calls::Error>(())
    };
    try_join_all((0..depth).map(|_| repeat())).await?;
    let seconds = end.get().unwrap_or(start).duration_since(start).as_secs_f64();
    Ok(Figure(count.get() as f64 / seconds))
}
