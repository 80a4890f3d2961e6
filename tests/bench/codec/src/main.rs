//! `codec CONTESTANT SCENARIO SECONDS` measures one contestant in one scenario and prints what one operation takes, and a
//! sum over the bytes that it has moved. `codec samples FOLDER` writes the bytes for contestants that are not in here.

mod clock;
mod hand;
mod ours;
mod samples;

use clock::Clock;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["samples", folder] => match samples::write(Path::new(folder)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("{folder}: {error}")),
        },
        [contestant, scenario, seconds] => match seconds.parse() {
            Ok(seconds) => measure(contestant, scenario, Clock::new(seconds)),
            Err(_) => fail("SECONDS is not a number"),
        },
        _ => fail("usage: codec CONTESTANT SCENARIO SECONDS, or codec samples FOLDER"),
    }
}

fn measure(contestant: &str, scenario: &str, clock: Clock) -> ExitCode {
    let outcome = match contestant {
        "ours" => ours::run(scenario, &clock),
        "hand" => hand::run(scenario, &clock),
        _ => None,
    };
    let Some(outcome) = outcome else { return fail(&format!("no {contestant} for {scenario}")) };
    println!("figure {}", outcome.figure);
    println!("also check {:016x}", outcome.check);
    ExitCode::SUCCESS
}

fn fail(why: &str) -> ExitCode {
    eprintln!("codec: {why}");
    ExitCode::FAILURE
}
