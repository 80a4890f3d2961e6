//! `memory CONTESTANT COUNT`: what so many idle connections cost a server of `serve`, in KiB resident each.

use oncrpc_bench_calls::raw::{Raw, Server};
use oncrpc_bench_calls::{Error, Result, process};
use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Connections that a server has had before, so that what it needs once is not counted.
const BEFORE: usize = 16;

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [contestant, count] = &words[..] else { return Err("memory bare|ours-many COUNT".into()) };
    let server = if contestant == "bare" { Server::Bare } else { Server::Rpc };
    let count: usize = count.parse()?;
    process::raise_descriptors()?;

    let serve = env::current_exe()?.with_file_name("serve");
    let mut child =
        Command::new(serve).args([contestant, "tcp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let figure = cost(&mut child, server, count);
    // It ends with its input, which closes with this.
    drop(child.stdin.take());
    child.wait()?;
    println!("figure {}", figure?);
    Ok(())
}

fn cost(child: &mut Child, server: Server, count: usize) -> Result<f64> {
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let address = line.trim().strip_prefix("listening ").ok_or("it does not listen")?;
    let raw = Raw { server, address };
    drop(raw.idle_connections(BEFORE)?);
    let before = resident(child.id())?;
    let idle = raw.idle_connections(count)?;
    let after = resident(child.id())?;
    drop(idle);
    Ok(after.saturating_sub(before) as f64 / count as f64)
}

/// KiB of memory that process `id` has in use.
fn resident(id: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.ok_or_else(|| Error::from("no VmRSS"))?.parse().map_err(Error::from)
}
