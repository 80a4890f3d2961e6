//! `serve CONTESTANT TRANSPORT`: a server over `tcp`, `udp` or `unix`.

use oncrpc_bench_calls::{Result, bare, ours, process};
use std::env;

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bare", transport] => {
            process::raise_descriptors()?;
            Ok(bare::serve(transport)?)
        }
        ["ours", transport] => ours::serve(transport, false),
        ["ours-many", transport] => ours::serve(transport, true),
        _ => Err("serve bare|ours|ours-many tcp|udp|unix".into()),
    }
}
