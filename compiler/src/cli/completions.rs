//! `oncrpc completions` and `oncrpc man`: what packages install beside the command.

use super::messages::complain;
use super::{CommandLine, UNUSABLE};
use clap::{Args, CommandFactory, ValueEnum};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Fish,
    Zsh,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write oncrpc.1 and one page for each command to this directory
    #[arg(long, value_name = "DIR")]
    out_dir: PathBuf,
}

/// Prints a script for the shell.
pub(super) fn completions(arguments: &Completions) -> Result<(), u8> {
    let shell = match arguments.shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::Zsh => clap_complete::Shell::Zsh,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "oncrpc", &mut script);
    let written = io::stdout().write_all(&script).and_then(|()| io::stdout().flush());
    written.map_err(|error| complain(&format!("error: cannot write the script: {error}"), UNUSABLE))
}

/// Writes a manual page for the command and for each of its commands.
pub(super) fn man(arguments: &Man) -> Result<(), u8> {
    let place = &arguments.out_dir;
    let written = fs::create_dir_all(place).and_then(|()| clap_mangen::generate_to(CommandLine::command(), place));
    written.map_err(|error| {
        complain(&format!("error: cannot write manual pages to `{}`: {error}", place.display()), UNUSABLE)
    })
}
