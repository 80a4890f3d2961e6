//! `peers serve tonic|tarpc tcp`, `peers drive tonic|tarpc ADDRESS SCENARIO SECONDS`: as `serve` and `drive` of the
//! benchmark of calls.

mod load;
mod rpc_with_tarpc;
mod rpc_with_tonic;
mod tonic_service;

use oncrpc_bench_calls::{Error, Result};
use std::env;
use std::net::SocketAddr;

/// On one thread: a server and a driver have a processor each, where threads only cost time.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", "tarpc", "tcp"] => rpc_with_tarpc::serve().await,
        ["serve", "tonic", "tcp"] => rpc_with_tonic::serve().await,
        ["drive", contestant, address, scenario, seconds] => {
            let (scenario, time) = (scenario.parse()?, seconds.parse()?);
            let address = address_of(address)?;
            let figure = match contestant {
                "tarpc" => load::run(rpc_with_tarpc::connect(address).await?, scenario, time).await,
                _ => load::run(rpc_with_tonic::connect(address).await?, scenario, time).await,
            }?;
            figure.print();
            Ok(())
        }
        _ => Err("peers serve tonic|tarpc tcp, or drive tonic|tarpc ADDRESS SCENARIO SECONDS".into()),
    }
}

fn address_of(address: &str) -> Result<SocketAddr> {
    let place = address.strip_prefix("tcp://").ok_or_else(|| Error::from("only tcp://"))?;
    Ok(place.parse()?)
}
