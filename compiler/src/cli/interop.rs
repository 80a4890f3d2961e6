//! `oncrpc interop`: a proof against C.

use super::{Input, REJECTED, UNUSABLE, options};
use crate::interop::{self, Options, Verdict};
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
    let options = Options { compile: options(&input), values, seed, keep, oncrpc_path };
    match interop::run(&options, &input.files, &mut io::stdout(), &mut io::stderr()) {
        Verdict::Same => Ok(()),
        Verdict::Different => Err(REJECTED),
        Verdict::CannotRun => Err(UNUSABLE),
    }
}
