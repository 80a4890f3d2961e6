//! `codec CONTESTANT SCENARIO SECONDS` measures one contestant in one scenario and prints the nanoseconds that one operation
//! takes, and a sum over the bytes that it has moved. `codec samples FOLDER` writes the bytes for contestants that are
//! not in here.

mod clock;
mod copies;
mod hand;
mod nfs3;
mod onc_rpc;
mod ours;
mod samples;
mod serde_xdr;
mod trial;
mod xdr_codec;

use clock::Clock;
use samples::Sample;
use std::path::Path;
use std::process::ExitCode;
use trial::{Outcome, Trial, Way};

/// Enough for a list of 10,000 in an unoptimised build.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["samples", folder] => match samples::write(Path::new(folder)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("{folder}: {error}")),
        },
        [contestant, scenario, seconds] => match trial(scenario, seconds) {
            Some((what, trial)) => measure(contestant, what, trial),
            None => fail(&format!("{scenario} is no scenario, or {seconds} no number")),
        },
        _ => fail("usage: codec CONTESTANT SCENARIO SECONDS, or codec samples FOLDER"),
    }
}

/// What is moved, and how: `mixed-encode`.
fn trial<'a>(scenario: &'a str, seconds: &str) -> Option<(&'a str, Trial)> {
    let (what, way) = scenario.rsplit_once('-')?;
    let way = match way {
        "encode" => Way::Encode,
        "decode" => Way::Decode,
        "borrowed" => Way::Borrowed,
        _ => return None,
    };
    Some((what, Trial { way, sample: Sample::of(what)?, clock: Clock::new(seconds.parse().ok()?) }))
}

fn measure(contestant: &str, what: &str, trial: Trial) -> ExitCode {
    let run: fn(&str, &Trial) -> Option<Outcome> = match contestant {
        "ours" => ours::run,
        "ours-checked" => ours::run_checked,
        "hand" => hand::run,
        "swapped" => copies::swapped,
        "memcpy" => copies::plain,
        "xdr-codec" => xdr_codec::run,
        "nfs3_types" => nfs3::run,
        "serde-xdr" => serde_xdr::run,
        "onc-rpc" => onc_rpc::run,
        _ => return fail(&format!("{contestant} is no contestant")),
    };
    let outcome = match (contestant, what) {
        ("xdr-codec" | "serde-xdr", "directory") => on_a_deep_stack(|| run(what, &trial)),
        _ => run(what, &trial),
    };
    let Some(outcome) = outcome else { return fail(&format!("{contestant} does not do that to {what}")) };
    println!("figure {}", outcome.figure);
    println!("also check {:016x}", outcome.check);
    ExitCode::SUCCESS
}

/// For those that recurse into the rest of a list.
fn on_a_deep_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        thread.expect("memory for a stack").join().expect("the contestant does not panic")
    })
}

fn fail(why: &str) -> ExitCode {
    eprintln!("codec: {why}");
    ExitCode::FAILURE
}
