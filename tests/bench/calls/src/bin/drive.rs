//! `drive CONTESTANT ADDRESS SCENARIO SECONDS`: calls the server at an address for a while, and tells how it went.

use oncrpc_bench_calls::ours::Ours;
use oncrpc_bench_calls::raw::{Raw, Server};
use oncrpc_bench_calls::{Result, process};
use std::env;

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [contestant, address, scenario, seconds] = &words[..] else {
        return Err("drive bare|bare-whole|raw|ours|ours-spinning ADDRESS SCENARIO SECONDS".into());
    };
    process::raise_descriptors()?;
    let (scenario, time) = (scenario.parse()?, seconds.parse()?);
    let figure = match contestant.as_str() {
        "bare" => Raw { server: Server::Bare, address }.run(scenario, time),
        "bare-whole" => Raw { server: Server::BareWhole, address }.run(scenario, time),
        "raw" => Raw { server: Server::Rpc, address }.run(scenario, time),
        "ours" => Ours { address, spinning: false }.run(scenario, time),
        "ours-spinning" => Ours { address, spinning: true }.run(scenario, time),
        _ => return Err(format!("{contestant} is no driver").into()),
    }?;
    figure.print();
    Ok(())
}
