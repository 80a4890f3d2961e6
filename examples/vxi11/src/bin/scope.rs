//! Talks to an instrument.
//!
//! ```text
//! cargo run -p vxi11                             all of it, with an instrument in this process
//! cargo run -p vxi11 -- ADDRESS idn              what it is
//! cargo run -p vxi11 -- ADDRESS ask QUESTION     any question
//! cargo run -p vxi11 -- ADDRESS waveform         1 MiB, and whether it is what the instrument sent
//! cargo run -p vxi11 -- ADDRESS timeout          what comes of an instrument that takes too long
//! cargo run -p vxi11 -- ADDRESS abort            a read that another thread ends
//! cargo run -p vxi11 -- ADDRESS srq              the instrument calls back when it has an answer
//! ```
//!
//! ADDRESS is a host whose rpcbind knows the instrument, or `tcp://host:port`.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::thread;
use std::time::Duration;
use vxi11::instrument::{Instrument, checksum};
use vxi11::scope::{Error, Link, Result, block};

/// How long the instrument is made to take where that is to be seen.
const LONG: &str = "WAIT 0.5";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        [] => demo(),
        [address, "ask", question] => open(address).and_then(|link| ask(&link, question)),
        [address, action] => match ACTIONS.iter().find(|(name, _)| *name == action) {
            Some((_, act)) => open(address).and_then(|link| act(&link)),
            None => return usage(),
        },
        _ => return usage(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vxi11: {error}");
            ExitCode::FAILURE
        }
    }
}

type Action = fn(&Link) -> Result<()>;

const ACTIONS: [(&str, Action); 5] = [
    ("idn", |link| ask(link, "*IDN?")),
    ("waveform", waveform),
    ("timeout", timeout),
    ("abort", abort),
    ("srq", service_request),
];

fn usage() -> ExitCode {
    eprintln!("usage: vxi11 [ADDRESS idn | ask QUESTION | waveform | timeout | abort | srq]");
    ExitCode::from(2)
}

fn demo() -> Result<()> {
    let Instrument { core, abort } = Instrument::listen("tcp://127.0.0.1:0")?;
    let core = core.start()?;
    for address in core.addresses() {
        let link = open(address)?;
        ACTIONS.iter().try_for_each(|(_, act)| act(&link))?;
    }
    core.stop()?;
    Ok(abort.stop()?)
}

fn open(address: &str) -> Result<Link> {
    Link::open(address, "inst0")
}

fn ask(link: &Link, question: &str) -> Result<()> {
    println!("{question} {}", link.ask(question)?);
    Ok(())
}

fn waveform(link: &Link) -> Result<()> {
    link.write("WAV:DATA?\n")?;
    let response = link.read()?;
    let data = block(&response)?;
    let is_same = link.ask("WAV:SUM?")? == checksum(data).to_string();
    println!("waveform: {} bytes, checksum {}", data.len(), if is_same { "equal" } else { "DIFFERENT" });
    Ok(())
}

/// The instrument has less time than it needs. What it answers later is cleared away.
fn timeout(link: &Link) -> Result<()> {
    link.write(format!("{LONG};*IDN?\n"))?;
    match link.read_within(Duration::from_millis(50)) {
        Err(error @ Error::Device(_)) => println!("timeout: {error}"),
        outcome => println!("timeout: {:?}, which should have taken too long", outcome?),
    }
    link.clear()
}

fn abort(link: &Link) -> Result<()> {
    let aborter = link.aborter()?;
    link.write("WAIT 60;*IDN?\n")?;
    let read = thread::scope(|scope| {
        let read = scope.spawn(|| link.read());
        // By then the read waits, as a rule; an abort that comes earlier ends nothing.
        while !read.is_finished() {
            thread::sleep(Duration::from_millis(100));
            aborter.abort()?;
        }
        read.join().unwrap_or(Ok(Vec::new()))
    });
    match read {
        Err(error @ Error::Device(_)) => println!("abort: {error}"),
        outcome => println!("abort: {:?}, which should have been ended", outcome?),
    }
    link.clear()
}

fn service_request(link: &Link) -> Result<()> {
    let interrupts = link.open_interrupts()?;
    link.enable_srq(b"scope")?;
    // Bit 4 of the status byte: there is a message.
    link.write(format!("*SRE 16;{LONG};*IDN?\n"))?;
    match interrupts.wait(Duration::from_secs(10)) {
        Some(handle) => println!("service request: {:?}, status {:#04x}", handle, link.status()?),
        None => println!("service request: none came"),
    }
    println!("service request: {}", String::from_utf8_lossy(&link.read()?).trim_end());
    Ok(())
}
