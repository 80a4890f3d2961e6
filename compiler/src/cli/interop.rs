//! `oncrpc interop`: a proof against C.

use super::messages::Messages;
use super::{Input, REJECTED, UNUSABLE, options};
use crate::driver::{self, Disk, Options, Stage};
use crate::interop::{self, CannotRun, Verdict};
use clap::Args;
use std::io;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Interop {
    #[command(flatten)]
    input: Input,
    /// Values of each type, and as many broken ones
    #[arg(long, value_name = "N", default_value_t = 1000)]
    values: usize,
    /// What random values are made from
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Build both sides in this directory and leave them there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Take the runtime from this source instead of the registry
    #[arg(long, value_name = "PATH")]
    oncrpc_path: Option<PathBuf>,
}

pub(super) fn run(arguments: Interop) -> Result<(), u8> {
    let Interop { input, values, seed, keep, oncrpc_path } = arguments;
    let compile = Options { stage: Stage::Check, ..options(&input) };
    let usable = usable(&input, &compile);
    let mut verdict = if usable.len() < input.files.len() { Verdict::CannotRun } else { Verdict::Same };
    if !usable.is_empty() {
        let options = interop::Options { compile, values, seed, keep, oncrpc_path };
        let complain = &mut |error: &CannotRun| complain(&input.messages, error);
        verdict = verdict.max(interop::run(&options, &usable, &mut io::stdout(), complain));
    }
    match verdict {
        Verdict::Same => Ok(()),
        Verdict::Different => Err(REJECTED),
        Verdict::CannotRun => Err(UNUSABLE),
    }
}

/// The files that have no errors, once what there is to say about all has been said, lints included.
fn usable(input: &Input, options: &Options) -> Vec<PathBuf> {
    let right = |path: &&PathBuf| input.messages.show(driver::compile_source(options, &Disk, path)).is_ok();
    input.files.iter().filter(right).cloned().collect()
}

fn complain(messages: &Messages, error: &CannotRun) {
    match error {
        CannotRun::Compile(error) => messages.report(error),
        error => messages.complain(&error.to_string(), UNUSABLE),
    };
}
