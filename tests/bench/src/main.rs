//! Runs the contestants of all scenarios in turn, and tells how ours compare to what the machine can do.
//!
//! `run` builds everything and starts this with the places of the programs in the environment.

mod arguments;
mod figures;
mod machine;
mod process;
mod report;
mod rounds;
mod scenario;
mod system_calls;
mod table;

use arguments::Arguments;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::from_command_line() {
        Ok(arguments) => arguments,
        Err(fault) => return fail(&fault),
    };
    let mut scenarios = table::scenarios();
    scenarios.retain(|scenario| arguments.wants(scenario) && arguments.place.has(scenario));
    if scenarios.is_empty() {
        return fail(&arguments.nothing_to_run());
    }
    let measured = match rounds::run(&arguments.place, &scenarios, arguments.rounds, arguments.share) {
        Ok(measured) => measured,
        Err(spoiled) => return fail(&spoiled),
    };
    if arguments.smoke {
        let contestants: usize = scenarios.iter().map(|scenario| scenario.contestants.len()).sum();
        println!("{contestants} passed, 0 failed");
        return ExitCode::SUCCESS;
    }
    match report::write(&arguments, &measured) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(fault: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("bench: {fault}");
    ExitCode::FAILURE
}
