//! `serve CONTESTANT TRANSPORT`: a server over `tcp`, `udp` or `unix`.

use oncrpc_bench_calls::ours::{self, Setting};
use oncrpc_bench_calls::{Result, bare, process};
use std::env;

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bare", transport] => {
            process::raise_descriptors()?;
            Ok(bare::serve(transport)?)
        }
        ["ours", transport] => ours::serve(transport, Setting::Default),
        ["ours-many", transport] => ours::serve(transport, Setting::ManyConnections),
        ["ours-spinning", transport] => ours::serve(transport, Setting::Spinning),
        _ => Err("serve bare|ours|ours-many|ours-spinning tcp|udp|unix".into()),
    }
}
