//! Counts instructions, allocations and system calls of what clients and servers do most, and holds them against
//! `baseline.txt`: they are the same in every run, whatever else the machine does.
//!
//! ```text
//! counts [--bless] [--only WORD]
//! ```
//! `--bless` writes the baseline anew; `--only` counts what has WORD in its name.

mod baseline;
mod call;
mod comparison;
mod kind;
mod measure;
mod peer;
mod process;
mod subject;
mod table;
mod toolchain;
mod tools;

use baseline::Baseline;
use comparison::compare;
use measure::measure_all;
use std::error::Error;
use std::process::ExitCode;
use table::OPERATIONS;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("counts: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether all is as it should be.
fn run() -> Result<bool> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (bless, only) = match words[..] {
        [] => (false, ""),
        ["--bless"] => (true, ""),
        ["--only", word] => (false, word),
        _ => return Err("usage: counts [--bless | --only WORD]".into()),
    };
    let operations: Vec<_> = OPERATIONS.iter().filter(|operation| operation.name.contains(only)).collect();
    let counts = measure_all(&operations)?;
    let toolchain = toolchain::version()?;
    if bless {
        Baseline::of(&toolchain, &counts).save()?;
    }
    let outcome = compare(&Baseline::load()?, &toolchain, &counts);
    print!("{outcome}");
    Ok(outcome.holds())
}
